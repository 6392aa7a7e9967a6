"""The steps on their pages: asked for, refused, done, and led to the paper that they call for."""

from __future__ import annotations

import uuid
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from desk.models import CalendarDay
from dossiers.models import DelayCause, Dossier, Presentation, Procedure, State
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory, consenting, draw_all, letter_of


@pytest.fixture
def everybody(ward):
    """One person with every role, as in a small ward."""
    return StaffFactory(ward=ward, clerk=True, officer=True, leader=True, full_name="Lê Thị Bích Ngọc")


@pytest.fixture
def desk(client, everybody):
    client.force_login(everybody)
    return client


@pytest.fixture
def dossier(ward, everybody):
    return DossierFactory(ward=ward, by=everybody, at=timezone.now())


def step(dossier, slug):
    return reverse("dossiers:move", args=[dossier.code, slug])


def text_of(response) -> str:
    assert response["Content-Type"] == "application/pdf"
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages).split())


def test_a_supplement_request_leads_to_its_paper(desk, dossier):
    typed = {"items": "Giấy khai tử\nBản sao sổ gốc", "reason": "Thiếu giấy để đối chiếu"}
    answer = desk.post(step(dossier, "yeu-cau-bo-sung"), typed)
    assert answer.url == reverse("dossiers:paper", args=[dossier.code, "yeu-cau-bo-sung"])
    words = text_of(desk.get(reverse("dossiers:paper_pdf", args=[dossier.code, "yeu-cau-bo-sung"])))
    for expected in ("PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", "1. Giấy khai tử", "2. Bản sao sổ gốc", dossier.code):
        assert expected in words
    assert "NGƯỜI HƯỚNG DẪN" in words


def test_a_refusal_without_a_reason_stays_on_the_page_with_what_was_typed(desk, dossier):
    answer = desk.post(step(dossier, "tu-choi"), {"reason": "?"})
    assert answer.status_code == 200
    assert "ghi rõ hơn" in answer.text
    dossier.refresh_from_db()
    assert dossier.state == State.RECEIVED


def test_a_refusal_prints_the_reason_that_the_citizen_reads(desk, dossier):
    desk.post(step(dossier, "tu-choi"), {"reason": "Không thuộc thẩm quyền của phường"})
    words = text_of(desk.get(reverse("dossiers:paper_pdf", args=[dossier.code, "tu-choi"])))
    assert "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ" in words
    assert "Không thuộc thẩm quyền của phường" in words
    assert "Không thuộc thẩm quyền của phường" in desk.get(reverse("dossiers:status", args=[dossier.token])).text


def test_the_stop_notice_exists_only_in_the_edition_of_2025(desk, ward, everybody):
    old = DossierFactory(ward=ward, by=everybody, at=moment("2025-09-12 09:00"))
    new = DossierFactory(ward=ward, by=everybody, at=moment("2025-09-15 09:00"))
    for dossier in (old, new):
        desk.post(step(dossier, "dung"), {"reason": "Không còn nhu cầu"})
    assert desk.get(reverse("dossiers:paper_pdf", args=[old.code, "dung"])).status_code == 404
    words = text_of(desk.get(reverse("dossiers:paper_pdf", args=[new.code, "dung"])))
    assert "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ" in words


def test_the_control_slip_is_built_from_the_handovers(desk, ward, dossier, everybody):
    officer = StaffFactory(ward=ward, officer=True, full_name="Đỗ Hữu Thắng")
    desk.post(step(dossier, "chuyen"), {"to": f"officer-{officer.pk}", "note": "cần gấp"})
    dossier.take_up(by=officer, at=timezone.now())
    words = text_of(desk.get(reverse("dossiers:paper_pdf", args=[dossier.code, "kiem-soat"])))
    for expected in ("PHIẾU KIỂM SOÁT", "Giao: Lê Thị Bích Ngọc", "Nhận: Đỗ Hữu Thắng", "cần gấp", "Đúng hạn"):
        assert expected in words


def test_a_reschedule_into_the_past_is_a_field_error(desk, dossier):
    cause = DelayCause.objects.first()
    typed = {"delay_cause": cause.pk, "reason": "Chờ trả lời xác minh", "day": "01/01/2020", "half": "morning"}
    answer = desk.post(step(dossier, "hen-lai"), typed)
    assert "Ngày này đã qua" in answer.text
    assert "Chờ trả lời xác minh" in answer.text


