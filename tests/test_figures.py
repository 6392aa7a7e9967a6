"""What /y-kien/ says is what was answered: counted, on one scale, in the own ward, and never about a few people."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from desk.models import Hamlet, Ward
from dossiers.models import Figure, Procedure
from feedback.figures import Survey, satisfaction
from feedback.models import Campaign, Question, QuestionSet, Scale, Tally
from feedback.period import Period, lately, shortcuts
from feedback.statistics import Share
from feedback.tables import Ballots, handed_back, ward_report, wards_report
from tests.conftest import MONDAY, moment
from tests.factories import CODES, DossierFactory, answers, ballots
from tests.test_lists import queries

pytestmark = pytest.mark.django_db
URL = "/y-kien/"
NOVEMBER = date(2026, 11, 1)
ASKED = "tu=2026-11&den=2026-11"
PERIOD = Period(NOVEMBER, NOVEMBER)
TODAY = date(2026, 11, 26)


@pytest.fixture
def question():
    return Question.objects.get(question_set__slug="sau-ho-so", position=1)


@pytest.fixture
def city_client(client, city):
    client.force_login(city)
    return client


@pytest.fixture
def campaign(city):
    question_set = QuestionSet.objects.get(slug="phieu-thon-to")
    days = {"opens_on": date(2026, 10, 1), "closes_on": date(2026, 12, 31)}
    return Campaign.objects.create(name="Năm 2026", question_set=question_set, opened_by=city, opened_at=MONDAY, **days)


def procedure(what):
    return Procedure.objects.get(code=CODES[what])


def table_of(report, start):
    return next(table for table in report.tables if table.title.startswith(start))


def line_of(table, name):
    return next(line for line in [*table.lines, table.total] if line and line.name == name)


def report_of(ward, staff, period=PERIOD):
    return ward_report(staff, ward, period, TODAY)


def words(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def sheet_of(content):
    return [list(row) for row in openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)]


# what is counted


def test_the_headline_counts_sealed_answers_and_those_of_today(clerk_client, ward, question):
    answers(ward, NOVEMBER, question, {1: 200, 2: 87, 3: 15})
    answers(ward, NOVEMBER, question, {1: 10}, still_open=True)
    page = clerk_client.get(f"{URL}?{ASKED}").text
    assert "Tháng 11/2026: 95,2% rất hài lòng và tốt, trên 312 phiếu. Chưa đủ phiếu để kết luận." in page
    assert "92 – 97%" in page
    assert 'Rất hài lòng <b class="num">210</b>' in page


def test_an_answer_is_counted_once_before_and_after_it_is_sealed(ward, question):
    answers(ward, NOVEMBER, question, {1: 7}, still_open=True)
    counted = Survey.of_wards([ward]).within(PERIOD).about(question).by("value")
    assert counted == {(1,): 7}
    answers(ward, NOVEMBER, question, {1: 3, 5: 2})
    assert Survey.of_wards([ward]).by("ward", "value") == {(ward.pk, 1): 10, (ward.pk, 5): 2}


def test_every_table_adds_up_to_the_headline(ward, clerk, question):
    for what, stage, channel, count in (
        ("khai sinh", "received", "slip", 40),
        ("kết hôn", "returned", "tablet", 33),
        ("khai tử", "returned", "staff", 21),
    ):
        options = {"procedure": procedure(what), "stage": stage, "channel": channel}
        answers(ward, NOVEMBER, question, {1: count, 4: 2}, **options)
        answers(ward, NOVEMBER, question, {2: 5}, still_open=True, **options)
    report = report_of(ward, clerk)
    for title in ("Theo lúc", "Theo cách", "Theo thủ tục", "Theo tháng", "Từng câu"):
        lines = table_of(report, title).lines
        assert sum((line.share for line in lines), Share()) == Share(109, 115), title


def test_the_period_is_what_the_address_says(clerk_client, ward, question):
    for month, count in ((date(2026, 8, 1), 31), (date(2026, 9, 1), 33), (NOVEMBER, 35)):
        answers(ward, month, question, {1: count})
    assert (
        "Tháng 9/2026: 100,0% rất hài lòng và tốt, trên 33 phiếu"
        in clerk_client.get(f"{URL}?tu=2026-09&den=2026-09").text
    )
    assert "Quý III/2026: 100,0% rất hài lòng và tốt, trên 64" in clerk_client.get(f"{URL}?tu=2026-07&den=2026-09").text
    assert "Năm 2026: 100,0% rất hài lòng và tốt, trên 99" in clerk_client.get(f"{URL}?tu=2026-01&den=2026-12").text
    page = clerk_client.get(f"{URL}?tu=2026-09&den=2026-11").text
    assert "Từ tháng 9/2026 đến tháng 11/2026: 100,0% rất hài lòng và tốt, trên 68" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("tu=2026-11&den=2026-10", "Tháng cuối phải từ tháng đầu trở đi."),
        ("tu=abc&den=2026-10", "Xin chọn tháng trong danh sách."),
        ("tu=2026-10", "Xin chọn tháng."),
    ],
)
@pytest.mark.parametrize("path", ["", "don-vi.pdf", "don-vi.xlsx"])
def test_months_that_are_none_are_said_beside_their_field(clerk_client, path, asked, said):
    assert said in clerk_client.get(f"{URL}{path}?{asked}").text


def test_taps_without_a_slip_are_apart(ward, clerk, question):
    answers(ward, NOVEMBER, question, {1: 40})
    answers(ward, NOVEMBER, question, {5: 60}, stage="walk_in", channel="tablet")
    report = report_of(ward, clerk)
    assert "100,0% rất hài lòng và tốt, trên 40 phiếu" in report.headline
    assert table_of(report, "Bấm ở máy").lines[0].share == Share(0, 60)
    assert [line.name for line in table_of(report, "Theo cách").lines] == ["Qua mã trên giấy"]


def test_the_answer_rate_stands_on_the_results_handed_back(ward, clerk, question, other_ward):
    for _ in range(8):
        DossierFactory(ward=ward, returned=True)
    DossierFactory(ward=ward, ready=True)
    DossierFactory(ward=other_ward, returned=True)
    answers(ward, NOVEMBER, question, {1: 6})
    answers(ward, NOVEMBER, question, {1: 30}, stage="received")
    Figure.objects.keep_up(timezone.now())
    line = line_of(table_of(report_of(ward, clerk), "Theo lúc"), "Khi nhận kết quả")
    assert (line.answered, line.asked, line.rate_words) == (6, 8, "75,0% / 8")
    october = Period(date(2026, 10, 1), date(2026, 10, 1))
    assert report_of(ward, clerk, october).headline == "Tháng 10/2026: chưa có phiếu nào."


def test_results_of_days_gone_by_are_counted_once(ward, other_ward, city):
    for day in ("2025-12-31", "2026-01-02", "2026-11-20", "2026-11-23"):
        DossierFactory(ward=ward, at=moment(f"{day} 08:00"), returned=True, then=moment(f"{day} 09:00"))
    DossierFactory(ward=other_ward, at=moment("2026-11-19 08:00"), returned=True, then=moment("2026-11-20 09:00"))
    Figure.objects.keep_up(timezone.now())
    for first, mine, other in ((date(2026, 1, 1), 3, 1), (date(2026, 11, 1), 2, 1), (date(2025, 12, 1), 4, 1)):
        found = handed_back(city, Period(first, date(2026, 11, 1)), date(2026, 11, 23))
        assert found == {ward.pk: mine, other_ward.pk: other}
    assert handed_back(city, Period(date(2025, 1, 1), date(2025, 12, 1)), date(2026, 11, 23)) == {ward.pk: 1}
    assert not handed_back(city, Period(date(2027, 1, 1), date(2027, 1, 1)), date(2026, 11, 23))


def test_without_answers_there_is_no_percentage(clerk_client, city_client, ward):
    page = city_client.get(f"{URL}?{ASKED}").text
    assert "chưa có phiếu nào" in page
    assert page.count("—") >= 22
    assert "0,0%" not in page


# one scale in one percentage


def test_another_scale_changes_no_percentage(ward, clerk, question):
    answers(ward, NOVEMBER, question, {1: 38, 3: 2})
    before = report_of(ward, clerk)
    late = Question.objects.get(question_set__slug="sau-ho-so", position=7)
    answers(ward, NOVEMBER, late, {1: 10, 2: 30})
    older = QuestionSet.objects.create(
        slug="cu", name="Bộ cũ", use="survey", scale=Scale.objects.get(slug="sipas"), valid_from=date(2019, 1, 1)
    )
    answers(ward, NOVEMBER, Question.objects.create(question_set=older, position=1, words="Câu cũ"), {5: 50})
    after = report_of(ward, clerk)
    assert before.headline == after.headline
    assert "95,0% rất hài lòng và tốt, trên 40 phiếu" in after.headline
    assert [line.share for line in table_of(after, "Từng câu: Bộ cũ").lines] == [Share(0, 50)]
    assert Share(10, 40) in [line.share for line in table_of(after, "Từng câu: Hỏi").lines]


def test_good_is_what_the_scale_says(ward, clerk):
    """ "Hài lòng" is good on the scale of SIPAS and is not on the article's."""
    scale = Scale.objects.get(slug="sipas")
    new = QuestionSet.objects.create(slug="moi", name="Mới", use="survey", scale=scale, valid_from=NOVEMBER)
    answers(ward, NOVEMBER, Question.objects.create(question_set=new, position=1, words="Câu 1"), {2: 40})
    assert "100,0% rất hài lòng và hài lòng, trên 40 phiếu" in report_of(ward, clerk).headline


