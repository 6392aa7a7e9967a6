"""The words of the letters: a leader's for the ward, the city's for all; tried out, and saved only if they fit."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pypdf import PdfReader

from dossiers.models import Edition
from letters.models import Letter, LetterError, LetterKind, LetterText, Occasion
from letters.sample import LONG, check_one_page, widest_ward
from letters.wording import check_body, fields_for
from tests.factories import DossierFactory, StaffFactory

pytestmark = pytest.mark.django_db
PRAISE = "/thu/mau/thanks_praise/"
OWN = "Phường mình xin cảm ơn {{ xung_ho }}: {{ su_viec }}."


@pytest.fixture
def leader_client(client, leader):
    client.force_login(leader)
    return client


def typed(body=OWN, **other):
    return {"title": "THƯ CẢM ƠN", "body": body, "close": "Trân trọng cảm ơn!", "edition": "", **other}


def held(ward, occasion="thanks_praise", edition=None):
    return LetterText.objects.holding(occasion, ward, edition)


def words(content):
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return " ".join(text.split())


def letter(ward, **facts):
    made = Letter.objects.create(
        ward=ward, kind=LetterKind.PRAISE, typed=facts, ordered_at=timezone.now(), touched_at=timezone.now()
    )
    made.bring_up_to_date(timezone.now())
    return made


def test_the_wards_own_words_come_before_the_common_ones_and_go_back_to_them(leader_client, ward, other_ward):
    common = held(ward)
    assert leader_client.post(PRAISE, typed()).status_code == 302
    assert held(ward).body == OWN
    assert held(other_ward) == common
    page = leader_client.get(PRAISE).text
    assert "Dùng lại lời thư chung" in page
    leader_client.post(PRAISE, typed(give_back="yes"))
    assert held(ward) == common
    assert "Dùng lại lời thư chung</button>" not in leader_client.get(PRAISE).text


def test_an_empty_text_gives_the_place_back_too(leader_client, ward):
    common = held(ward)
    leader_client.post(PRAISE, typed())
    leader_client.post(PRAISE, typed(""))
    assert held(ward) == common


def test_words_for_one_edition_leave_the_others_alone(leader_client, ward):
    old, new = Edition.objects.order_by("valid_from")
    leader_client.post(PRAISE, typed(edition=new.pk))
    assert held(ward, edition=new).body == OWN
    assert held(ward, edition=old).ward is None
    assert f"Lời riêng của {ward.in_sentence}, bộ mẫu {new.name}" in leader_client.get("/thu/mau/").text


def test_every_version_stays_and_is_shown_with_who_wrote_it(leader_client, ward, leader):
    leader_client.post(PRAISE, typed())
    leader_client.post(PRAISE, typed("Lời thứ hai: {{ su_viec }}."))
    assert LetterText.objects.filter(ward=ward).count() == 2
    page = leader_client.get(PRAISE).text
    assert "Phường mình xin cảm ơn" in page
    assert leader.full_name in page
    first = LetterText.objects.filter(ward=ward).last()
    assert "Phường mình xin cảm ơn" in leader_client.get(f"{PRAISE}?tu={first.pk}").context["form"]["body"].value()


@pytest.mark.parametrize("start", ["0", "abc", "²", "99999999999999999999"])
def test_a_version_that_does_not_exist_is_not_found(leader_client, start):
    assert leader_client.get(f"{PRAISE}?tu={start}").status_code == 404


def test_words_left_as_they_are_make_no_version(leader_client, ward):
    common, before = held(ward), LetterText.objects.count()
    page = leader_client.post(PRAISE, typed(common.body, title=common.title, close=common.close), follow=True).text
    assert "không có gì thay đổi" in page
    leader_client.post(PRAISE, typed(give_back="yes"))
    assert LetterText.objects.count() == before


def test_a_letter_keeps_the_version_it_was_made_from(leader_client, ward):
    before = letter(ward, nguoi_nhan="Bà Cao Thị Bưởi", xung_ho="bà", su_viec="các cháu rất nhẹ nhàng")
    leader_client.post(PRAISE, typed())
    before.bring_up_to_date(timezone.now())
    assert before.text.body != OWN
    assert letter(ward, nguoi_nhan="Bà Cao Thị Bưởi", su_viec="tốt").text.body == OWN


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"body": "{{ su_viec }} {{ ten_khong_co }}"}, "Chưa có trường {{ ten_khong_co }}"),
        ({"body": "{{ su_viec }} của cháu {{ ten_con }}"}, "Chưa có trường {{ ten_con }}"),
        ({"body": "{{ su_viec }} {% load x %}"}, "thừa"),
        ({"body": "Cảm ơn {{ xung_ho }}."}, "Thư này phải nêu"),
        ({"body": "x" * 3001}, "Dài quá"),
        ({"title": "THƯ {{ xung_ho }}"}, "không dùng trường"),
        ({"close": "Chào {{ xung_ho }}"}, "không dùng trường"),
        ({"title": ""}, "Xin điền ô này"),
        ({"body": "{{ su_viec }}. " + "Xin cảm ơn rất nhiều.\n\n" * 40}, "dài quá một trang"),
        ({"edition": "999"}, "Xin chọn lại"),
    ],
)
def test_what_cannot_be_printed_is_said_at_saving_and_at_preview_and_kept_as_typed(leader_client, ward, change, said):
    sent = typed(**({"close": "Lời kết của tôi"} | change))
    page = leader_client.post(PRAISE, sent)
    assert page.status_code == 200
    assert said in page.text
    assert ("Lời kết của tôi" in page.text) == (sent["close"] == "Lời kết của tôi")
    tried = leader_client.post(f"{PRAISE}xem-thu.pdf", sent)
    assert tried["Content-Type"].startswith("text/html")
    assert said in tried.text
    assert held(ward).ward is None


def test_the_preview_prints_the_typed_words_about_the_newest_letter_and_saves_nothing(leader_client, ward):
    letter(ward, nguoi_nhan="Bà Cao Thị Bưởi", xung_ho="bà", su_viec="các cháu rất nhẹ nhàng")
    before = LetterText.objects.count()
    answer = leader_client.post(f"{PRAISE}xem-thu.pdf", typed())
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "Phường mình xin cảm ơn bà: các cháu rất nhẹ nhàng." in words(answer.content)
    assert "DỰ THẢO" in words(answer.content)
    assert (LetterText.objects.count(), Letter.objects.count()) == (before, 1)


@pytest.mark.parametrize("occasion", Occasion)
def test_without_a_letter_the_preview_is_about_invented_people(leader_client, occasion):
    read = words(leader_client.get(f"/thu/mau/{occasion}/xem-thu.pdf").content)
    assert "Nguyễn Văn" in read
    assert "<" not in read


def test_a_letter_too_long_to_look_at_gives_way_to_invented_people(leader_client, ward):
    letter(ward, nguoi_nhan="Bà Cao Thị Bưởi", xung_ho="bà", su_viec="Các cháu rất nhẹ nhàng. " * 400)
    read = words(leader_client.get(f"{PRAISE}xem-thu.pdf").content)
    assert "Nguyễn Văn A" in read
    assert "Cao Thị Bưởi" not in read


def test_another_wards_letter_is_never_the_sample(leader_client, other_ward):
    letter(other_ward, nguoi_nhan="Bà Cao Thị Bưởi", su_viec="tốt")
    assert "Cao Thị Bưởi" not in words(leader_client.get(f"{PRAISE}xem-thu.pdf").content)


@pytest.mark.parametrize("occasion", Occasion)
def test_every_common_text_names_what_it_must_and_fits_on_one_page_with_long_facts(occasion):
    text = LetterText.objects.get(occasion=occasion, ward=None)
    check_body(text.body, occasion)
    check_one_page(text, widest_ward(), timezone.now())
    assert set(fields_for(occasion)) <= set(LONG) | {"don_vi", "phuong", "dien_thoai"}


def test_another_wards_words_are_nowhere_to_be_seen(leader_client, client, other_ward):
    leader_client.post(PRAISE, typed("Lời của phường mình: {{ su_viec }}"))
    theirs = LetterText.objects.exclude(ward=None).get()
    client.force_login(StaffFactory(ward=other_ward, leader=True))
    assert "Lời của phường mình" not in client.get(PRAISE).text
    assert "Lời riêng" not in client.get("/thu/mau/").text
    assert client.get(f"{PRAISE}?tu={theirs.pk}").status_code == 404
    client.force_login(StaffFactory(city=True))
    assert client.get(f"{PRAISE}?tu={theirs.pk}").status_code == 200


def test_the_city_words_the_common_text_and_the_wards_own_stays(client, city, ward, other_ward, leader):
    client.force_login(leader)
    client.post(PRAISE, typed())
    client.force_login(city)
    assert 'href="/thu/mau/"' in client.get("/ho-so/").text
    assert "Lời thư chung" in client.get("/thu/mau/").text
    client.post(PRAISE, typed("Lời của thành phố: {{ su_viec }}"))
    assert held(other_ward).body == "Lời của thành phố: {{ su_viec }}"
    assert held(ward).body == OWN


def test_the_common_text_cannot_be_emptied(client, city, ward):
    client.force_login(city)
    assert "không bỏ trống được" in client.post(PRAISE, typed("")).text
    with pytest.raises(LetterError, match="không bỏ trống được"):
        LetterText(occasion="thanks_praise", title="THƯ").keep(by=city, at=timezone.now())
    assert held(ward).body


@pytest.mark.parametrize("role", ["clerk", "officer"])
def test_only_a_leader_or_the_city_words_letters(client, role, request):
    client.force_login(request.getfixturevalue(role))
    for path in ("/thu/mau/", PRAISE, f"{PRAISE}xem-thu.pdf"):
        assert client.get(path).status_code == 403
    assert client.post(PRAISE, typed()).status_code == 403


def test_nobody_words_another_wards_letters(other_ward, leader, city):
    for who in (leader, city):
        with pytest.raises(LetterError):
            LetterText(occasion="thanks_praise", ward=other_ward, title="THƯ", body=OWN).keep(by=who, at=timezone.now())


def test_an_occasion_that_does_not_exist_has_no_page(leader_client):
    assert leader_client.get("/thu/mau/khong-co/").status_code == 404


def test_the_new_date_stands_between_its_rules_without_any_markup(leader_client, ward, officer):
    DossierFactory(ward=ward)
    read = words(leader_client.get("/thu/mau/apology/xem-thu.pdf").content)
    assert "Buổi chiều thứ Hai, ngày 23/11/2026" in read
    assert "span" not in read


@pytest.mark.parametrize("occasion", [Occasion.APOLOGY, Occasion.APOLOGY_AHEAD])
def test_an_apology_that_would_not_say_the_new_date_is_refused(occasion):
    """Approving it makes the new appointment: the letter has to tell of it."""
    with pytest.raises(ValidationError, match="hen_moi"):
        check_body("Chúng tôi xin lỗi {{ xung_ho }}. Lý do: {{ ly_do }}.", occasion)
    check_body("Chúng tôi xin lỗi. Lý do: {{ ly_do }}. Hẹn lại {{ hen_moi }}.", occasion)