def test_a_mistyped_year_promises_nothing(desk, dossier):
    typed = {"day": "01/12/2206", "half": "morning", "delay_cause": DelayCause.objects.first().pk, "reason": "Chờ Sở"}
    answer = desk.post(step(dossier, "hen-lai"), typed)
    assert answer.context["form"].errors == {"day": ["Ngày này xa quá một năm. Xin xem lại năm."]}
    assert dossier.appointments.count() == 1


def test_a_proxy_without_a_paper_takes_nothing(desk, dossier, everybody):
    dossier.mark_ready(by=everybody, at=timezone.now())
    typed = {"to_name": "Ngô Thế Vĩnh", "to_id_number": "035090000009"}
    assert "phải có giấy ủy quyền" in desk.post(step(dossier, "tra-ket-qua"), typed).text
    desk.post(step(dossier, "tra-ket-qua"), {**typed, "has_paper": "on"})
    dossier.refresh_from_db()
    assert (dossier.state, dossier.returned_to_name) == (State.RETURNED, "Ngô Thế Vĩnh")


def test_one_press_returns_to_the_applicant_in_person(desk, dossier, everybody):
    dossier.mark_ready(by=everybody, at=timezone.now())
    desk.post(step(dossier, "tra-ket-qua"))
    dossier.refresh_from_db()
    assert (dossier.state, dossier.returned_to_name, dossier.originals_returned) == (State.RETURNED, "", True)


def test_an_untouched_correction_form_changes_nothing(desk, dossier):
    typed = untouched(desk, dossier)
    assert "Chưa có gì khác" in desk.post(step(dossier, "sua-sai-sot"), typed).text
    desk.post(step(dossier, "sua-sai-sot"), {**typed, "applicant_name": "Nguyễn Thị Nhung"})
    assert Dossier.objects.get(pk=dossier.pk).applicant_name == "Nguyễn Thị Nhung"


def test_a_step_that_is_over_says_so_and_does_nothing(desk, dossier):
    desk.post(step(dossier, "dung"), {"reason": "Không còn nhu cầu"})
    answer = desk.post(step(dossier, "co-ket-qua"), follow=True)
    assert "không còn chờ kết quả" in answer.text
    assert dossier.events.filter(kind="ready").count() == 0


def test_an_address_of_a_step_that_cannot_be_taken_says_nothing_untrue(desk, dossier, everybody):
    typed = {"delay_cause": DelayCause.objects.first().pk, "reason": "Chờ trả lời xác minh", "half": "morning"}
    day = CalendarDay.objects.calendar().next_working_day(timezone.localdate(dossier.due_at))
    desk.post(step(dossier, "hen-lai"), {**typed, "day": f"{day:%d/%m/%Y}"})
    page = desk.get(step(dossier, "hen-lai"), follow=True).text
    assert "Lúc này anh/chị chưa làm được việc “Hẹn lại” với hồ sơ này." in page
    assert "không còn đang giải quyết" not in page


def papers_on(page) -> dict[str, str]:
    """The list of papers of a page, as a browser would send it untouched."""
    typed = {"shown": page.context["form"].chosen.pk}
    for paper in page.context["form"].papers:
        typed |= {f"{paper.prefix}-kind": paper.kind, f"{paper.prefix}-count": paper.count_typed}
        if not paper.required_name:
            typed[f"{paper.prefix}-name"] = paper.name
        elif paper.is_given:
            typed[f"{paper.prefix}-given"] = "yes"
    return typed


def untouched(desk, dossier):
    page = desk.get(step(dossier, "sua-sai-sot"))
    typed = {field.html_name: field.value() or "" for field in page.context["form"]}
    typed |= {"procedure": dossier.procedure_id, "reason": "Ghi nhầm"}
    typed["received_at"] = f"{timezone.localtime(dossier.received_at):%H:%M %d/%m/%Y}"
    return typed | papers_on(page)


def corrected(desk, dossier, **typed):
    typed.setdefault("shown", typed.get("procedure", dossier.procedure_id))
    return desk.post(step(dossier, "sua-sai-sot"), untouched(desk, dossier) | typed, follow=True)


def test_a_dossier_stays_in_the_year_of_its_register(desk, dossier):
    typed = f"08:00 25/11/{timezone.localdate().year - 1}"
    page = corrected(desk, dossier, received_at=typed).text
    assert f"Hồ sơ đã vào sổ năm {dossier.register_year}" in page
    assert typed in page
    dossier.refresh_from_db()
    assert dossier.slip_version == 1


