"""Whose data was seen, printed, exported or looked for, by whom: written with each act, read by the ward's leader."""

import pytest

from desk.models import AccessLog
from tests.factories import DossierFactory, StaffFactory
from tests.test_lists import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(ward):
    return DossierFactory(ward=ward, id_number="035190000345", phone="0912000345")


def noted():
    return list(AccessLog.objects.order_by("pk").values_list("kind", "about"))


ACTS = {
    "ho-so/{code}/": ("view", "Hồ sơ {code}"),
    "ho-so/{code}/giay-tiep-nhan.pdf": ("print", "Hồ sơ {code}"),
    "ho-so/{code}/kiem-soat.pdf": ("print", "Hồ sơ {code}"),
    "quay/so-theo-doi.xlsx?tu=2026-11-01&den=2026-11-30": ("export", "Sổ theo dõi 01/11/2026 – 30/11/2026"),
    "quay/so-theo-doi.pdf?tu=2026-11-01&den=2026-11-30": ("export", "Sổ theo dõi 01/11/2026 – 30/11/2026"),
}


@pytest.mark.parametrize("path", ACTS)
def test_each_act_leaves_one_row_that_says_who_did_what_about_which_dossier(clerk_client, clerk, dossier, path):
    assert clerk_client.get(f"/{path.format(code=dossier.code)}").status_code == 200
    kind, about = ACTS[path]
    row = AccessLog.objects.get()
    assert (row.staff, row.ward, row.kind, row.about) == (clerk, dossier.ward, kind, about.format(code=dossier.code))


def test_why_a_register_was_taken_out_is_written_with_it(clerk_client):
    clerk_client.get("/quay/so-theo-doi.xlsx?tu=2026-11-01&den=2026-11-30&ly_do=Báo cáo quý")
    assert AccessLog.objects.get().reason == "Báo cáo quý"


@pytest.mark.parametrize(
    ("typed", "about"),
    [
        ("035190000345", "Số 0350******45"),
        ("0912 000 345", "Số 09******45"),
        ("035190000345||Nguyễn Văn Thử|01021990|Nam|Tổ 4|10052021", "Số 0350******45"),
    ],
)
def test_a_search_by_a_persons_number_is_noted_with_the_number_masked(clerk_client, dossier, typed, about):
    clerk_client.post("/quay/", {"q": typed})
    assert ("search", about.replace("0350", "0351")) in noted() or ("search", about) in noted()
    assert not any("0000345" in words or "000345" in words for _, words in noted())


@pytest.mark.parametrize("typed", ["tuyet nhung", "1123-0009", "12"])
def test_a_search_by_name_or_code_is_the_counters_daily_bread(clerk_client, typed):
    clerk_client.post("/quay/", {"q": typed})
    assert not AccessLog.objects.exists()


def test_the_leader_reads_the_log_of_the_own_ward_and_nobody_elses(client, dossier, clerk, leader, other_ward):
    stranger = StaffFactory(ward=other_ward, clerk=True, full_name="Phạm Thị Ngoại Phường")
    AccessLog.objects.note(clerk, AccessLog.Kind.VIEW, "Hồ sơ của phường mình", dossier.ward)
    AccessLog.objects.note(stranger, AccessLog.Kind.VIEW, "Hồ sơ phường khác", other_ward)
    client.force_login(leader)
    page = client.get("/lanh-dao/nhat-ky/").text
    assert "Hồ sơ của phường mình" in page
    assert "Hồ sơ phường khác" not in page
    assert "Phạm Thị Ngoại Phường" not in page


@pytest.mark.parametrize("role", ["clerk", "officer", "city"])
def test_only_a_leader_reads_it(client, role, request):
    client.force_login(request.getfixturevalue(role))
    assert client.get("/lanh-dao/nhat-ky/").status_code == 403


def test_it_is_narrowed_by_person_kind_and_day_together(client, clerk, officer, leader, ward):
    for staff, kind in ((clerk, "view"), (clerk, "print"), (officer, "print")):
        AccessLog.objects.note(staff, kind, f"{staff} {kind}", ward)
    client.force_login(leader)
    day = AccessLog.objects.first().at.astimezone().date()
    page = client.get(f"/lanh-dao/nhat-ky/?nguoi={clerk.pk}&viec=print").text
    assert f"{clerk} print" in page
    assert f"{clerk} view" not in page
    assert f"{officer} print" not in page
    assert "Chưa có lượt nào" in client.get("/lanh-dao/nhat-ky/?ngay=2020-01-01").text
    assert "Ghi như" in client.get("/lanh-dao/nhat-ky/?ngay=hôm qua").text
    assert day


def test_it_costs_the_same_for_one_row_and_for_many(client, clerk, leader, ward):
    client.force_login(leader)
    AccessLog.objects.note(clerk, "view", "Một", ward)
    alone = queries(client, "/lanh-dao/nhat-ky/")
    for number in range(20):
        AccessLog.objects.note(StaffFactory(ward=ward, clerk=True), "view", f"Hồ sơ {number}", ward)
    assert queries(client, "/lanh-dao/nhat-ky/") == alone


def test_the_administration_shows_it_and_changes_nothing(admin_client, clerk, ward):
    AccessLog.objects.note(clerk, "view", "Một", ward)
    row = AccessLog.objects.get()
    assert "Một" in admin_client.get("/quan-tri/desk/accesslog/").text
    assert admin_client.get("/quan-tri/desk/accesslog/add/").status_code == 403
    assert admin_client.post(f"/quan-tri/desk/accesslog/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.post(f"/quan-tri/desk/accesslog/{row.pk}/change/", {"about": "khác"}).status_code == 403
