"""Logging in and out, and what happens to a form whose session ended while it was being filled in."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk.demo import PASSWORD
from tests.factories import DossierFactory, StaffFactory

LOGIN = "/dang-nhap/"
#: The password of everybody whom StaffFactory makes.
RIGHT = "mat-khau-thu"
WRONG_TEXT = "Tên đăng nhập hoặc mật khẩu chưa đúng. Xin thử lại."


class Forms(HTMLParser):
    """The forms of a page: where each goes, and the names and values that it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[tuple[str, list[tuple[str, str]]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.all.append((given.get("action", ""), []))
        elif tag == "input" and self.all and given.get("name"):
            self.all[-1][1].append((given["name"], given.get("value", "")))


def form_on(answer, number=0):
    """Address and fields of a form on a page, in the order of the page."""
    return Forms(answer.text).all[number]


def send(client, action, fields):
    """Post fields, some of which may have the same name."""
    return client.post(action, {name: [v for n, v in fields if n == name] for name, _ in fields})


def log_in(client, staff, password=RIGHT, **more):
    return client.post(LOGIN, {"username": staff.username, "password": password}, **more)


def is_logged_in(client):
    return client.get(reverse("desk:password")).status_code == 200


# in, out, password


@pytest.mark.parametrize(
    ("roles", "start"),
    [
        ({"clerk": True}, "/quay/"),
        ({"officer": True}, "/quay/"),
        ({"leader": True}, "/quay/"),
        ({"clerk": True, "leader": True}, "/quay/"),
        ({"city": True}, "/lanh-dao/"),
        ({"is_superuser": True, "is_staff": True, "ward": None}, "/quan-tri/"),
    ],
    ids=["clerk", "officer", "leader", "clerk and leader", "city", "administrator"],
)
def test_each_role_starts_at_its_own_page(client, db, roles, start):
    answer = log_in(client, StaffFactory(**roles))
    assert (answer.status_code, answer.url) == (302, start)
    assert client.get(start).status_code == 200


def test_who_is_logged_in_already_goes_to_the_start_page(clerk_client):
    assert clerk_client.get(LOGIN).url == "/quay/"


def test_the_account_name_may_have_spaces_around_it(client, clerk):
    assert client.post(LOGIN, {"username": f" {clerk.username} ", "password": RIGHT}).status_code == 302


def test_a_wrong_password_and_an_unknown_account_get_the_same_words(client, clerk):
    wrong = log_in(client, clerk, "mat-khau-khac")
    unknown = client.post(LOGIN, {"username": "khong-co-ai", "password": RIGHT})
    assert wrong.status_code == unknown.status_code == 200
    assert WRONG_TEXT in wrong.text
    assert WRONG_TEXT in unknown.text
    assert not is_logged_in(client)


def test_a_closed_account_stays_outside(client, ward):
    staff = StaffFactory(ward=ward, clerk=True, is_active=False)
    assert WRONG_TEXT in log_in(client, staff).text
    staff.is_active = True
    staff.save(update_fields=["is_active"])
    assert log_in(client, staff).status_code == 302


@pytest.mark.parametrize("typed", ["x" * 5000, "clerk\x00", "😀" * 200, "<script>alert(1)</script>"])
def test_nonsense_for_an_account_name_is_answered_on_the_page(client, db, typed):
    answer = client.post(LOGIN, {"username": typed, "password": "\x00" + typed})
    assert answer.status_code == 200
    assert "<script>alert(1)" not in answer.text


def test_logging_out_is_a_post_and_leads_home(clerk_client):
    assert clerk_client.get(reverse("desk:logout")).status_code == 405
    assert is_logged_in(clerk_client)
    assert clerk_client.post(reverse("desk:logout")).url == "/"
    assert not is_logged_in(clerk_client)


def test_a_new_password_replaces_the_old_one(clerk_client, clerk):
    typed = {"old_password": RIGHT, "new_password1": "hoa-sen-trang-8", "new_password2": "hoa-sen-trang-8"}
    answer = clerk_client.post(reverse("desk:password"), typed, follow=True)
    assert "Đã đổi mật khẩu." in answer.text
    assert is_logged_in(clerk_client)
    assert WRONG_TEXT in log_in(Client(), clerk).text
    assert log_in(Client(), clerk, "hoa-sen-trang-8").status_code == 302


def test_a_wrong_old_password_changes_nothing(clerk_client, clerk):
    typed = {"old_password": "mat-khau-khac", "new_password1": "hoa-sen-trang-8", "new_password2": "hoa-sen-trang-8"}
    answer = clerk_client.post(reverse("desk:password"), typed)
    assert "Mật khẩu đang dùng chưa đúng." in answer.text
    assert log_in(Client(), clerk).status_code == 302


# where the log-in leads


def test_the_page_asked_for_comes_after_the_log_in(client, clerk):
    asked = client.get("/ho-so/?lan=overdue")
    assert asked.url == "/dang-nhap/?next=/ho-so/%3Flan%3Doverdue"
    _action, fields = form_on(client.get(asked.url))
    assert dict(fields)["next"] == "/ho-so/?lan=overdue"
    answer = client.post(LOGIN, {"username": clerk.username, "password": RIGHT, "next": "/ho-so/?lan=overdue"})
    assert answer.url == "/ho-so/?lan=overdue"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "https:///evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example/",
        "https://testserver@evil.example/",
    ],
)
def test_the_log_in_never_leads_to_another_host(client, clerk, elsewhere):
    assert dict(form_on(client.get(LOGIN, {"next": elsewhere}))[1])["next"] == ""
    typed = {"username": clerk.username, "password": RIGHT, "next": elsewhere}
    assert client.post(LOGIN, typed).url == "/quay/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
