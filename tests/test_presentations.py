"""What was looked at and not taken: listed by period, and received in one press when the papers are there."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dossiers.models import Presentation, Procedure
from tests.conftest import moment
from tests.factories import CODES

pytestmark = pytest.mark.django_db
NOVEMBER = "/quay/chua-nhan/danh-sach/?tu=2026-11-01&den=2026-11-30"


def present(ward, by, at="2026-11-23 09:00", **facts):
    return Presentation.objects.present(
        ward=ward,
        by=by,
        at=moment(at),
        key=uuid.uuid4(),
        kind="supplement",
        procedure=Procedure.objects.get(code=CODES["khai sinh"]),
        items=["Giấy chứng sinh"],
        reason="Thiếu giấy chứng sinh",
        **{"applicant_name": "Cao Thị Bưởi", "address": "Tổ 4", "phone": "0912000345", **facts},
    )


def test_the_log_lists_the_period_with_both_its_ends_and_the_own_ward(clerk_client, clerk, ward, other_ward):
    present(ward, clerk, "2026-11-01 00:00", applicant_name="Người Đầu Tháng")
    present(ward, clerk, "2026-11-30 23:59", applicant_name="Người Cuối Tháng")
    present(ward, clerk, "2026-12-01 00:00", applicant_name="Người Tháng Sau")
    present(other_ward, clerk, applicant_name="Người Phường Khác")
    page = clerk_client.get(NOVEMBER).text
    listed = [name for name in ("Đầu Tháng", "Cuối Tháng", "Tháng Sau", "Phường Khác") if name in page]
    assert listed == ["Đầu Tháng", "Cuối Tháng"]


def test_a_period_that_ends_before_it_starts_is_said_beside_its_field(clerk_client):
    assert (
        "Ngày cuối phải sau ngày đầu."
        in clerk_client.get("/quay/chua-nhan/danh-sach/?tu=2026-11-30&den=2026-11-01").text
    )


def test_the_list_costs_the_same_for_one_row_and_for_many(clerk_client, clerk, ward, django_assert_num_queries):
    present(ward, clerk)
    with CaptureQueriesContext(connection) as one:
        clerk_client.get(NOVEMBER)
    for _ in range(20):
        present(ward, clerk)
    with django_assert_num_queries(len(one)):
        clerk_client.get(NOVEMBER)


def test_when_the_papers_are_there_the_matter_is_received_with_what_was_typed(clerk_client, clerk, ward):
    row = present(ward, clerk)
    page = clerk_client.get(f"/quay/chua-nhan/{row.pk}/")
    assert "Đã đủ giấy tờ, nhận hồ sơ" in page.text
    typed = {"all_papers": "yes", "applicant_name": row.applicant_name, "address": row.address, "phone": row.phone}
    form = clerk_client.post("/quay/tiep-nhan/", {**typed, "procedure": row.procedure.name}).context["form"]
    assert form.chosen == row.procedure
    assert all(paper.is_given for paper in form.papers if paper.required_name)
    assert form["applicant_name"].value() == "Cao Thị Bưởi"
