"""Every page of the portal is fit for everybody: axe, narrow and wide screens, big targets, little to load."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from desk.demo import ACCOUNTS
from desk.models import Ward
from dossiers.models import DelayCause, Dossier
from feedback.models import Question
from tests.conftest import moment
from tests.e2e.conftest import CARD, DESK, PHONE
from tests.factories import DossierFactory, StaffFactory, answers, counted_at, kept

pytestmark = pytest.mark.e2e

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Phúc Thị Hoàng Bảo Quỳnh Diễm Nghiêm"
#: 683 px is a 1366 px screen at 200 % zoom.
WIDTHS = [1366, 683, 390, 320]

ASK_AXE = """
async (rules) => (await axe.run(document, {runOnly: rules, resultTypes: ["violations"], iframes: false})).violations
    .flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`))
"""
# what sticks out to the right, the widest first
TOO_WIDE = """
() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
    [...document.querySelectorAll("main *, header *, footer *")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))
"""
# what a finger can hit, save links inside a sentence
TOO_SMALL = """
() => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.9)
    .filter((one) => one.tagName !== "A" || one.parentElement.textContent.trim() === one.textContent.trim())
    .map((one) => `${one.getBoundingClientRect().height} px: ${one.outerHTML.slice(0, 120)}`)
"""
# keys named where there is no keyboard
KEYS = """
() => [...document.querySelectorAll("a kbd, button kbd, header kbd")].filter((one) => one.checkVisibility())
    .map((one) => one.parentElement.outerHTML.slice(0, 120))
"""
# words of two syllables that a large line of a citizen's page tears apart
TORN = """
(words) => [...document.querySelectorAll("h1, h2, .door b")].filter((one) => one.checkVisibility()).flatMap((one) => {
    const nodes = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), torn = [];
    while (nodes.nextNode()) {
        for (const match of nodes.currentNode.data.matchAll(new RegExp(words, "gi"))) {
            const range = document.createRange();
            range.setStart(nodes.currentNode, match.index);
            range.setEnd(nodes.currentNode, match.index + match[0].length);
            if (new Set([...range.getClientRects()].map((line) => line.top)).size > 1) torn.push(one.textContent);
        }
    }
    return torn;
})
"""
TOGETHER = "(xin.lỗi|cảm.ơn|hồ.sơ|giấy.tờ|lệ.phí|thủ.tục|kết.quả|giải.quyết|tiến.độ)"


class Inspector:
    """Looks at each page on the desk's screen and on a phone, and keeps what is not right with it."""

    def __init__(self, *, is_citizens: bool) -> None:
        self.is_citizens = is_citizens
        self.found: list[str] = []

    def look(self, page: Page, name: str) -> None:
        page.wait_for_load_state()  # a click returns before the style sheet has come
        page.evaluate(AXE)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844 if width <= 390 else 768})
            self.keep(f"{name} at {width} px is too wide", page.evaluate(TOO_WIDE))
            if width not in (DESK["width"], PHONE["width"]):
                continue
            self.keep(f"{name} at {width} px, axe", page.evaluate(ASK_AXE, RULES))
            if width == PHONE["width"]:
                self.keep(f"{name} names keys on a phone", page.evaluate(KEYS))
            if self.is_citizens:
                self.keep(f"{name} at {width} px has small targets", page.evaluate(TOO_SMALL))
                self.keep(f"{name} at {width} px tears words apart", page.evaluate(TORN, TOGETHER))
            if shots := os.environ.get("SHOTS"):
                page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True, caret="initial")
        page.set_viewport_size(DESK)

    def keep(self, what: str, troubles: list[str]) -> None:
        self.found += [f"{what}: {trouble}" for trouble in troubles]


@contextmanager
def inspecting(*, is_citizens: bool) -> Iterator[Inspector]:
    inspector = Inspector(is_citizens=is_citizens)
    yield inspector
    assert not inspector.found, "\n".join(inspector.found)


@pytest.fixture
def everybody(browse):
    """One person with every role of a ward."""
    return StaffFactory(full_name="Lê Thị Bích Ngọc", clerk=True, officer=True, leader=True)


@pytest.fixture
def dossiers(everybody, now) -> dict[str, Dossier]:
    """One dossier in every state that the pages know."""
    long_ago, last_month = moment("2026-11-09 09:10"), moment("2026-10-12 14:05")
    made = {
        "received": DossierFactory(at=now, applicant_name=LONG_NAME),
        "in_progress": DossierFactory(in_progress=True, at=moment("2026-11-20 14:30"), then=now),
        "overdue": DossierFactory(in_progress=True, at=long_ago, then=long_ago + timedelta(hours=3)),
        "ready": DossierFactory(ready=True, at=moment("2026-11-20 08:00"), then=moment("2026-11-20 16:10")),
        "returned": DossierFactory(returned=True, at=last_month, then=last_month + timedelta(days=1)),
        "waiting": DossierFactory(at=now),
        "refused": DossierFactory(at=now),
        "rescheduled": DossierFactory(at=now),
    }
    made["waiting"].request_papers(items=["Bản chính giấy khai sinh"], reason="Để đối chiếu", by=everybody, at=now)
    made["refused"].refuse(reason="Không thuộc thẩm quyền của phường", by=everybody, at=now)
    made["rescheduled"].reschedule(
        day=date(2026, 12, 1),
        half="morning",
        delay_cause=DelayCause.objects.get_or_create(name="Chờ cơ quan khác")[0],
        reason="Đang xác minh nơi cư trú trước đây",
        by=everybody,
        at=now,
    )
    call_command("flag_overdue", verbosity=0)
    return made


def test_citizen_pages(browse, dossiers, troubles):
    ward = Ward.objects.get(slug="le-hong-phong")
    procedure = dossiers["received"].procedure
    pages = {
        "city-home": "/",
        "ward-home": ward.get_absolute_url(),
        "lookup": "/tra-cuu/",
        "catalogue": "/thu-tuc/",
        "catalogue-none": "/thu-tuc/?q=xyz",
        "procedure": f"/thu-tuc/{procedure.code}/",
        **{f"status-{state}": f"/hs/{row.token}/" for state, row in dossiers.items()},
    }
    page = browse()
    with inspecting(is_citizens=True) as inspector:
        for name, address in pages.items():
            page.goto(address)
            inspector.look(page, name)
        page.goto(f"/hs/{dossiers['in_progress'].token}/")
        page.get_by_text("Ngày hẹn được tính thế nào?").click()
        inspector.look(page, "status-counted")


def test_public_figures(browse, now):
    """From the home page to the figures of a month, of a ward and of the month that runs, to the data."""
    ward = Ward.objects.get(slug="le-hong-phong")
    for what, count in {"khai sinh": 1234, "chứng thực": 40, "kết hôn": 3, "khai tử": 4}.items():
        kept(ward, date(2026, 10, 1), what, count, late=1)
        kept(ward, date(2026, 11, 5), what, count, span="day")
    kept(ward, date(2026, 11, 9), "khai sinh", 9, span="day")
    kept(Ward.objects.get(slug="quang-trung"), date(2026, 10, 1), "khai sinh", 3)
    counted_at(now)
    question = Question.objects.filter(question_set__use="survey", position=1).order_by("-question_set__valid_from")[0]
    answers(ward, date(2026, 10, 1), question, {1: 60, 3: 3})
    page = browse(PHONE, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Xem mọi con số").click()
    expect(page.get_by_text("1.281 trong 1.285 hồ sơ có kết quả")).to_be_in_viewport()
    expect(page.get_by_text("dưới 5 hồ sơ").first).to_be_visible()
    page.get_by_role("link", name="Phường Lê Hồng Phong").click()
    expect(page.get_by_role("row", name="Khai sinh")).to_contain_text("99,9%")
    page.get_by_text("Mô tả dữ liệu").click()
    expect(page.get_by_text("ma_thu_tuc", exact=True)).to_be_visible()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="CSV theo phường xã").click()
    assert Path(downloaded.value.path()).read_bytes().startswith(b"\xef\xbb\xbfthang,ma_don_vi")
    page = browse()
    with inspecting(is_citizens=True) as inspector:
        for name, query in {"city": "", "ward": "?don_vi=le-hong-phong", "running": "?tu=2026-11&den=2026-11"}.items():
            page.goto(f"/cong-khai/{query}")
            inspector.look(page, f"figures-{name}")


def test_pages_that_say_what_went_wrong(browse, dossiers, troubles, monkeypatch):
    troubles.expected |= {403, 404, 429, 500}
    page = browse()
    with inspecting(is_citizens=True) as inspector:
        page.goto("/khong-co/")
        inspector.look(page, "404")
        page.goto("/tra-cuu/")
        page.get_by_label("Mã hồ sơ").fill(dossiers["ready"].code)
        page.get_by_label("4 số cuối").fill("12")
        page.get_by_role("button", name="Xem hồ sơ").click()
        expect(page.get_by_text("Xin gõ đúng 4 chữ số.")).to_be_visible()
        inspector.look(page, "lookup-field-error")
        page.get_by_label("4 số cuối").fill("9999")
        page.get_by_role("button", name="Xem hồ sơ").click()
        expect(page.get_by_role("alert")).to_contain_text("chưa khớp nhau")
        inspector.look(page, "lookup-no-match")
        page.goto("/dang-nhap/")
        page.context.clear_cookies()
        page.get_by_label("Tên đăng nhập").fill("clerk")
        page.get_by_label("Mật khẩu").fill("sai")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="việc này chưa xong")).to_be_visible()
        inspector.look(page, "trouble")
        for _ in range(10):
            Client().post("/dang-nhap/", {"username": "ngoc", "password": "sai"})
        page.goto("/dang-nhap/")
        page.get_by_label("Tên đăng nhập").fill("ngoc")
        page.get_by_label("Mật khẩu").fill("sai")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Tạm khóa đăng nhập")).to_be_visible()
        inspector.look(page, "locked-out")
        city = browse(staff=StaffFactory(city=True))
        city.goto("/quay/")
        inspector.look(city, "403")
        monkeypatch.setattr("dossiers.views.public.answer", lambda *args: 1 / 0)
        page.goto(f"/hs/{dossiers['ready'].token}/")
        expect(page.get_by_role("heading", name="máy chủ vừa gặp trục trặc")).to_be_visible()
        inspector.look(page, "500")


def test_log_in(browse):
    page = browse()
    with inspecting(is_citizens=True) as inspector:
        page.goto("/dang-nhap/")
        inspector.look(page, "login")
        page.get_by_label("Tên đăng nhập").fill("clerk")
        page.get_by_label("Mật khẩu").fill("sai")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        inspector.look(page, "login-error")
        for name, account in ACCOUNTS.items():
            StaffFactory(username=name, is_clerk=True, full_name=account.full_name)
        page.goto("/dang-nhap/")
        expect(page.get_by_role("button", name="Cán bộ một cửa, phường Quang Trung")).to_be_visible()
        inspector.look(page, "login-demo")


def test_counter_and_list(browse, everybody, now):
    page = browse(staff=everybody)
    with inspecting(is_citizens=False) as inspector:
        page.goto("/quay/")
        inspector.look(page, "counter-empty")
        page.goto("/ho-so/")
        inspector.look(page, "list-empty")
        for number in range(9):
            name = LONG_NAME if number == 0 else f"Trần Thị Nguyệt Ánh {'ABCDEGHIK'[number]}"
            DossierFactory(at=now, what="khai sinh", applicant_name=name)
            DossierFactory(at=moment("2026-11-20 09:00"), applicant_name=name, in_progress=True, then=now)
            DossierFactory(at=moment("2026-11-02 09:00") + timedelta(days=number), applicant_name=name)
            DossierFactory(at=now, ready=True, then=now, applicant_name=name)
        page.goto("/quay/")
        expect(page.get_by_text("Xem thêm 2 hồ sơ").first).to_be_visible()
        inspector.look(page, "counter-full")
        page.locator("#q").fill("tran thi nguyet")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Tìm thấy 25 hồ sơ gần nhất")).to_be_visible()
        inspector.look(page, "counter-found")
        page.locator("#q").fill(CARD)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nhận hồ sơ mới cho người này")).to_be_visible()
        inspector.look(page, "counter-found-nothing")
        page.locator("#q").fill(CARD[:60])
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Xin quét lại")
        inspector.look(page, "counter-card-error")
        page.goto("/ho-so/?trang=2")
        inspector.look(page, "list")
        page.goto("/ho-so/?lan=qua-han")
        inspector.look(page, "list-overdue")
        city = browse(staff=StaffFactory(city=True))
        city.goto("/ho-so/")
        inspector.look(city, "list-city")


def test_one_dossier(browse, everybody, dossiers):
    page = browse(staff=everybody)
    with inspecting(is_citizens=False) as inspector:
        for state, dossier in dossiers.items():
            page.goto(dossier.get_absolute_url())
            inspector.look(page, f"dossier-{state}")
        page.goto(dossiers["received"].get_absolute_url())
        page.keyboard.press("F4")
        expect(page.get_by_role("status")).to_contain_text("Nhận xử lý")
        inspector.look(page, "dossier-moved")
        page.goto(f"{dossiers['received'].get_absolute_url()}giay-tiep-nhan/")
        inspector.look(page, "slip")
        page.goto("/mat-khau/")
        inspector.look(page, "password")
        for name in ("old_password", "new_password1", "new_password2"):
            page.locator(f"#id_{name}").fill("12345")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Mật khẩu đang dùng chưa đúng.")).to_be_visible()
        inspector.look(page, "password-error")


def test_steps_and_lists_to_print(browse, everybody, dossiers):
    page = browse(staff=everybody)
    with inspecting(is_citizens=False) as inspector:
        for slug in ("yeu-cau-bo-sung", "hen-lai", "sua-sai-sot"):
            page.goto(f"{dossiers['in_progress'].get_absolute_url()}{slug}/")
            inspector.look(page, f"step-{slug}")
        page.goto(f"{dossiers['waiting'].get_absolute_url()}giay/yeu-cau-bo-sung/")
        inspector.look(page, "paper")
        for name, address in (
            ("presentation", "/quay/chua-nhan/"),
            ("register", "/quay/so-theo-doi/"),
            ("arrivals", "/quay/co-ket-qua/"),
        ):
            page.goto(address)
            inspector.look(page, name)


def test_figures_of_satisfaction(browse, everybody, now):
    question = Question.objects.get(question_set__slug="sau-ho-so", position=1)
    month, ward = timezone.localdate().replace(day=1), everybody.ward
    page, city = browse(staff=everybody), browse(staff=StaffFactory(city=True))
    with inspecting(is_citizens=False) as inspector:
        page.goto("/y-kien/")
        inspector.look(page, "figures-empty")
        for channel, count in (("slip", 290), ("tablet", 40), ("staff", 3)):
            answers(ward, month, question, {1: count, 4: 4}, channel=channel)
        answers(ward, month, question, {2: 9}, still_open=True, comment=LONG_NAME * 5)
        page.goto("/y-kien/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("rất hài lòng và tốt")
        inspector.look(page, "figures")
        city.goto("/y-kien/")
        expect(city.get_by_role("row")).to_have_count(len(Ward.objects.in_service()) + 2)
        inspector.look(city, "figures-city")


def test_intake(browse, everybody):
    page = browse(staff=everybody)
    with inspecting(is_citizens=False) as inspector:
        page.goto("/quay/tiep-nhan/")
        inspector.look(page, "intake-empty")
        page.locator("#id_card").fill(CARD[:60])
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("quét lại")
        inspector.look(page, "intake-card-error")
        page.locator("#id_card").fill(CARD)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Điện thoại")).to_be_focused()
        page.locator("#id_procedure").fill("khai sinh")
        expect(page.locator(".picked.is-chosen")).to_contain_text("Đăng ký khai sinh")
        inspector.look(page, "intake-choosing")
        page.get_by_text("Ủy quyền, cách nộp").click()
        page.get_by_label("Số bộ").fill("0")
        page.get_by_label("Điện thoại").fill("09123")
        page.get_by_label("Đồng ý nhận thư").check()
        page.keyboard.press("F7")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Số điện thoại còn thiếu 5 chữ số.")).to_be_visible()
        inspector.look(page, "intake-errors")
        DossierFactory(what="khai sinh", id_number=CARD[:12])
        page.locator("#id_procedure").press("End")
        page.keyboard.type(" ")
        expect(page.get_by_text("Người này đang có hồ sơ cùng thủ tục")).to_be_visible()
        inspector.look(page, "intake-same-matter")


def test_a_citizens_first_page_is_light(browse, dossiers):
    """At most 120 kB over the wire beside the fonts, pages as they are and files as WhiteNoise packs them."""
    for address in ("/", "/tra-cuu/", "/thu-tuc/", f"/hs/{dossiers['overdue'].token}/"):
        page = browse(PHONE)
        loaded = []
        page.on("response", lambda answer, loaded=loaded: loaded.append(answer))
        page.goto(address, wait_until="networkidle")
        sizes = {
            answer.url: len(gzip.compress(answer.body()) if "/static/" in answer.url else answer.body())
            for answer in loaded
            if not re.search(r"\.woff2?$", answer.url)
        }
        assert any(url.endswith("portal.css") for url in sizes)
        assert sum(sizes.values()) <= 120_000, sizes
