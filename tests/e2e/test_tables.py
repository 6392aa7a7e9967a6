"""On a phone a table of few columns shows its numbers beside its names."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE
from tests.factories import DossierFactory, StaffFactory

pytestmark = pytest.mark.e2e


def test_a_comparison_of_four_columns_fits_on_a_phone_and_a_report_is_pushed_aside(browse, ward, now, troubles):
    DossierFactory.create_batch(3, ward=ward, ready=True)
    page = browse(PHONE, staff=StaffFactory(ward=ward, leader=True))
    page.goto("/lanh-dao/bao-cao/")
    compared = page.locator(".table-box").filter(has=page.get_by_role("columnheader", name="Thay đổi"))
    expect(compared).to_have_count(1)
    assert compared.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    assert page.locator(".table-box").first.evaluate("(box) => box.scrollWidth > 2 * box.clientWidth")