# groups that are too small


def test_small_groups_are_never_on_the_page(clerk_client, ward, clerk, question):
    answers(ward, NOVEMBER, question, {1: 3}, comment="Cảm ơn chị ở quầy số hai")
    page = clerk_client.get(f"{URL}?{ASKED}").text
    assert "dưới 5 phiếu, không công bố" in page
    assert "chị ở quầy số hai" not in page
    assert "100,0%" not in page
    assert report_of(ward, clerk).levels == []


def test_under_thirty_there_are_counts_only(clerk_client, ward, question):
    answers(ward, NOVEMBER, question, {1: 16, 3: 1})
    page = clerk_client.get(f"{URL}?{ASKED}").text
    assert "Tháng 11/2026: 17 phiếu, chưa đủ 30 phiếu để tính tỷ lệ." in page
    assert "chưa đủ 30 phiếu để tính" in page
    assert "94,1%" not in page


def test_a_small_procedure_is_pooled_with_the_next_one(ward, clerk, question):
    for what, count in (("khai sinh", 50), ("kết hôn", 9), ("khai tử", 3)):
        answers(ward, NOVEMBER, question, {1: count}, procedure=procedure(what))
    lines = table_of(report_of(ward, clerk), "Theo thủ tục").lines
    assert [(line.name, line.count) for line in lines] == [
        (procedure("khai sinh").short_name, 50),
        ("Các thủ tục ít phiếu, gộp chung", 12),
    ]