def test_a_kept_form_is_never_sent_to_another_host(client, clerk, elsewhere):
    typed = {"username": clerk.username, "password": RIGHT, "next": elsewhere, "kept": "1", "typed-q": "Nhung"}
    action, _fields = form_on(client.post(LOGIN, typed))
    assert action == "/quay/"


# too many wrong passwords


def fail(client, staff, times, **more):
    return [log_in(client, staff, f"mat-khau-sai-{n}", **more).status_code for n in range(times)]


def test_ten_wrong_passwords_make_an_account_wait(client, clerk):
    assert fail(client, clerk, 9) == [200] * 9
    answer = log_in(client, clerk, "mat-khau-sai")
    assert answer.status_code == 429
    assert "Tạm khóa đăng nhập 15 phút." in answer.text
    assert 'lang="vi"' in answer.text
    assert log_in(client, clerk).status_code == 429
    assert not is_logged_in(client)


def test_another_account_at_the_same_address_does_not_wait(client, clerk, leader):
    assert fail(client, clerk, 10)[-1] == 429
    assert log_in(client, leader).status_code == 302


def test_the_same_account_at_another_address_does_not_wait(client, clerk):
    assert fail(client, clerk, 10)[-1] == 429
    assert log_in(client, clerk, REMOTE_ADDR="10.0.0.8").status_code == 302


def test_another_browser_at_the_same_address_waits_as_well(client, clerk):
    for n in range(10):
        log_in(client, clerk, "mat-khau-sai", headers={"user-agent": f"Trình duyệt {n}".encode().decode("latin-1")})
    assert log_in(Client(), clerk).status_code == 429


def test_another_spelling_of_the_account_waits_as_well(client, clerk):
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in clerk.username)  # NFKC makes them one
    for _ in range(5):
        client.post(LOGIN, {"username": wide, "password": "mat-khau-sai"})
        client.post(LOGIN, {"username": f" {clerk.username}", "password": "mat-khau-sai"})
    assert log_in(client, clerk).status_code == 429


def test_the_wait_is_over_after_15_minutes(client, clerk):
    fail(client, clerk, 10)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=15, seconds=5))
    assert log_in(client, clerk).status_code == 302


def test_the_wait_is_not_over_sooner(client, clerk):
    fail(client, clerk, 10)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=14, seconds=30))
    assert log_in(client, clerk).status_code == 429


def test_a_new_password_from_the_administrator_ends_the_wait(client, clerk, leader):
    """The page that locks says so, and a citizen is waiting at the counter."""
    assert fail(client, clerk, 10)[-1] == fail(client, leader, 10)[-1] == 429
    admin = Client()
    admin.force_login(StaffFactory(is_superuser=True, is_staff=True, ward=None))
    new = {"usable_password": "true", "password1": "mat-khau-moi-toanh", "password2": "mat-khau-moi-toanh"}
    assert admin.post(reverse("admin:auth_user_password_change", args=[clerk.pk]), new).status_code == 302
    assert log_in(client, clerk, "mat-khau-moi-toanh").status_code == 302
    assert log_in(Client(), leader).status_code == 429