def test_a_dossier_was_received_before_anything_else_happened_to_it(desk, ward, everybody, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment("2026-11-26 09:00"))
    dossier = DossierFactory(ward=ward, by=everybody, in_progress=True)
    page = corrected(desk, dossier, received_at="11:00 23/11/2026").text
    assert "Hồ sơ đã được xử lý từ 10:00 23/11/2026" in page
    assert "hồ sơ 1123-0001" in corrected(desk, dossier, received_at="09:00 23/11/2026").text


def test_what_was_corrected_is_read_on_the_page_old_and_new(desk, ward, everybody, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment("2026-11-26 09:00"))
    dossier = DossierFactory(ward=ward, by=everybody)
    birth = Procedure.objects.get(code="1.001193")
    corrected(desk, dossier, applicant_name="Nguyễn Thị Nhung", received_at="16:30 20/11/2026", procedure=birth.pk)
    page = desk.get(dossier.get_absolute_url()).text
    for words in (
        "Họ và tên: Nguyễn Thị Tuyết Nhung → Nguyễn Thị Nhung",
        f"Thủ tục: {dossier.procedure} → {birth}",
        "Nhận lúc: 08:42 23/11/2026 → 16:30 20/11/2026",
    ):
        assert words in page


def test_a_corrected_procedure_brings_its_own_fee_to_the_new_slip(desk, ward, everybody):
    dossier = DossierFactory(ward=ward, by=everybody, at=timezone.now(), fee_vnd=16_000, fee_paid=True)
    assert "Xin ghi số tiền" in corrected(desk, dossier, fee_vnd="tám nghìn").text
    corrected(desk, dossier, fee_vnd="8.000", fee_paid="")
    words = text_of(desk.get(reverse("dossiers:slip_pdf", args=[dossier.code])))
    assert "8.000 đồng (nộp khi nhận kết quả)" in words
    page = desk.get(dossier.get_absolute_url()).text
    for changed in ("Lệ phí: 16.000 đồng → 8.000 đồng", "Đã nộp lệ phí: có → chưa"):
        assert changed in page


def test_a_misspelt_child_is_corrected_in_the_letter_and_the_trace_says_both_names(desk, ward, everybody):
    dossier = consenting("khai sinh", ward=ward, by=everybody, at=timezone.now())
    told = dossier.letter_facts
    assert "Thư cần thông tin này." in corrected(desk, dossier, child_name="").text
    corrected(desk, dossier, child_name="Trần Bảo Ân")
    draw_all(timezone.now())
    assert letter_of(dossier).facts["ten_con"] == "Trần Bảo Ân"
    assert letter_of(dossier).facts["ngay_sinh_con"] == "/".join(reversed(told["child_born_on"].split("-")))
    page = desk.get(dossier.get_absolute_url()).text
    assert f"Thông tin cho thư: {told['child_name']}, " in page
    assert "→ Trần Bảo Ân, " in page


def test_what_no_slip_says_is_corrected_without_a_new_slip(desk, ward, everybody):
    dossier = consenting("khai sinh", ward=ward, by=everybody, at=timezone.now())
    slip = reverse("dossiers:slip_pdf", args=[dossier.code])
    handed_out = desk.get(slip)
    answer = corrected(desk, dossier, child_name="Trần Bảo Ân", birth="08/03/1962")
    assert answer.redirect_chain[-1][0] == dossier.get_absolute_url()
    assert text_of(desk.get(slip)) == text_of(handed_out)
    assert dossier.issued_papers.count() == 1
    assert "Sửa lại thông tin của hồ sơ" in desk.get(dossier.get_status_url()).text
    answer = corrected(desk, dossier, applicant_name="Trần Thị Ân")
    assert answer.redirect_chain[-1][0] == reverse("dossiers:slip", args=[dossier.code])
    assert "Sửa lại thông tin trên giấy hẹn" in desk.get(dossier.get_status_url()).text


def test_papers_alone_are_corrected_and_the_new_slip_replaces_the_old_one(desk, ward, everybody):
    dossier = DossierFactory(ward=ward, by=everybody, at=timezone.now())
    slip = reverse("dossiers:slip_pdf", args=[dossier.code])
    assert "Căn cước" not in text_of(desk.get(slip))
    typed = {"paper-0-count": "2", "paper-1-name": "Căn cước công dân", "paper-1-kind": "photocopy"}
    corrected(desk, dossier, **typed)
    words = text_of(desk.get(slip))
    assert "Căn cước công dân" in words
    assert "thay" in words.casefold()
    page = desk.get(dossier.get_absolute_url()).text
    assert "Giấy tờ đã nhận: Tờ khai (bản chính, 1) → Tờ khai (bản chính, 2); Căn cước công dân (bản chụp, 1)" in page
    old, new = dossier.issued_papers.order_by("pk")
    assert old.replaced_by == new
    assert dossier.appointments.count() == 1