def test_no_choice_of_months_tells_a_small_cell_by_difference(ward, clerk, question):
    """Two months less one month would be three people: the small month is pooled in the long period, too."""
    october = date(2026, 10, 1)
    for what in ("khai sinh", "kết hôn"):
        answers(ward, october, question, {1: 40}, procedure=procedure(what))
    answers(ward, NOVEMBER, question, {1: 40}, procedure=procedure("kết hôn"))
    answers(ward, NOVEMBER, question, {5: 3}, procedure=procedure("khai sinh"))
    answers(ward, NOVEMBER, question, {1: 8}, procedure=procedure("khai tử"))
    both = table_of(report_of(ward, clerk, Period(october, NOVEMBER)), "Theo thủ tục")
    assert line_of(both, procedure("khai sinh").short_name).share == Share(40, 40)
    assert line_of(both, "Các thủ tục ít phiếu, gộp chung").share == Share(8, 11)


def test_a_channel_is_closed_where_the_total_would_tell_the_small_one(clerk_client, ward, question):
    for channel, count in (("slip", 200), ("tablet", 41), ("staff", 2)):
        answers(ward, NOVEMBER, question, {1: count}, channel=channel)
    page = clerk_client.get(f"{URL}?{ASKED}").text
    table = page.partition('<caption class="visually-hidden">Theo cách trả lời')[2].partition("</table>")[0]
    assert "giữ kín" in table
    assert ">41<" not in table
    assert ">200<" in table


def test_comments_have_no_name_day_or_order(clerk_client, ward, other_ward, question):
    answers(ward, NOVEMBER, question, {1: 30}, comment="Nên có <b>thêm</b> ghế")
    answers(ward, NOVEMBER, question, {2: 1}, still_open=True, comment="Cảm ơn cô chú")
    answers(ward, date(2026, 10, 1), question, {5: 4}, comment="Tháng ấy chỉ có bốn phiếu")
    answers(other_ward, NOVEMBER, question, {1: 30}, comment="Lời của phường khác")
    with CaptureQueriesContext(connection) as captured:
        page = clerk_client.get(f"{URL}?tu=2026-10&den=2026-11").text
    for words, count in {
        "Nên có &lt;b&gt;thêm&lt;/b&gt; ghế": 1,
        "Cảm ơn cô chú": 1,
        "bốn phiếu": 0,
        "phường khác": 0,
    }.items():
        assert page.count(words) == count
    (asked,) = [query["sql"] for query in captured if '"feedback_answer"."comment"' in query["sql"]]
    assert "procedure" not in asked
    assert "changeable_until" not in asked
    assert 'ORDER BY "feedback_answer"."key"' in asked


