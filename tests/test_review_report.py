"""The review of a period: composed once, the same on the page, as PDF and in a word processor."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from docx import Document as read_docx
from pypdf import PdfReader

from desk.models import AccessLog, Ward
from desk.pdf import html_to_pdf
from desk.period import Days
from dossiers.models import Appointment, Figure, HelpGiven
from dossiers.report import Line
from dossiers.report_tables import share_change as changed_share
from feedback.models import Campaign, Question, QuestionSet
from feedback.period import Period
from feedback.statistics import Share
from feedback.tables import ward_report
from letters.digests.mails import past_mails
from phuly_portal.city import city_of
from phuly_portal.review.compose import compose
from phuly_portal.review.document import Paragraph as TextBlock
from phuly_portal.review.facts import Facts
from phuly_portal.review.points import agency_score, officer_scores
from phuly_portal.review.words import change, listed, share_change
from tests.conftest import moment
from tests.factories import (
    ContributionFactory,
    DialogueFactory,
    DossierFactory,
    StaffFactory,
    answers,
    ballots,
    campaign_of,
    explain,
)
from tests.test_lists import queries

pytestmark = pytest.mark.django_db
URL = "/lanh-dao/so-ket/"
NOVEMBER = Days(date(2026, 11, 1), date(2026, 11, 30))
ASKED = f"?{NOVEMBER.query}"
MORNING, NEXT_DAY = moment("2026-11-02 08:42"), moment("2026-11-03 09:00")
#: On the promised day of that morning, before its hour; and after it.
ON_THE_DAY, LATE = moment("2026-11-05 09:00"), moment("2026-11-09 08:00")


@pytest.fixture
def leader_client(client, leader):
    client.force_login(leader)
    return client


def month_of_work(ward: Ward) -> None:
    """Four results: two early, one on its day, one late and explained; one dossier that is late now; one in October."""
    now = timezone.now()
    for done in (NEXT_DAY, NEXT_DAY, ON_THE_DAY, LATE):
        DossierFactory(ward=ward, at=MORNING, ready=True, then=done)
    DossierFactory(ward=ward, at=MORNING)
    before = moment("2026-10-12 08:00")
    DossierFactory(ward=ward, at=before, ready=True, then=before + timedelta(hours=2))
    Appointment.objects.break_overdue(now)
    explain(ward.dossier_set.get(ready_at=LATE), now)
    Figure.objects.keep_up(now)


def facts_of(staff, ward, days=NOVEMBER):
    wards = [ward] if ward else list(Ward.objects.in_service())
    return Facts(staff, wards, ward, days, timezone.now())


def said(document) -> str:
    """All that a document says, one block a line."""
    lines = [document.subject]
    for block in document.blocks:
        if block.kind == "table":
            lines += [block.title, *(" | ".join(row) for row in block.rows)]
        elif block.kind == "chart":
            lines += [block.chart.title, *(" | ".join(row) for row in block.chart.rows)]
        else:
            lines.append(block.text)
    return "\n".join(lines)


def text_of(staff, ward, days=NOVEMBER) -> str:
    return said(compose(facts_of(staff, ward, days), staff))


def pdf_words(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


# the sentences


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (108, 100, "tăng 8 hồ sơ (8,0%) so với quý II/2026"),
        (92, 100, "giảm 8 hồ sơ (8,0%) so với quý II/2026"),
        (1100, 100, "tăng 1.000 hồ sơ (gấp 11,0 lần) so với quý II/2026"),
        (7, 7, "bằng quý II/2026"),
        (7, 0, "tăng 7 hồ sơ so với quý II/2026"),
        (0, 7, "giảm 7 hồ sơ (100,0%) so với quý II/2026"),
        (0, 0, "quý II/2026 cũng không có"),
    ],
)
def test_a_change_is_said_as_people_say_it(now, before, words):
    assert change(now, before, "hồ sơ", "quý II/2026") == words


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (0.966, 0.978, "giảm 1,2 điểm phần trăm so với quý II/2026 (97,8%)"),
        (0.97, 0.966, "tăng 0,4 điểm phần trăm so với quý II/2026 (96,6%)"),
        (0.96601, 0.96599, "bằng quý II/2026"),
        (0.5, None, "quý II/2026 chưa có hồ sơ nào giải quyết xong để so sánh"),
        (None, 0.5, ""),
    ],
)
def test_shares_are_compared_in_points(now, before, words):
    assert share_change(now, before, "quý II/2026") == words


@pytest.mark.parametrize(
    ("now", "before", "words", "column"),
    [
        (Counter(early=9656, late=344), Counter(early=9704, late=296), "giảm 0,4 điểm phần trăm", "−0,4 điểm"),
        (Counter(early=204, late=116), Counter(early=637, late=363), "bằng quý II/2026", "0,0 điểm"),
        (Counter(early=96599, late=3401), Counter(early=96601, late=3399), "bằng quý II/2026", "0,0 điểm"),
    ],
)
def test_sentence_and_table_say_one_change_of_the_share(now, before, words, column):
    lines = [Line("", "", now=counts) for counts in (now, before)]
    assert share_change(*(line.share for line in lines), "quý II/2026").startswith(words)
    assert changed_share(*lines).change == column


def test_parts_are_listed_with_and_before_the_last():
    assert [listed([]), listed(["a", ""]), listed(["a", "b", "c"])] == ["", "a", "a, b và c"]


# what it says


def test_it_says_what_was_received_and_done_beside_the_month_before(leader, ward):
    month_of_work(ward)
    text = text_of(leader, ward)
    assert "Tiếp nhận 5 hồ sơ, tăng 4 hồ sơ (gấp 5,0 lần) so với cùng thời gian tháng 10/2026." in text
    assert "Giải quyết 4 hồ sơ, gồm 2 trước hạn, 1 đúng hạn, 1 quá hạn." in text
    assert "đạt 75,0%, giảm 25,0 điểm phần trăm so với cùng thời gian tháng 10/2026 (100,0%)." in text
    assert "Hiện đang giải quyết 1 hồ sơ: 0 trong hạn, 1 quá hạn" in text
    assert "Tiếp nhận | 5 | 1 | +4" in text
    assert "Hộ tịch | 5 | 4 | 2 | 1 | 1 | 75,0%" in text
    assert "Lỡ 2 lời hẹn; đã xin lỗi 0; còn nợ 2 thư xin lỗi." in text
    assert "chờ cơ quan khác trả lời (1)" in text
    assert "kỳ báo cáo chưa kết thúc" in text


def test_it_suggests_what_the_figures_show_and_leaves_the_rest_to_the_author(leader, ward):
    month_of_work(ward)
    ContributionFactory(ward=ward, at=MORNING)
    text = text_of(leader, ward)
    assert "- Còn nợ 2 thư xin lỗi: cần ký gửi ngay." in text
    assert "- 1 hồ sơ đang quá hạn: cần giải quyết dứt điểm, báo ngày hẹn mới." in text
    assert "- Tỷ lệ đúng hạn thấp hơn cùng thời gian tháng 10/2026" in text
    assert "- 1 góp ý, phản ánh quá hạn chưa trả lời." in text
    prompts = [block.text for block in compose(facts_of(leader, ward), leader).blocks if block.kind == "prompt"]
    assert "Việc cần làm, người phụ trách, ngày xong" in prompts


def test_what_was_late_when_a_period_ended_is_not_called_late_now(leader, ward):
    october, at = Days(date(2026, 10, 1), date(2026, 10, 31)), moment("2026-10-12 08:42")
    first, second = DossierFactory.create_batch(2, ward=ward, at=at)
    Appointment.objects.break_overdue(timezone.now())
    first.take_up(by=first.received_by, at=moment("2026-11-03 09:00"))
    first.mark_ready(by=first.received_by, at=moment("2026-11-03 10:00"))
    Figure.objects.keep_up(timezone.now())
    to_do = "cần giải quyết dứt điểm, báo ngày hẹn mới."
    assert f"- Cuối kỳ còn 2 hồ sơ quá hạn, nay 1 hồ sơ chưa xong: {to_do}" in text_of(leader, ward, october)
    assert f"- 1 hồ sơ đang quá hạn: {to_do}" in text_of(leader, ward)
    second.take_up(by=first.received_by, at=moment("2026-11-03 09:00"))
    second.mark_ready(by=first.received_by, at=moment("2026-11-03 10:00"))
    assert "- Cuối kỳ còn 2 hồ sơ quá hạn, nay đã xong cả." in text_of(leader, ward, october)


def test_a_period_without_anything_says_so_and_divides_by_nothing(leader, ward):
    text = text_of(leader, ward, Days(date(2026, 7, 1), date(2026, 9, 30)))
    assert "Sơ kết quý III/2026" in text
    assert "Tiếp nhận 0 hồ sơ, quý II/2026 cũng không có." in text
    assert "Trong kỳ chưa giải quyết xong hồ sơ nào." in text
    assert "Trong kỳ không lỡ lời hẹn nào." in text
    assert "quý III/2026: —." in text
    assert "Số liệu trong kỳ không cho thấy việc nào còn chậm." in text


def test_it_tells_what_people_said_and_what_was_done_for_them(leader, ward, clerk):
    now = timezone.now()
    question = Question.objects.get(question_set__slug="sau-ho-so", position=1)
    answers(ward, date(2026, 11, 1), question, {1: 98, 5: 2})
    answers(ward, date(2026, 10, 1), question, {1: 3})
    ContributionFactory(ward=ward, at=MORNING, kind="praise")
    talk = DialogueFactory(ward=ward, at=MORNING, by=leader)
    talk.promise(words="Lắp đèn", responsible=clerk, due_on=date(2026, 11, 10), key=uuid.uuid4(), by=leader, at=now)
    talk.hold(minutes="Đã nói chuyện rác", people=40, by=leader, at=now)
    done = DossierFactory(ward=ward, at=MORNING)
    HelpGiven.objects.record(ward=ward, procedure=done.procedure, helper=clerk, at=now, key=uuid.uuid4())
    campaign_of(ward)
    Campaign.objects.update(closes_on=date(2026, 11, 20))
    text = text_of(leader, ward)
    assert "tháng 11/2026: 98,0% rất hài lòng và tốt, trên 100 phiếu." in text
    assert "100,0%" not in text.split("IV.")[0].split("III.")[1]
    assert "đợt “Đợt tháng 11 năm 2026”, kết thúc trong kỳ: phát ra 0 phiếu" in text
    assert "mức hài lòng chưa có phiếu nào." in text
    assert "Nhận 1 ý kiến (1 lời khen), tăng 1 ý kiến so với cùng thời gian tháng 10/2026." in text
    assert "Tổ chức 1 buổi đối thoại, 40 lượt người dự, 0 câu hỏi." in text
    assert "Đã hứa 1 việc, xong 0, quá ngày chưa xong 1." in text
    assert "giúp 1 lượt người, tăng 1 lượt so với cùng thời gian tháng 10/2026." in text
    assert "tại nhà: 0 lượt, cùng thời gian tháng 10/2026 cũng không có." in text


def test_few_answers_are_never_told(leader, ward):
    question = Question.objects.get(question_set__slug="sau-ho-so", position=1)
    answers(ward, date(2026, 11, 1), question, {1: 4})
    assert "dưới 5 phiếu, không công bố" in text_of(leader, ward)


def test_a_ward_that_the_citys_page_hides_is_in_neither_review_nor_mail(city, ward, other_ward):
    question = Question.objects.get(question_set__slug="sau-ho-so", position=1)
    answers(ward, date(2026, 11, 1), question, {1: 43, 5: 4})
    answers(other_ward, date(2026, 11, 1), question, {1: 4})
    wards, now = list(Ward.objects.in_service()), timezone.now()
    on_page = city_of(city, wards, NOVEMBER, now).total.said
    assert on_page.share == Share(43, 47)
    assert facts_of(city, None).said[0].share == on_page.share
    assert "trên 47 phiếu" in past_mails(NOVEMBER)(wards, now)(city).text
    assert "trên 47 phiếu" in text_of(city, None)


def test_no_choice_of_months_tells_what_few_people_said(leader, city, ward):
    question = Question.objects.get(question_set__slug="sau-ho-so", position=1)
    answers(ward, date(2026, 10, 1), question, {1: 38, 5: 2})
    answers(ward, date(2026, 11, 1), question, {1: 1, 5: 2}, channel="phone")
    now, both = timezone.now(), Days(date(2026, 10, 1), date(2026, 11, 30))
    months = Period.touching(both)
    city_told = city_of(city, [ward], both, now)
    assert facts_of(leader, ward, both).said[0].share == city_told.rows[0].said.share == Share(38, 40)
    assert "dưới 5 phiếu, không công bố" in text_of(leader, ward)
    report = ward_report(leader, ward, months, now.date())
    assert "trên 40 phiếu" in report.headline
    stages, ways, questions, procedures, _ = report.tables
    assert [line.share for line in questions.lines] == [Share(38, 40)]
    assert {sum(line.share.count for line in table.lines) for table in (stages, ways, procedures)} == {40}
    assert "Tháng nào có dưới 5 phiếu thì không tính" in stages.note
    assert "Tháng nào có dưới 5 phiếu thì không tính" in city_told.said.note


def test_months_that_are_all_small_stay_hidden_together(leader, ward):
    question = Question.objects.get(question_set__slug="sau-ho-so", position=1)
    for month in range(1, 10):
        answers(ward, date(2026, month, 1), question, {1: 4})
    year = Days(date(2026, 1, 1), date(2026, 12, 31))
    assert facts_of(leader, ward, year).said[0].share.is_hidden


def campaign_until(last: date, city) -> Campaign:
    asked = QuestionSet.objects.get(slug="phieu-thon-to")
    days = {"opens_on": date(2026, 10, 20), "closes_on": last}
    at = moment("2026-10-20 08:00")
    return Campaign.objects.create(name="Đợt tháng 11", question_set=asked, opened_by=city, opened_at=at, **days)


def test_a_ward_of_few_ballots_is_not_in_the_citys_sum_and_is_not_told_alone(city, leader, ward, other_ward):
    campaign = campaign_until(date(2026, 11, 20), city)
    for each, sheets in ((ward, 40), (other_ward, 4)):
        ballots(campaign, each, {position: {1: sheets} for position in range(1, 7)}, handed_out=sheets + 10)
    assert "phát ra 50 phiếu, thu về hợp lệ 40 phiếu; mức hài lòng 100,0%" in text_of(city, None)
    alone = text_of(city, other_ward)
    assert "“Đợt tháng 11”, kết thúc trong kỳ: dưới 5 phiếu, không công bố để giữ kín người trả lời." in alone


def test_a_campaign_belongs_to_the_period_in_which_it_ends(leader, city, ward):
    campaign = campaign_until(date(2026, 11, 20), city)
    ballots(campaign, ward, {position: {1: 40} for position in range(1, 7)}, handed_out=50)
    october = Days(date(2026, 10, 1), date(2026, 10, 31))
    assert "trong kỳ không có đợt nào kết thúc." in text_of(leader, ward, october)
    assert "kết thúc trong kỳ: phát ra 50 phiếu" in text_of(leader, ward)
    Campaign.objects.update(closed_at=moment("2026-10-30 16:00"), closed_by=city)
    assert "kết thúc trong kỳ: phát ra 50 phiếu" in text_of(leader, ward, october)
    assert "trong kỳ không có đợt nào kết thúc." in text_of(leader, ward)


# the points


def test_points_stand_on_the_dossiers_of_the_period(leader, ward, officer):
    for done in (NEXT_DAY, NEXT_DAY, ON_THE_DAY, LATE):
        DossierFactory(ward=ward, at=MORNING, ready=True, then=done)
    asked = DossierFactory(ward=ward, at=MORNING)
    by = asked.received_by
    asked.request_papers(items=["Tờ khai"], reason="Thiếu", by=by, at=MORNING + timedelta(hours=1))
    asked.papers_received(by=by, at=NEXT_DAY)
    for step in ("take_up", "mark_ready"):
        getattr(asked, step)(by=by, at=NEXT_DAY + timedelta(hours=1))
    early = ward.dossier_set.filter(ready_at=NEXT_DAY).first()
    ContributionFactory(ward=ward, kind="complaint", dossier=early, at=LATE)
    Figure.objects.keep_up(timezone.now())
    told = agency_score(facts_of(leader, ward))
    # 3 early, 1 in time, 1 late: 7 points by 5; one asked for papers: 9 by 5; one early complained of: 5 by 5
    assert {index: str(value) for index, value in told.values.items()} == {1: "1.4", 3: "1.8", 7: "1.0", 8: "0.0"}
    assert set(told.missing) == {2, 4, 5, 6, 9}
    assert told.grade is None
    [(name, count, person)] = officer_scores(facts_of(leader, ward))
    assert (name, count) == (by.full_name, 5)
    assert {index: str(value) for index, value in person.values.items()} == {1: "1.4", 2: "2.0", 3: "1.8", 7: "1.0"}
    assert set(person.missing) == {4}


def test_officers_stand_by_given_name_though_two_have_the_same(leader_client, leader, ward):
    people = (("Đỗ Văn Đức", NEXT_DAY), ("Trần Thị An", NEXT_DAY), ("Trần Thị An", LATE), ("Bùi Văn Dũng", NEXT_DAY))
    for name, done in people:
        person = StaffFactory(ward=ward, officer=True, full_name=name)
        dossier = DossierFactory(ward=ward, at=MORNING, ready=True, then=done)
        ward.dossier_set.filter(pk=dossier.pk).update(officer=person)
    Figure.objects.keep_up(timezone.now())
    assert leader_client.get(f"{URL}{ASKED}").status_code == 200
    names = [name for name, _, _ in officer_scores(facts_of(leader, ward))]
    assert names == ["Trần Thị An", "Trần Thị An", "Bùi Văn Dũng", "Đỗ Văn Đức"]


def test_an_officer_may_use_up_his_share_of_a_term_that_is_kept(leader, ward):
    dossier = DossierFactory(ward=ward, at=MORNING, in_progress=True, then=MORNING + timedelta(minutes=10))
    dossier.mark_ready(by=dossier.received_by, at=ON_THE_DAY)
    Figure.objects.keep_up(timezone.now())
    [(_name, _count, person)] = officer_scores(facts_of(leader, ward))
    assert [str(person.values[index]) for index in (1, 2)] == ["1.0", "0.0"]


def test_a_complaint_found_false_takes_no_points(leader, ward, clerk):
    dossier = DossierFactory(ward=ward, at=MORNING, ready=True, then=NEXT_DAY)
    Figure.objects.keep_up(timezone.now())
    row = ContributionFactory(ward=ward, kind="complaint", dossier=dossier, at=NEXT_DAY)
    assert str(agency_score(facts_of(leader, ward)).values[7]) == "0.0"
    row.assign(to=clerk, by=leader, at=NEXT_DAY)
    row.reply(verdict="not_right", answer="Đã xem lại camera, không có việc này.", by=leader, at=NEXT_DAY)
    facts = facts_of(leader, ward)
    assert str(agency_score(facts).values[7]) == "2.0"
    assert str(agency_score(facts).values[8]) == "2.0"


def test_what_is_not_known_is_named_and_nobody_is_graded(leader, ward):
    month_of_work(ward)
    text = text_of(leader, ward)
    assert "theo Thông tư 01/2018/TT-VPCP (quy tắc năm 2018)" in text
    assert "Chưa xếp loại được vì thiếu số liệu của chỉ số 2, 4, 5, 6, 8 và 9." in text
    assert "9. Tiến độ và chất lượng dịch vụ công trực tuyến | — | hồ sơ trực tuyến nộp trên Cổng" in text
    assert "3 / 4 × 20 = 15,00 điểm, tối đa 20." in text


def test_a_drawing_holds_two_months_of_days_and_longer_spans_month_by_month(leader, ward):
    rows = {
        days: compose(facts_of(leader, ward, days), leader).blocks
        for days in (Days(date(2026, 1, 2), date(2026, 11, 20)), NOVEMBER, Days(date(2026, 9, 21), date(2026, 11, 20)))
    }
    counts = [len(next(block for block in blocks if block.kind == "chart").chart.rows) for blocks in rows.values()]
    assert counts == [11, 23, 61]


# page, paper and word processor


def test_all_three_say_the_same(leader_client, leader, ward):
    month_of_work(ward)
    document = leader_client.get(f"{URL}{ASKED}").context["document"]
    page = leader_client.get(f"{URL}{ASKED}").text
    answer = leader_client.get(f"/lanh-dao/so-ket.docx{ASKED}")
    paper = read_docx(BytesIO(answer.content))
    pdf = pdf_words(leader_client.get(f"/lanh-dao/so-ket.pdf{ASKED}").content)
    written = [line.text for line in paper.paragraphs]
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in paper.tables]
    for block in document.blocks:
        if block.kind == "table":
            rows = [list(block.heads), *(list(row) for row in block.rows)]
            assert rows in tables
            assert all(" ".join(" ".join(row).split()) in pdf for row in block.rows if len(" ".join(row)) < 60)
            assert all(f">{cell}<" in page for row in block.rows for cell in row)
        elif block.kind == "chart":
            assert f"{block.chart.title}. {block.about}" in written
            assert block.chart.title in page
            assert block.chart.title in pdf
        else:
            words = f"[{block.text}]" if block.kind == "prompt" else block.text
            assert words in written
            assert " ".join(words.split()) in pdf
            assert words in page
    logged = list(AccessLog.objects.values_list("ward", "about"))
    assert logged == [(ward.pk, "Báo cáo sơ kết tháng 11/2026")] * 2
    assert 'filename="bao-cao-so-ket-le-hong-phong-20261101-20261130.docx"' in answer["Content-Disposition"]


def test_the_word_file_has_headings_page_numbers_and_the_leaders_signature(leader_client, leader, ward):
    month_of_work(ward)
    paper = read_docx(BytesIO(leader_client.get(f"/lanh-dao/so-ket.docx{ASKED}").content))
    heads = [line.text for line in paper.paragraphs if line.style.name == "Heading 1"]
    assert [head.split(".")[0] for head in heads] == ["I", "II", "III", "IV", "V", "VI"]
    assert {line.style.font.name for line in paper.paragraphs} == {"Times New Roman"}
    section = paper.sections[0]
    assert "PAGE" in section.header._element.xml
    assert section.different_first_page_header_footer
    first, last = paper.tables[0], paper.tables[-1]
    assert first.cell(0, 0).text.split("\n")[:2] == ["ỦY BAN NHÂN DÂN", "PHƯỜNG LÊ HỒNG PHONG"]
    assert "Độc lập - Tự do - Hạnh phúc" in first.cell(0, 2).text
    assert first.cell(1, 1).text == "Phường Lê Hồng Phong, ngày … tháng … năm 2026"
    assert " ".join(last.cell(0, 1).text.split()) == "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH Trần Quốc Vượng"
    bars = next(table for table in paper.tables if table.cell(0, 1).text == "Tiếp nhận")
    assert max(len(row.cells[1].text) for row in bars.rows) == 9


def test_bars_of_the_word_file_say_what_is_true_of_them(leader_client, ward):
    month_of_work(ward)
    paper = read_docx(BytesIO(leader_client.get(f"/lanh-dao/so-ket.docx{ASKED}").content))
    (told,) = [line.text for line in paper.paragraphs if line.text.startswith("Tỷ lệ đúng hạn theo tháng.")]
    assert told.endswith("5 hồ sơ, 12 tháng đến 11/2026; thanh bắt đầu từ 70%")
    assert not [line.text for line in paper.paragraphs if "ột rỗng" in line.text or "trục" in line.text]
    course = next(table for table in paper.tables if table.cell(0, 0).text == "10/26")
    assert [len(row.cells[1].text) for row in course.rows] == [18, 3]
    assert all(any(cell.text for cell in table.rows[0].cells) for table in paper.tables)


def test_the_word_file_is_set_as_the_decree_has_it_and_in_vietnamese(leader_client, leader, ward):
    month_of_work(ward)
    paper = read_docx(BytesIO(leader_client.get(f"/lanh-dao/so-ket.docx{ASKED}").content))
    head = [line.text for line in paper.paragraphs[:3]]
    assert (head[0], head[1], head[2][:6]) == ("", "BÁO CÁO", "Sơ kết")
    assert "w:pBdr" in paper.paragraphs[3]._p.xml
    compared = next(table for table in paper.tables if table.cell(0, 0).text == "Nội dung")
    assert compared.columns[3].width.cm > 3
    languages = paper.styles.element.xpath("w:docDefaults//w:lang")[0].attrib.values()
    assert set(languages) == {"vi-VN"}
    about = paper.core_properties
    assert (about.author, about.last_modified_by, about.comments) == (*["Phường Lê Hồng Phong"] * 2, "")
    assert about.created.year >= 2026


def test_the_signature_never_stands_on_a_page_of_its_own(leader, ward):
    whole = compose(facts_of(leader, ward), leader)
    for count in range(12, 28, 3):
        paper = replace(whole, blocks=[TextBlock("Việc cần làm.")] * count)
        pages = [page.extract_text() for page in PdfReader(BytesIO(paper_pdf(paper))).pages]
        (last,) = [text for text in pages if "Nơi nhận" in text]
        assert "Trên đây là báo cáo" in last


def paper_pdf(document) -> bytes:
    return html_to_pdf(render_to_string("paper/review.html", {"document": document}))


def test_the_last_words_of_the_subject_stay_together_and_no_table_is_numbered(leader, ward):
    document = compose(facts_of(leader, ward), leader)
    assert document.subject.split(" ")[-1] == "vì\u00a0nhân\u00a0dân\u00a0phục\u00a0vụ”"
    assert not [block for block in document.blocks if block.kind == "table" and block.title.startswith("Bảng")]


# who, and at what cost


def test_a_leader_reviews_the_own_ward_whatever_the_address_says(leader_client, leader, ward, other_ward):
    month_of_work(other_ward)
    page = leader_client.get(f"{URL}{ASKED}&don_vi=quang-trung")
    assert "PHƯỜNG LÊ HỒNG PHONG" in page.context["document"].agency
    assert "Tiếp nhận 0 hồ sơ" in page.text


def test_the_city_reviews_one_ward_or_all_of_them(client, city, ward, other_ward):
    month_of_work(ward)
    client.force_login(city)
    whole = client.get(f"{URL}{ASKED}")
    assert whole.context["document"].agency[1] == "THÀNH PHỐ PHỦ LÝ"
    assert "Phường Lê Hồng Phong | 5 | 4 | 2 | 1 | 1 | 75,0%" in said(whole.context["document"])
    one = client.get(f"{URL}{ASKED}&don_vi=quang-trung").context["document"]
    assert (one.agency[1], one.signer) == ("PHƯỜNG QUANG TRUNG", "")
    assert "Tiếp nhận 0 hồ sơ" in said(one)
    assert "Xin chọn lại." in client.get(f"{URL}{ASKED}&don_vi=khong-co").text


@pytest.mark.parametrize("path", [URL, "/lanh-dao/so-ket.pdf", "/lanh-dao/so-ket.docx"])
def test_a_clerk_writes_no_review_and_wrong_days_are_said(client, leader, clerk, path):
    client.force_login(clerk)
    assert client.get(path).status_code == 403
    client.force_login(leader)
    assert "Ngày cuối phải sau ngày đầu." in client.get(f"{path}?tu=2026-11-30&den=2026-11-01").text


def test_all_wards_cost_what_one_does(client, city, ward):
    client.force_login(city)
    month_of_work(ward)
    address = f"{URL}{ASKED}"
    alone = queries(client, address)
    for other in Ward.objects.in_service().exclude(pk=ward.pk)[:2]:
        month_of_work(other)
        StaffFactory(ward=other, officer=True)
    assert queries(client, address) == alone < 60