def test_a_right_password_starts_the_count_again(client, clerk):
    fail(client, clerk, 9)
    log_in(client, clerk)
    client.post(reverse("desk:logout"))
    assert fail(client, clerk, 9) == [200] * 9


def test_behind_the_proxy_the_address_is_the_one_that_the_proxy_saw(settings, clerk):
    settings.PRODUCTION = True
    client = Client()
    for n in range(10):
        log_in(client, clerk, "mat-khau-sai", headers={"x-forwarded-for": f"10.9.9.{n}, 203.0.113.7"})
    assert log_in(client, clerk, headers={"x-forwarded-for": "203.0.113.7"}).status_code == 429
    assert log_in(client, clerk, headers={"x-forwarded-for": "203.0.113.8"}).status_code == 302


def test_without_a_proxy_nobody_chooses_an_address(client, clerk):
    for n in range(10):
        log_in(client, clerk, "mat-khau-sai", headers={"x-forwarded-for": f"203.0.113.{n}"})
    assert log_in(client, clerk, headers={"x-forwarded-for": "203.0.113.99"}).status_code == 429


# a session that ended in the middle of a form

#: As the intake page sends it: letters with marks, markup, a name twice, an empty field.
TYPED = [
    ("applicant_name", "Nguyễn Thị Tuyết Nhung"),
    ("id_number", "035190000345"),
    ("address", 'Tổ 4 "sau chùa" <b>&amp;'),
    ("paper", "Tờ khai"),
    ("paper", "Giấy chứng sinh"),
    ("email", ""),
]


@pytest.fixture
def visitor():
    """A client that checks CSRF, as a real browser has it."""
    return Client(enforce_csrf_checks=True)


def log_in_with_form(visitor, page, staff, password=RIGHT):
    """Fill in the log-in form on that page and send it with everything it hides."""
    action, fields = form_on(page)
    own = {"username": staff.username, "password": password}
    return send(visitor, action, [(name, own.get(name, value)) for name, value in fields])


def interrupted(visitor, staff, path, fields):
    """Log in, let the session end, and post a form that was opened before: the answer to it."""
    log_in_with_form(visitor, visitor.get(LOGIN), staff)
    token = dict(form_on(visitor.get(reverse("desk:password")))[1])["csrfmiddlewaretoken"]
    visitor.cookies.pop("sessionid")
    return send(visitor, path, [*fields, ("csrfmiddlewaretoken", token)])


def without_token(fields):
    return [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]


def test_a_form_posted_after_the_session_ended_is_kept_through_the_log_in(visitor, clerk):
    page = interrupted(visitor, clerk, "/quay/tiep-nhan/", TYPED)
    assert page.status_code == 401
    assert "Phiên làm việc đã hết." in page.text
    kept = [(name, value) for name, value in form_on(page)[1] if name.startswith("typed-")]
    assert kept == [(f"typed-{name}", value) for name, value in TYPED]

    page = log_in_with_form(visitor, page, clerk)
    assert page.status_code == 200
    assert "Đã đăng nhập lại." in page.text
    action, fields = form_on(page)
    assert action == "/quay/tiep-nhan/"
    assert without_token(fields) == TYPED

    answer = send(visitor, action, fields)
    assert answer.status_code == 200
    assert 'value="Nguyễn Thị Tuyết Nhung"' in answer.text


def test_a_wrong_password_on_the_way_loses_nothing(visitor, clerk):
    page = interrupted(visitor, clerk, "/quay/tiep-nhan/", TYPED)
    page = log_in_with_form(visitor, page, clerk, "mat-khau-sai")
    assert WRONG_TEXT in page.text
    action, fields = form_on(log_in_with_form(visitor, page, clerk))
    assert (action, without_token(fields)) == ("/quay/tiep-nhan/", TYPED)


def test_what_was_typed_does_not_stay_in_the_record_of_wrong_passwords(visitor, clerk):
    page = interrupted(visitor, clerk, "/quay/tiep-nhan/", TYPED)
    log_in_with_form(visitor, page, clerk, "mat-khau-sai")
    stored = AccessAttempt.objects.get(username=clerk.username).post_data
    assert "next=/quay/tiep-nhan/" in stored
    assert not [value for _name, value in TYPED if value and value in stored]
    assert "mat-khau-sai" not in stored