def test_after_a_wrong_procedure_the_papers_of_the_right_one_are_offered_beside_those_handed_in(desk, ward, everybody):
    dossier = DossierFactory(ward=ward, by=everybody, at=timezone.now())
    birth = Procedure.objects.get(code="1.001193")
    first = corrected(desk, dossier, procedure=birth.pk, shown=dossier.procedure_id, **{"paper-0-count": "3"})
    assert "Xin xem lại giấy tờ của thủ tục này ở bên dưới" in first.text
    shown = {paper.name: (paper.is_given, paper.count_typed) for paper in first.context["form"].papers if paper.name}
    wanted = [row.name for row in birth.documents.all()]
    assert shown == {"Tờ khai": (True, "3"), **{name: (False, "1") for name in wanted if name != "Tờ khai"}}
    dossier.refresh_from_db()
    assert (dossier.procedure_id == birth.pk, dossier.slip_version) == (False, 1)

    ticked = papers_on(first)
    ticked |= {f"{paper.prefix}-given": "yes" for paper in first.context["form"].papers if paper.name == wanted[-1]}
    corrected(desk, dossier, procedure=birth.pk, **ticked)
    assert [(row.name, row.count) for row in dossier.documents.all()] == [("Tờ khai", 3), (wanted[-1], 1)]
    event = dossier.events.get(kind="corrected")
    assert event.details.keys() == {"procedure", "documents"}


def test_a_correction_leaves_no_dossier_without_papers(desk, ward, everybody):
    dossier = DossierFactory(ward=ward, by=everybody, at=timezone.now())
    page = corrected(desk, dossier, **{"paper-0-given": ""}).text
    assert "Chưa đánh dấu giấy tờ nào" in page
    assert "Số lượng từ 1 đến 999" in corrected(desk, dossier, **{"paper-0-count": "0"}).text
    assert dossier.documents.count() == 1


def test_the_short_code_stays_the_end_of_the_code_whatever_day_is_corrected(desk, ward, everybody, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment("2026-11-26 09:00"))
    dossier = DossierFactory(ward=ward, by=everybody)
    corrected(desk, dossier, received_at="16:30 20/11/2026")
    dossier.refresh_from_db()
    assert timezone.localdate(dossier.received_at).day == 20
    assert dossier.short_code == "1123-0001"
    assert dossier.code.endswith(dossier.short_code)


class TestPresentation:
    def typed(self, **more):
        procedure = Procedure.objects.get(code="1.004873")
        return {
            "key": uuid.uuid4(),
            "kind": "supplement",
            "applicant_name": "Cao Thị Bưởi",
            "procedure": procedure.pk,
            "items": "Tờ khai",
            "reason": "Chưa có tờ khai",
            **more,
        }

    def test_what_is_not_received_has_a_paper_and_no_code(self, desk):
        answer = desk.post(reverse("dossiers:presentation"), self.typed())
        row = Presentation.objects.get()
        assert answer.url == reverse("dossiers:presented", args=[row.pk])
        words = text_of(desk.get(reverse("dossiers:presented_pdf", args=[row.pk])))
        assert "PHIẾU YÊU CẦU BỔ SUNG" in words
        assert "Mã hồ sơ" not in words
        assert Dossier.objects.count() == 0

    def test_a_second_click_logs_it_once(self, desk):
        typed = self.typed()
        assert (
            desk.post(reverse("dossiers:presentation"), typed).url
            == desk.post(reverse("dossiers:presentation"), typed).url
        )
        assert Presentation.objects.count() == 1

    def test_missing_papers_must_be_named(self, desk):
        assert (
            "Xin ghi đủ những gì cần bổ sung" in desk.post(reverse("dossiers:presentation"), self.typed(items="")).text
        )

    def test_what_the_intake_page_had_comes_along(self, desk):
        typed = {"present": "refusal", "applicant_name": "Cao Thị Bưởi", "shown": "1.004873"}
        page = desk.post(reverse("dossiers:presentation"), typed)
        assert page.context["form"].initial["procedure"].code == "1.004873"
        assert "Cao Thị Bưởi" in page.text
        assert Presentation.objects.count() == 0