def test_no_query_joins_an_answer_to_a_person_or_a_dossier(client, clerk, leader, city, question, ward):
    answers(ward, NOVEMBER, question, {1: 40}, still_open=True, comment="Tốt")
    theirs = ("feedback_answer", "feedback_mark", "feedback_tally")
    persons = ("dossiers_dossier", "feedback_callback", "feedback_contribution", "desk_staff", "dossiers_event")
    seen = 0
    for person in (clerk, leader, city):
        client.force_login(person)
        paths = (f"{URL}?{ASKED}", f"{URL}?{ASKED}&don_vi={ward.slug}", "/lanh-dao/", "/")
        with CaptureQueriesContext(connection) as captured:
            for path in paths:
                client.get(path)
        for query in captured:
            if any(f'"{table}"' in query["sql"] for table in theirs):
                seen += 1
                assert not [table for table in persons if f'"{table}"' in query["sql"]], query["sql"]
    assert seen > 10


# all wards


def test_the_city_sees_all_wards_side_by_side(city_client, ward, other_ward, question):
    answers(ward, NOVEMBER, question, {1: 297, 4: 15})
    answers(other_ward, NOVEMBER, question, {1: 17})
    page = city_client.get(f"{URL}?{ASKED}").text
    assert all(str(each) in page for each in Ward.objects.in_service())
    assert page.count('<svg class="spark"') == 2  # the ward's, and the total's
    assert "chưa đủ 30 phiếu để tính" in page
    assert "trên 329 phiếu" in page
    assert "Hai dải chồng lên nhau thì chưa thể nói nơi nào hơn." in page


def test_the_total_leaves_out_wards_that_are_too_small_to_show(city, ward, other_ward, question):
    answers(ward, NOVEMBER, question, {1: 40})
    answers(other_ward, NOVEMBER, question, {5: 4})
    (table,) = wards_report(city, PERIOD, TODAY).tables
    assert table.total.share == Share(40, 40)
    assert line_of(table, str(other_ward)).is_hidden
    assert "Dòng tổng không tính 1 nơi dưới 5 phiếu." in table.note


@pytest.mark.parametrize(
    ("order", "first"), [("hai-long", "quang-trung"), ("-hai-long", "le-hong-phong"), ("phieu", None), ("ten", None)]
)
def test_the_table_is_sorted_by_a_column(city_client, ward, other_ward, question, order, first):
    answers(ward, NOVEMBER, question, {1: 40})
    answers(other_ward, NOVEMBER, question, {1: 40, 5: 40})
    page = city_client.get(f"{URL}?{ASKED}&xep={order}").text
    body = page.partition("<tbody>")[2]
    wards = sorted(Ward.objects.in_service(), key=lambda each: body.index(f">{each}<"))
    assert wards[0].slug == (first or wards[0].slug)
    assert f'aria-sort="{"descending" if order[0] == "-" else "ascending"}"' in page
    assert city_client.get(f"{URL}?xep=khac").status_code == 200


def test_the_city_opens_one_ward(city_client, other_ward, question):
    answers(other_ward, NOVEMBER, question, {1: 33})
    answers(Ward.objects.get(slug="le-hong-phong"), NOVEMBER, question, {1: 99})
    page = city_client.get(f"{URL}?{ASKED}&don_vi={other_ward.slug}").text
    assert "trên 33 phiếu" in page
    assert "Theo thủ tục" in page
    assert city_client.get(f"{URL}?don_vi=khong-co").status_code == 404


def test_a_ward_sees_its_own_figures_only(clerk_client, ward, other_ward, question, campaign):
    answers(other_ward, NOVEMBER, question, {1: 77})
    ballots(campaign, other_ward, {1: {1: 66}}, Hamlet.objects.create(ward=other_ward, name="Tổ 99"))
    for path in (f"{URL}?{ASKED}", f"{URL}?{ASKED}&don_vi={other_ward.slug}", f"{URL}?{ASKED}&dot={campaign.pk}"):
        page = clerk_client.get(path).text
        assert "chưa có phiếu nào" in page
        assert "77" not in page
        assert "Tổ 99" not in page
    for ending in ("xlsx", "pdf"):
        assert clerk_client.get(f"{URL}21-don-vi.{ending}").status_code == 403