def test_the_address_asked_for_with_its_query_is_kept_too(visitor, clerk):
    page = interrupted(visitor, clerk, "/quay/?lan=overdue", [("q", "Nhung")])
    action, fields = form_on(log_in_with_form(visitor, page, clerk))
    assert (action, without_token(fields)) == ("/quay/?lan=overdue", [("q", "Nhung")])


def test_a_button_pressed_after_the_session_ended_works_after_the_log_in(visitor, ward, officer):
    dossier = DossierFactory(ward=ward, at=timezone.now())
    page = interrupted(visitor, officer, reverse("dossiers:move", args=[dossier.code, "nhan-xu-ly"]), [])
    assert page.status_code == 401
    page = log_in_with_form(visitor, page, officer)
    dossier.refresh_from_db()
    assert dossier.state == "received"
    assert send(visitor, *form_on(page)).url == dossier.get_absolute_url()
    dossier.refresh_from_db()
    assert dossier.state == "in_progress"


def test_a_kept_form_does_not_open_another_wards_dossier(visitor, ward, other_ward):
    dossier = DossierFactory(ward=ward, at=timezone.now())
    stranger = StaffFactory(ward=other_ward, officer=True)
    page = interrupted(visitor, stranger, reverse("dossiers:move", args=[dossier.code, "nhan-xu-ly"]), [])
    page = log_in_with_form(visitor, page, stranger)
    assert send(visitor, *form_on(page)).status_code == 404


def test_who_logs_out_after_the_session_ended_is_not_logged_out_again_by_the_next_log_in(visitor, clerk, leader):
    page = interrupted(visitor, clerk, reverse("desk:logout"), [])
    assert page.status_code == 401
    assert "Phiên làm việc đã hết." not in page.text
    assert log_in_with_form(visitor, page, leader).url == "/quay/"
    assert is_logged_in(visitor)


def test_a_demonstration_account_keeps_the_form_as_well(visitor, ward):
    clerk = StaffFactory(username="clerk", ward=ward, clerk=True, password=PASSWORD)
    visitor.get(LOGIN)
    token = visitor.cookies["csrftoken"].value
    page = send(visitor, "/quay/tiep-nhan/", [*TYPED, ("csrfmiddlewaretoken", token)])
    page = send(visitor, *form_on(page, 1))
    assert without_token(form_on(page)[1]) == TYPED
    assert visitor.session["_auth_user_id"] == str(clerk.pk)


# CSRF


@pytest.mark.parametrize("path", [LOGIN, "/quay/tiep-nhan/", "/dang-xuat/"])
def test_a_form_from_elsewhere_is_refused_in_vietnamese(visitor, clerk, path):
    log_in_with_form(visitor, visitor.get(LOGIN), clerk)
    answer = send(visitor, path, TYPED)
    assert answer.status_code == 403
    assert "Trang này mở đã lâu" in answer.text
    assert "csrf" not in answer.text.lower()
    assert is_logged_in(visitor)


def test_a_form_from_elsewhere_is_not_kept_for_a_log_in(visitor, db):
    answer = send(visitor, "/quay/tiep-nhan/", TYPED)
    assert answer.status_code == 403
    assert "Nhung" not in answer.text


# the demonstration


@pytest.fixture
def demo_clerk(ward):
    return StaffFactory(username="clerk", ward=ward, clerk=True, password=PASSWORD)


def test_the_demonstration_offers_the_accounts_that_are_there(client, demo_clerk):
    page = client.get(LOGIN)
    assert PASSWORD in page.text
    offered = [dict(fields)["username"] for _action, fields in Forms(page.text).all[1:]]
    assert offered == ["clerk"]


def test_one_click_logs_in(client, demo_clerk):
    assert send(client, *form_on(client.get(LOGIN), 1)).url == "/quay/"


def test_an_installation_without_demonstration_accounts_offers_none(client, clerk):
    page = client.get(LOGIN)
    assert PASSWORD not in page.text
    assert len(Forms(page.text).all) == 1


def test_production_offers_no_accounts_even_where_they_are_there(settings, demo_clerk):
    settings.PRODUCTION = True
    page = Client().get(LOGIN)
    assert PASSWORD not in page.text
    assert len(Forms(page.text).all) == 1
