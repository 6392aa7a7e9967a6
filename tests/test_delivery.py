"""How a letter reaches its reader: by which ways, with whose consent, when, once; and who handed it over."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from pypdf import PdfReader

from dossiers.models import Appointment, DelayCause, Event
from letters import outbox
from letters.demo_delivery import deliver, leave_some_undone
from letters.gateway import FileGateway, GatewayError, HttpGateway, gateway
from letters.models import (
    Channel,
    Letter,
    LetterError,
    LetterKind,
    LetterPolicy,
    LetterText,
    Message,
    MessageError,
    Occasion,
)
from letters.pile import pile
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory, consenting, draw_all, sheet, with_pdf

pytestmark = pytest.mark.django_db

#: Received on Monday, promised for the morning of Friday (24/11 is a day off); in the afternoon that has broken.
RECEIVED, FRIDAY = moment("2026-11-23 08:42"), moment("2026-11-27 14:00")


def late_dossier(**facts):
    return DossierFactory(at=RECEIVED, **{"email": "nhung@thu.example", "hamlet": None, **facts})


def apology(dossier, leader, at=FRIDAY):
    """The issued apology for the promise of that dossier, its PDF made."""
    Appointment.objects.break_overdue(at)
    cause = DelayCause.objects.first()
    dossier.explain_delay(delay_cause=cause, reason="Chờ xác minh {nơi cư trú}", by=leader, at=at)
    letter = Letter.objects.get(dossier=dossier, kind=LetterKind.APOLOGY)
    letter.bring_up_to_date(at)
    Letter.objects.filter(pk=letter.pk).update(needs_drawing=False)
    letter.refresh_from_db()
    letter.issue(by=leader, at=at)
    return with_pdf(letter)


def thanks(ward, leader, dossier=None, at=FRIDAY, **typed):
    """A thank-you, written by hand and issued."""
    typed = {"nguoi_nhan": "Bà Nguyễn Thị Tuyết Nhung", "su_viec": "lời khen", **typed}
    letter = Letter.objects.create(
        ward=ward, dossier=dossier, kind=LetterKind.PRAISE, typed=typed, ordered_at=at, touched_at=at
    )
    letter.bring_up_to_date(at)
    Letter.objects.filter(pk=letter.pk).update(needs_drawing=False)
    letter.refresh_from_db()
    letter.issue(by=leader, at=at)
    return with_pdf(letter)


def ways(letter):
    return sorted(letter.messages.values_list("channel", flat=True))


def sms_of(dossier):
    return list(Message.objects.filter(dossier=dossier, channel=Channel.SMS, kind__in=("ready", "rescheduled")))


def sms_file(tmp_path):
    lines = [line for path in sorted((tmp_path / "sms").glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines]


# planning: by which way, with whose consent


def test_an_apology_goes_by_every_way_though_nobody_agreed_to_messages(leader):
    assert ways(apology(late_dossier(), leader)) == ["counter", "email", "sms"]


@pytest.mark.parametrize(("agrees", "expected"), [(True, ["counter", "email", "sms"]), (False, ["counter"])])
def test_a_thank_you_is_sent_only_to_who_agreed_to_messages(ward, leader, agrees, expected):
    assert ways(thanks(ward, leader, late_dossier(agrees_to_messages=agrees))) == expected


@pytest.mark.parametrize(("method", "way"), [("counter", "counter"), ("post", "post"), ("home", "visit")])
def test_the_paper_goes_the_way_of_the_result(leader, method, way):
    assert ways(apology(late_dossier(return_method=method, email="", phone=""), leader)) == [way]


def test_whoever_has_the_result_already_gets_the_letter_by_post(ward, leader):
    assert ways(thanks(ward, leader, DossierFactory(returned=True, email="", phone=""))) == ["post"]


def test_nobody_sends_a_text_to_a_telephone_on_the_wall(leader):
    assert ways(apology(late_dossier(phone="02263852345"), leader)) == ["counter", "email"]


@pytest.mark.parametrize(("address", "way"), [("Tổ 4, phường Lê Hồng Phong", "post"), ("", "counter")])
def test_a_letter_without_a_dossier_goes_by_post_if_it_names_a_place(ward, leader, address, way):
    assert ways(thanks(ward, leader, dia_chi=address)) == [way]


def test_planned_twice_is_planned_once(leader):
    letter = apology(late_dossier(), leader)
    Message.objects.plan([letter], FRIDAY)
    assert letter.messages.count() == 3


def test_texts_name_the_code_and_the_page_and_nothing_personal(leader):
    dossier = late_dossier()
    for message in apology(dossier, leader).messages.exclude(text=""):
        assert dossier.code in message.text
        assert dossier.get_status_url() in message.text
        assert not {"Nhung", dossier.id_number, dossier.phone, "Tổ 4", "Bà"} & set(
            message.text.replace(",", " ").split()
        )
        assert "{" not in message.text


def test_an_apology_with_a_new_date_says_it_in_the_one_text(leader):
    dossier = late_dossier(agrees_to_messages=True)
    letter = apology(dossier, leader)
    assert letter.new_day
    text = letter.messages.get(channel=Channel.SMS).text
    assert f"{letter.new_day:%d/%m/%Y}" in text
    assert [message.state for message in sms_of(dossier)] == ["called_off"]  # the reschedule needs no second one


def test_a_recalled_letter_stops_what_has_not_left_yet(leader, clerk):
    letter = apology(late_dossier(), leader)
    letter.messages.get(channel=Channel.COUNTER).hand_over(by=clerk, at=FRIDAY)
    letter.recall(reason="Ghi sai ngày", by=leader, at=FRIDAY)
    assert dict(letter.messages.values_list("channel", "state")) == {
        "counter": "sent",
        "email": "called_off",
        "sms": "called_off",
    }


def test_a_letter_that_was_not_issued_plans_nothing(leader):
    late_dossier()
    Appointment.objects.break_overdue(FRIDAY)
    letter = Letter.objects.get()
    with pytest.raises(LetterError):
        letter.issue(by=leader, at=FRIDAY)
    assert Message.objects.count() == 0


# news of a dossier


def test_who_agreed_is_told_that_the_result_is_there():
    dossier = DossierFactory(ready=True, agrees_to_messages=True)
    (message,) = sms_of(dossier)
    assert message.address == dossier.phone
    assert "đã có kết quả. Kính mời ông/bà đến Bộ phận Một cửa nhận." in message.text
    assert message.text.endswith(dossier.get_status_url())


def test_who_did_not_agree_is_left_alone():
    assert sms_of(DossierFactory(ready=True)) == []


def test_an_organisation_is_not_called_ong_ba():
    facts = {"applicant_kind": "organisation", "applicant_name": "Công ty TNHH Sông Châu", "return_method": "post"}
    (message,) = sms_of(DossierFactory(ready=True, agrees_to_messages=True, sex="", **facts))
    assert "Kết quả sẽ được gửi đến quý đơn vị qua bưu chính." in message.text


def test_the_same_event_heard_twice_is_told_once():
    dossier = DossierFactory(ready=True, agrees_to_messages=True)
    event = dossier.events.get(kind="ready")
    Message.objects.tell("ready", [event.pk], timezone.now())
    assert [message.state for message in sms_of(dossier)] == ["waiting"]


def test_nobody_is_invited_to_fetch_what_was_handed_out_already():
    assert [message.state for message in sms_of(DossierFactory(returned=True, agrees_to_messages=True))] == [
        "called_off"
    ]


def test_after_the_return_who_agreed_is_asked_once_how_it_was():
    dossier = DossierFactory(returned=True, agrees_to_messages=True)
    event = dossier.events.get(kind="returned")
    Message.objects.tell("returned", [event.pk], timezone.now())
    message = Message.objects.get(dossier=dossier, kind="returned")
    assert (message.state, message.address) == ("waiting", dossier.phone)
    assert "cảm ơn ông/bà. Hồ sơ" in message.text
    assert message.text.endswith(f"/khao-sat/{dossier.token}/")
    assert dossier.applicant_name not in message.text
    assert not Message.objects.filter(dossier=DossierFactory(returned=True)).exists()


# sending: when, how often, by whom


@pytest.mark.parametrize(
    ("clock", "leaves"), [("20:59", True), ("21:00", False), ("23:30", False), ("06:59", False), ("07:00", True)]
)
def test_machines_are_quiet_from_nine_in_the_evening_until_seven(leader, clock, leaves):
    apology(late_dossier(), leader, at=moment("2026-11-28 05:00"))
    assert Message.objects.to_send(moment(f"2026-11-28 {clock}")).exists() == leaves


def test_a_letter_whose_pdf_is_not_made_yet_waits(leader):
    letter = apology(late_dossier(), leader)
    Letter.objects.update(needs_drawing=True)
    assert outbox.waiting_ids(FRIDAY, 10) == []
    Letter.objects.update(needs_drawing=False)
    assert len(outbox.waiting_ids(FRIDAY, 10)) == letter.messages.by_machine().count() == 2


def test_the_mail_carries_the_letter_and_a_name_that_stays(leader, mailoutbox):
    letter = apology(late_dossier(), leader)
    message = letter.messages.get(channel=Channel.EMAIL)
    assert outbox.send(message.pk, FRIDAY)
    (mail,) = mailoutbox
    assert mail.to == ["nhung@thu.example"]
    assert mail.subject == "Thư xin lỗi vì trễ hẹn, số 01/TXL-UBND, UBND phường Lê Hồng Phong"
    assert mail.extra_headers["Message-ID"] == f"<letter-{letter.pk}-email@127.0.0.1>"
    (attached,) = mail.attachments
    assert (attached[0], attached[2]) == ("thu-01-TXL-UBND.pdf", "application/pdf")
    assert attached[1] == sheet()
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.by) == ("sent", FRIDAY, None)
    assert not outbox.send(message.pk, FRIDAY)


def test_the_text_goes_into_a_file_where_no_gateway_is_named(leader, tmp_path):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.SMS)
    outbox.send(message.pk, FRIDAY)
    assert sms_file(tmp_path) == [
        {"key": message.key, "at": FRIDAY.isoformat(), "to": "0912000345", "text": message.text}
    ]


def test_a_worker_that_died_after_sending_does_not_make_it_twice(leader, tmp_path):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.SMS)
    assert message.claim(FRIDAY)
    outbox.text(message, FRIDAY)  # and here the power goes
    soon, later = FRIDAY + timedelta(minutes=9), FRIDAY + timedelta(minutes=11)
    assert not outbox.send(message.pk, soon)
    assert outbox.send(message.pk, later)
    assert [line["key"] for line in sms_file(tmp_path)] == [message.key]
    message.refresh_from_db()
    assert (message.state, message.tries) == ("sent", 2)


def test_what_was_sent_before_midnight_is_not_sent_again_after(tmp_path):
    at, key = moment("2026-11-27 20:59"), {"to": "0912000345", "text": "Hồ sơ đã có kết quả.", "key": "event-1-sms"}
    FileGateway(tmp_path / "sms").send(at=at, **key)
    FileGateway(tmp_path / "sms").send(at=at + timedelta(hours=11), **key)
    FileGateway(tmp_path / "sms").send(at=at, **{**key, "key": "event-11-sms"})
    assert [line["key"] for line in sms_file(tmp_path)] == ["event-1-sms", "event-11-sms"]


@pytest.fixture
def broken(monkeypatch):
    def refuse(**message):
        raise GatewayError("Tổng đài tin nhắn chưa trả lời.")

    monkeypatch.setattr(FileGateway, "send", lambda self, **message: refuse(**message))


def test_a_failure_is_tried_again_later_and_later_and_then_left_to_people(leader, broken):
    message, now, waits = apology(late_dossier(), leader).messages.get(channel=Channel.SMS), FRIDAY, []
    for _ in range(6):
        assert outbox.send(message.pk, now)
        message.refresh_from_db()
        assert message.trouble == "Tổng đài tin nhắn chưa trả lời."
        if message.state == "failed":
            break
        waits.append((message.next_try_at - now) // timedelta(minutes=1))
        assert not Message.objects.to_send(message.next_try_at - timedelta(seconds=1)).filter(pk=message.pk).exists()
        now = max(message.next_try_at, now)
        while not Message.objects.to_send(now).filter(pk=message.pk).exists():
            now += timedelta(hours=1)  # the night
    assert waits == [1, 5, 25, 125, 625]
    assert (message.state, message.tries) == ("failed", 6)
    assert not outbox.send(message.pk, now + timedelta(days=1))


def test_a_message_that_kills_every_worker_is_given_up(leader):
    message, now = apology(late_dossier(), leader).messages.get(channel=Channel.SMS), FRIDAY
    for _ in range(6):
        message.refresh_from_db()
        assert message.claim(now)
        now += timedelta(minutes=11)
    assert not outbox.send(message.pk, now)
    message.refresh_from_db()
    assert message.state == "failed"
    assert "nhiều lần" in message.trouble


def test_a_lost_file_is_said_in_words_and_names_nobody(leader, caplog):
    letter = apology(late_dossier(), leader)
    default_storage.delete(letter.pdf)
    message = letter.messages.get(channel=Channel.EMAIL)
    outbox.send(message.pk, FRIDAY)
    message.refresh_from_db()
    assert message.trouble == "Kho lưu không còn tệp PDF của thư."
    assert "nhung@thu.example" not in caplog.text


def test_a_store_that_does_not_answer_puts_the_email_off_and_says_so(leader, settings):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.EMAIL)
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "tests.storages.Unreachable"}}
    assert outbox.send(message.pk, FRIDAY)
    message.refresh_from_db()
    assert (message.state, message.trouble) == ("waiting", "Chưa lấy được tệp PDF của thư từ kho lưu.")
    assert message.next_try_at > FRIDAY


def test_a_machine_never_writes_without_an_address(leader):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.SMS)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(address="")


def test_addresses_go_when_the_dossier_has_lost_its_own(leader):
    dossier = late_dossier()
    letter = apology(dossier, leader)
    outbox.send(letter.messages.get(channel=Channel.SMS).pk, FRIDAY)
    assert Message.objects.forget_addresses() == 0
    type(dossier).objects.filter(pk=dossier.pk).update(phone="", email="")
    assert Message.objects.forget_addresses() == 2
    assert set(letter.messages.by_machine().values_list("address", "state")) == {("", "sent"), ("", "called_off")}


# people


def test_who_handed_it_over_and_when_is_noted_once(leader, clerk):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.COUNTER)
    message.hand_over(by=clerk, at=FRIDAY)
    assert (message.state, message.by, message.sent_at) == ("sent", clerk, FRIDAY)
    with pytest.raises(MessageError, match="vừa đổi"):
        message.hand_over(by=leader, at=FRIDAY)
    with pytest.raises(MessageError, match="trong ngày"):
        message.take_back(by=clerk, at=FRIDAY + timedelta(days=1))
    message.take_back(by=clerk, at=FRIDAY)
    assert (message.state, message.by) == ("waiting", None)


@pytest.mark.parametrize(("method", "way"), [("counter", "counter"), ("post", "post"), ("home", "visit")])
def test_whoever_hands_the_result_back_hands_its_letters_over_in_the_same_act(leader, clerk, method, way):
    dossier, another = (late_dossier(return_method=method) for _ in range(2))
    letter, waiting = apology(dossier, leader), apology(another, leader)
    dossier.mark_ready(by=clerk, at=FRIDAY)
    assert (letter.messages.get(channel=way).state, waiting.messages.get(channel=way).state) == ("waiting", "waiting")
    later = FRIDAY + timedelta(hours=1)
    event = dossier.hand_back(by=clerk, at=later)
    message = letter.messages.get(channel=way)
    assert (message.state, message.by, message.sent_at) == ("sent", clerk, later)
    assert set(letter.messages.by_machine().values_list("state", flat=True)) == {"waiting"}
    assert waiting.messages.get(channel=way).state == "waiting"
    Event.announce(Event.Kind.RETURNED, [event.pk])  # heard twice
    assert letter.messages.get(channel=way).sent_at == later


def test_a_letter_that_was_handed_over_before_its_result_stays_as_it_was_noted(leader, clerk, officer):
    dossier = late_dossier()
    message = apology(dossier, leader).messages.get(channel=Channel.COUNTER)
    message.hand_over(by=officer, at=FRIDAY)
    dossier.mark_ready(by=clerk, at=FRIDAY)
    dossier.hand_back(by=clerk, at=FRIDAY + timedelta(hours=1))
    message.refresh_from_db()
    assert (message.by, message.sent_at) == (officer, FRIDAY)


def test_a_letter_that_could_not_be_printed_yet_goes_on_waiting(leader, clerk):
    dossier = late_dossier()
    letter = apology(dossier, leader)
    Letter.objects.filter(pk=letter.pk).update(needs_drawing=True)
    dossier.mark_ready(by=clerk, at=FRIDAY)
    dossier.hand_back(by=clerk, at=FRIDAY)
    assert letter.messages.get(channel=Channel.COUNTER).state == "waiting"


@pytest.mark.parametrize(
    ("steps", "noted"), [(["mark_ready", "hand_back"], "counter: sent"), (["finish"], "post: waiting")]
)
def test_a_letter_signed_in_advance_goes_by_hand_unless_the_result_is_back_before_it_is_printed(
    ward, clerk, leader, steps, noted
):
    text = LetterText.objects.get(occasion=Occasion.BIRTH)
    automatic = {"kind": LetterKind.BIRTH, "mode": LetterPolicy.Mode.AUTOMATIC, "texts": [text]}
    LetterPolicy.objects.decide(ward=ward, by=leader, at=RECEIVED, **automatic)
    dossier = consenting("khai sinh", ward=ward, at=RECEIVED, phone="")
    for step in steps:
        getattr(dossier, step)(by=clerk, at=RECEIVED)
        draw_all(RECEIVED)
    [message] = Message.objects.filter(dossier=dossier)
    assert f"{message.channel}: {message.state}" == noted


def test_another_ward_hands_nothing_over(leader, other_ward, city):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.COUNTER)
    for stranger in (StaffFactory(ward=other_ward, clerk=True), city):
        with pytest.raises(MessageError):
            message.hand_over(by=stranger, at=FRIDAY)
    assert Message.objects.visible_to(city).count() == 3


@pytest.mark.parametrize("verb", ["send_again", "told"])
def test_what_failed_is_sent_again_or_said_on_the_telephone(leader, clerk, verb):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.SMS)
    with pytest.raises(MessageError):
        getattr(message, verb)(by=clerk, at=FRIDAY)
    Message.objects.filter(pk=message.pk).update(state="failed", tries=6)
    getattr(message, verb)(by=clerk, at=FRIDAY)
    expected = {"send_again": ("waiting", 0, None), "told": ("sent", 6, clerk)}[verb]
    assert (message.state, message.tries, message.by) == expected


# the pile


def test_each_letter_of_a_pile_begins_on_a_sheet_of_its_own(ward, leader):
    first, second = apology(late_dossier(), leader), thanks(ward, leader)
    with_pdf(second, sheet(pages=2))
    third = thanks(ward, leader)
    made = PdfReader(BytesIO(pile([first, second, third, first], FRIDAY)))
    assert len(made.pages) == 1 + 1 + 2 + 1 + 1 + 1
    assert made.pages[1].mediabox == made.pages[0].mediabox
    assert made.metadata.title == "Thư để in"


def test_a_real_letter_in_a_pile_is_read_back(leader):
    letter = apology(late_dossier(), leader)
    Letter.objects.filter(pk=letter.pk).update(needs_drawing=True, pdf="", sha256="")
    letter.refresh_from_db()
    made = PdfReader(BytesIO(pile([letter, letter], FRIDAY)))
    texts = [" ".join(page.extract_text().split()) for page in made.pages]
    assert len(texts) == 3
    assert "Nguyễn Thị Tuyết Nhung" in texts[0]
    assert texts[1] == ""
    assert texts[2] == texts[0]


# the real ways out


class MailServer(StreamRequestHandler):
    """As much of SMTP as one message needs."""

    def handle(self):
        self.say("220 thu.example")
        for line in iter(lambda: self.rfile.readline().decode().strip(), ""):
            if line.upper() == "DATA":
                self.say("354 go on")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.server.got.append(message_from_bytes(b"".join(lines), policy=policy.default))
            if line.upper().startswith("RCPT") and "khong-co" in line:
                self.say("550 no such person khong-co@thu.example")
            else:
                self.say("221 bye" if line.upper() == "QUIT" else "250 ok")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


class Provider(BaseHTTPRequestHandler):
    """A gateway that takes what has a key, and refuses the rest."""

    def do_POST(self):
        got = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {"header": self.headers["Idempotency-Key"], "who": self.headers["Authorization"]}
        self.server.got.append({**got, **headers})
        self.send_response(202 if got["to"] else 422)
        self.end_headers()

    def log_message(self, *args):
        pass


@contextmanager
def listening(handler):
    """A server on this machine; what it was given is in `got`."""
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.got, thread = [], Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mail_server(settings):
    with listening(MailServer) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


def test_a_real_mail_server_gets_the_letter(leader, mail_server):
    letter = apology(late_dossier(), leader)
    message = letter.messages.get(channel=Channel.EMAIL)
    outbox.send(message.pk, FRIDAY)
    (mail,) = mail_server.got
    assert mail["Message-ID"] == f"<{message.key}@127.0.0.1>"
    assert mail["Subject"].strip() == message.subject
    assert mail.get_body().get_content().strip().replace("\r\n", "\n") == message.text
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == sheet()


def test_an_address_that_the_mail_server_does_not_know_is_said_in_words(leader, mail_server, caplog):
    message = apology(late_dossier(email="khong-co@thu.example"), leader).messages.get(channel=Channel.EMAIL)
    outbox.send(message.pk, FRIDAY)
    message.refresh_from_db()
    assert (message.state, message.trouble) == ("waiting", "Máy chủ thư báo địa chỉ này không nhận được.")
    assert "khong-co" not in caplog.text


@pytest.mark.parametrize(("secret", "who"), [("", None), ("khoa-thu", "Bearer khoa-thu")])
def test_the_gateway_is_chosen_by_a_setting_and_told_who_asks(leader, settings, secret, who):
    settings.SMS_KEY = secret
    assert isinstance(gateway(), FileGateway)
    message = apology(late_dossier(), leader).messages.get(channel=Channel.SMS)
    with listening(Provider) as server:
        settings.SMS_URL = f"http://127.0.0.1:{server.server_address[1]}/gui"
        outbox.send(message.pk, FRIDAY)
    told = {"to": "0912000345", "text": message.text, "key": message.key, "header": message.key, "who": who}
    assert server.got == [told]
    message.refresh_from_db()
    assert message.state == "sent"


def test_a_gateway_that_refuses_or_is_silent_says_so_in_words():
    with listening(Provider) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}/gui"
        with pytest.raises(GatewayError, match=r"từ chối \(mã 422\)"):
            HttpGateway(url).send(to="", text="Hồ sơ", key="event-1-sms", at=FRIDAY)
    with pytest.raises(GatewayError, match="chưa trả lời"):
        HttpGateway(url).send(to="0912000345", text="Hồ sơ", key="event-1-sms", at=FRIDAY)


@pytest.mark.parametrize(("days", "expected"), [(1, "waiting"), (3, "waiting"), (6, "sent")])
def test_letters_older_than_two_working_days_of_the_demonstration_have_arrived(leader, days, expected):
    letter = apology(late_dossier(), leader)
    Message.objects.all().delete()
    for _ in range(2):
        deliver(FRIDAY + timedelta(days=days))
    assert dict(letter.messages.values_list("channel", "state")) == {
        "counter": expected,
        "email": "sent",
        "sms": "sent",
    }


def test_the_demonstration_shows_a_text_message_that_waits_and_one_that_could_not_be_sent(leader):
    for _ in range(3):
        apology(late_dossier(), leader)
    Message.objects.all().delete()
    for _ in range(2):
        deliver(FRIDAY)
        leave_some_undone(leader.ward, FRIDAY)
    states = Message.objects.filter(channel="sms").order_by("state").values_list("state", flat=True)
    assert list(states) == ["failed", "sent", "waiting"]