# campaigns


def test_a_campaign_is_shown_ward_by_ward(city_client, ward, other_ward, campaign):
    ballots(campaign, ward, {1: {1: 45, 4: 5}, 2: {2: 50}}, handed_out=80)
    page = city_client.get(f"{URL}?dot={campaign.pk}").text
    assert "Năm 2026: " in page
    assert "phiếu phát ra" in page
    assert "62,5% / 80" in page


def test_the_city_looks_at_one_question_of_a_campaign(city_client, ward, campaign):
    ballots(campaign, ward, {position: {2: 50} for position in range(2, 7)} | {1: {1: 45, 4: 5}}, handed_out=80)
    shares = {}
    for asked in ("1", "2", "99", ""):
        page = city_client.get(f"{URL}?dot={campaign.pk}&cau={asked}").text
        shares[asked] = re.search(r"(\d+,\d)%", page.partition("<tbody>")[2])[1]
        assert ("Riêng câu" in page) == (asked in ("1", "2"))
        assert ("Năm 2026, câu 1: " in page) == ("selected>1. " in page) == (asked == "1")
    assert shares == {"1": "90,0", "2": "100,0", "99": "98,3", "": "98,3"}


def test_the_interval_of_a_campaign_stands_on_its_sheets(city, ward, campaign):
    ballots(campaign, ward, {position: {1: 38, 4: 2} for position in range(1, 7)})
    share = Ballots(city, campaign).pooled("ward")[ward.pk]
    assert share == Share(228, 240, questions=6)
    assert share.sheets == 40


def test_a_hamlet_stands_beside_the_others(clerk_client, ward, campaign):
    for name, count in (("Tổ 1", 40), ("Tổ 2", 36)):
        hamlet = Hamlet.objects.create(ward=ward, name=name)
        ballots(campaign, ward, {position: {1: count} for position in range(1, 7)}, hamlet, handed_out=50)
    page = clerk_client.get(URL).text
    assert "Đợt lấy phiếu: Năm 2026, theo thôn tổ" in page
    assert "80,0% / 50" in page
    assert "72,0% / 50" in page


def test_the_factors_of_sipas_are_pooled_on_its_scale(city, ward):
    sipas = QuestionSet.objects.get(slug="sipas-22")
    days = {"opens_on": NOVEMBER, "closes_on": NOVEMBER}
    campaign = Campaign.objects.create(name="SIPAS 2026", question_set=sipas, opened_by=city, opened_at=MONDAY, **days)
    ballots(campaign, ward, {position: {2: 30, 3: 10} for position in range(1, 23)})
    factors = {line.name: line.share for line in Ballots(city, campaign).of_ward(ward).by_factor()}
    assert factors["Tiếp cận dịch vụ"] == Share(120, 160, questions=4)
    assert len(factors) == 5


def test_a_question_with_a_scale_of_its_own_stays_out_of_a_campaign(city, ward, campaign):
    yes_or_no = Scale.objects.get(slug="co-khong")
    Question.objects.create(question_set=campaign.question_set, position=9, words="Có hay không", own_scale=yes_or_no)
    ballots(campaign, ward, {1: {1: 40}, 9: {1: 40}})
    assert Ballots(city, campaign).pooled("ward")[ward.pk] == Share(40, 40, questions=6)


# taken out


def test_the_workbook_has_numbers(city_client, ward, other_ward, question):
    answers(ward, NOVEMBER, question, {1: 297, 4: 15})
    answers(other_ward, NOVEMBER, question, {1: 3})
    answer = city_client.get(f"{URL}21-don-vi.xlsx?{ASKED}")
    rows = {row[0]: row[1:] for row in sheet_of(answer.content)}
    share = Share(297, 312)
    assert rows[str(ward)][:4] == [312, pytest.approx(share.value), *map(pytest.approx, share.interval)]
    assert rows[str(ward)][4] == "chưa đủ phiếu để kết luận"
    assert rows[str(other_ward)][:4] == ["dưới 5", "—", "—", "—"]
    assert rows["Toàn thành phố"][0] == 312
    assert len([name for name in rows if name and name.startswith(("Phường ", "Xã "))]) >= 21