class TestRegister:
    @pytest.fixture
    def rows(self, ward, everybody):
        return [DossierFactory(ward=ward, by=everybody, at=moment("2026-11-23 08:42")) for _ in range(14)]

    def test_the_workbook_holds_every_dossier_of_the_period_in_order(self, desk, rows):
        answer = desk.get(reverse("dossiers:register_xlsx"), {"tu": "2026-11-01", "den": "2026-11-30"})
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
        lines = list(sheet.iter_rows(min_row=4, values_only=True))
        assert [line[0] for line in lines] == list(range(1, 15))
        assert {line[1] for line in lines} == {row.code for row in rows}
        assert (lines[0][7].hour, lines[0][7].minute) == (8, 42)

    def test_the_heading_stands_on_every_printed_page(self, desk, rows):
        answer = desk.get(reverse("dossiers:register_pdf"), {"tu": "2026-11-01", "den": "2026-11-30"})
        reader = PdfReader(BytesIO(answer.content))
        assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [842, 595]
        assert "SỔ THEO DÕI HỒ SƠ" in text_of(answer)
        for number, page in enumerate(reader.pages, start=1):
            words = " ".join(page.extract_text().split())
            assert "Tên thủ tục hành chính" in words
            assert f"Trang {number}" in words

    def test_the_book_of_each_year_begins_anew(self, desk, ward, everybody):
        for at in ("2025-12-30 08:42", "2025-12-31 08:42", "2026-01-05 08:42"):
            DossierFactory(ward=ward, by=everybody, at=moment(at))
        period = {"tu": "2025-12-20", "den": "2026-01-15"}
        pages = PdfReader(BytesIO(desk.get(reverse("dossiers:register_pdf"), period).content)).pages
        old, new = (" ".join(page.extract_text().split()) for page in pages)
        assert "Năm 2025" in old and "251231-0001" in old and "Cộng: 2 hồ sơ" in old  # noqa: PT018
        assert "Năm 2026" in new and "260105-0001" in new and "Cộng: 1 hồ sơ" in new  # noqa: PT018
        book = openpyxl.load_workbook(BytesIO(desk.get(reverse("dossiers:register_xlsx"), period).content))
        numbers = {sheet.title: [line[0] for line in sheet.iter_rows(min_row=4, values_only=True)] for sheet in book}
        assert numbers == {"Sổ theo dõi 2025": [1, 2], "Sổ theo dõi 2026": [1]}

    def test_an_empty_period_is_a_book_that_says_so(self, desk):
        period = {"tu": "2026-03-01", "den": "2026-03-15"}
        assert "Không có hồ sơ nào trong kỳ này" in text_of(desk.get(reverse("dossiers:register_pdf"), period))
        book = openpyxl.load_workbook(BytesIO(desk.get(reverse("dossiers:register_xlsx"), period).content))
        assert book.sheetnames == ["Sổ theo dõi 2026"]

    def test_a_period_that_ends_before_it_starts_is_a_field_error(self, desk):
        answer = desk.get(reverse("dossiers:register_xlsx"), {"tu": "2026-11-30", "den": "2026-11-01"})
        assert "Ngày cuối phải sau ngày đầu" in answer.text

    def test_another_wards_dossiers_are_not_in_it(self, client, other_ward, rows):
        client.force_login(StaffFactory(ward=other_ward, clerk=True))
        answer = client.get(reverse("dossiers:register"), {"tu": "2026-11-01", "den": "2026-11-30"})
        assert answer.context["count"] == 0


def test_a_pile_of_papers_becomes_ready_one_scan_after_another(desk, ward, everybody):
    pile = [DossierFactory(ward=ward, by=everybody, at=timezone.now()) for _ in range(2)]
    for dossier in pile:
        desk.post(reverse("dossiers:arrivals"), {"q": dossier.get_status_url()})
    page = desk.post(reverse("dossiers:arrivals"), {"q": pile[0].code}, follow=True)
    assert set(Dossier.objects.values_list("state", flat=True)) == {State.READY}
    assert page.text.count("đã có kết quả.") == 2
    page = desk.post(reverse("dossiers:arrivals"), {"q": "000.04.01.h25-261123-0001"}, follow=True)
    assert "Chưa thấy hồ sơ 000.04.01.H25-261123-0001 ở đơn vị." in page.text
    assert "không còn chờ kết quả" in page.text