def test_the_paper_says_what_the_page_says(city_client, clerk_client, ward, clerk, city, question):
    answers(ward, NOVEMBER, question, {1: 297, 4: 15})
    city_client.force_login(city)
    read = words(city_client.get(f"{URL}21-don-vi.pdf?{ASKED}").content)
    for said in (
        "MỨC HÀI LÒNG CỦA NGƯỜI DÂN",
        "THÀNH PHỐ PHỦ LÝ",
        "95,2%",
        "92 – 97%",
        "Toàn thành phố",
        "Xã Trịnh Xá",
    ):
        assert said in read
    clerk_client.force_login(clerk)
    read = words(clerk_client.get(f"{URL}don-vi.pdf?{ASKED}").content)
    for said in ("PHƯỜNG LÊ HỒNG PHONG", "Theo thủ tục", "Tháng 11/2026: 95,2%"):
        assert said in read
    rows = sheet_of(clerk_client.get(f"{URL}don-vi.xlsx?{ASKED}").content)
    assert ["Cộng", 312] in [row[:2] for row in rows]


def test_the_city_takes_out_a_ward_it_has_chosen(city_client, ward):
    assert city_client.get(f"{URL}don-vi.xlsx").url == URL
    assert city_client.get(f"{URL}don-vi.xlsx?don_vi={ward.slug}").status_code == 200


# what it costs


def test_one_ward_and_twenty_cost_the_same(city_client, ward, question):
    answers(ward, NOVEMBER, question, {1: 6}, still_open=True)
    alone = queries(city_client, f"{URL}?{ASKED}")
    for each in Ward.objects.in_service():
        answers(each, NOVEMBER, question, {1: 6, 2: 30})
        answers(each, NOVEMBER, question, {1: 6}, still_open=True)
    assert queries(city_client, f"{URL}?{ASKED}") == alone


def test_one_procedure_and_twenty_cost_the_same(clerk_client, ward, question, campaign):
    answers(ward, NOVEMBER, question, {1: 6})
    ballots(campaign, ward, {1: {1: 9}}, Hamlet.objects.create(ward=ward, name="Tổ 1"))
    alone = queries(clerk_client, f"{URL}?{ASKED}")
    for each in Procedure.objects.all()[:20]:
        answers(ward, NOVEMBER, question, {1: 9, 2: 30}, procedure=each, comment="Tốt", still_open=True)
    for number in range(2, 12):
        ballots(campaign, ward, {1: {1: 9}}, Hamlet.objects.create(ward=ward, name=f"Tổ {number}"))
    assert queries(clerk_client, f"{URL}?{ASKED}") == alone


# the citizens' pages and the leader's


def test_home_says_how_satisfied_people_were_lately(client, ward, question):
    today = timezone.localdate()
    month = lately(today).first
    page = client.get(ward.get_absolute_url()).text
    assert "rất hài lòng và tốt" not in page
    answers(ward, month, question, {1: 20})
    assert "100,0%" not in client.get(ward.get_absolute_url()).text
    answers(ward, month, question, {1: 277, 3: 15})
    for path in (ward.get_absolute_url(), "/"):
        page = client.get(path).text
        assert "95,2%" in page
        assert "312 phiếu" in page
    assert satisfaction([ward], today, lately(today)).share == Share(297, 312)


def test_the_leader_reads_this_months_satisfaction(client, leader, ward, other_ward, question):
    month = timezone.localdate().replace(day=1)
    answers(ward, month, question, {1: 40})
    answers(other_ward, month, question, {5: 40})
    client.force_login(leader)
    assert "100,0% rất hài lòng và tốt, trên 40 phiếu" in client.get("/lanh-dao/cac-mat-khac/").text


def test_periods_have_names():
    named = [period.words for period in shortcuts(date(2026, 2, 14))]
    assert named == ["Tháng 2/2026", "Tháng 1/2026", "Quý I/2026", "Quý IV/2025", "Năm 2026", "Năm 2025"]
    assert [len(period.months) for period in shortcuts(date(2026, 2, 14))] == [1, 1, 3, 3, 12, 12]
    assert lately(date(2026, 1, 31)) == Period(date(2025, 10, 1), date(2025, 12, 1))
    assert Period(date(2026, 12, 1), date(2026, 12, 1)).after == date(2027, 1, 1)


def test_what_was_made_for_the_tests_is_what_the_tables_hold(ward, question):
    answers(ward, NOVEMBER, question, {1: 3})
    answers(ward, NOVEMBER, question, {1: 2})
    assert Tally.objects.get().count == 5
