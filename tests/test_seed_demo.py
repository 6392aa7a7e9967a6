"""The demonstration: what `seed_demo` writes is what the real desk would have recorded, and it goes on by itself."""

import re
import unicodedata
from collections import Counter as Tally
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.test import override_settings
from django.utils import timezone
from pypdf import PdfReader

from desk.calendar import ZONE
from desk.demo import ACCOUNTS, PASSWORD
from desk.forms import Email, IdNumber, PersonName, Phone, TaxCode
from desk.models import CalendarDay, Counter, Hamlet, Staff, UnitSet, Ward
from dossiers.demo import people
from dossiers.demo.clock import OfficeClock
from dossiers.demo.life import APOLOGISE, Matter, life
from dossiers.demo.papers import Town
from dossiers.demo.plan import DEMONSTRATION, Catalogue, Window, arrivals
from dossiers.demo.record import noticed_at
from dossiers.demo.scans import SCANNED
from dossiers.demo.seed import SEED, bring_up_to
from dossiers.demo.wards import open_offices
from dossiers.lanes import LANES, Moment
from dossiers.models import (
    OPEN,
    Appointment,
    Attachment,
    Dossier,
    DossierDocument,
    Event,
    GivenDocument,
    Handover,
    HelpGiven,
    HomeVisit,
    HomeVisitStep,
    Presentation,
    Procedure,
    State,
    SupplementRequest,
)
from dossiers.signals import event_recorded

COMMAND = "dossiers.management.commands.seed_demo"
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
WINDOW = Window(crowded=30, thin=45)
bring_up_to = partial(bring_up_to, window=WINDOW)
#: Two wards with demonstration accounts, another ward and a commune: the whole city would only take longer.
SOME = ("le-hong-phong", "quang-trung", "minh-khai", "phu-van")
QUICK = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """The demonstration as it stands on a Monday morning, made once for this module."""
    with django_db_blocker.unblock(), transaction.atomic(), QUICK:
        serve_only(SOME)
        heard = []
        event_recorded.connect(hearing := partial(hear, heard))
        bring_up_to(MONDAY)
        event_recorded.disconnect(hearing)
        yield heard
        transaction.set_rollback(True)


def serve_only(slugs):
    Ward.objects.exclude(slug__in=slugs).update(is_in_service=False)


def hear(heard, sender, kind, event_ids, **kwargs):
    heard.append((kind, len(event_ids)))


@pytest.fixture
def demo(seeded, db):
    return seeded


@pytest.fixture
def empty(db):
    """Nobody and nothing but the reference data, whatever `seeded` has left in this module's transaction."""
    visits = (HelpGiven, HomeVisitStep, HomeVisit, Presentation)
    papers = (Event, Attachment, DossierDocument, Handover, SupplementRequest, Appointment, Dossier)
    for model in (*visits, *papers, Counter, Staff, Hamlet):
        model.objects.all().delete()


@pytest.fixture
def two_wards(empty):
    serve_only(("le-hong-phong", "quang-trung"))


@pytest.fixture
def le_hong_phong(demo):
    return Ward.objects.get(slug="le-hong-phong")


def test_production_refuses_the_known_password(empty, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="ALLOWED_HOSTS"):
        call_command("seed_demo")
    assert not Staff.objects.exists()


def test_the_command_loads_what_is_missing_and_says_what_it_did(empty, capsys, monkeypatch):
    Ward.objects.all().delete()
    monkeypatch.setattr(f"{COMMAND}.bring_up_to", partial(bring_up_to, window=Window(crowded=1, thin=1)))
    call_command("seed_demo")
    assert re.fullmatch(
        r"Đã thêm \d+ hồ sơ mẫu;.*\n(Đã thêm \d+ [^;\n]+\.\n)*Đã thêm \d+ thư;.*\n", capsys.readouterr().out
    )
    assert Ward.objects.in_service().count() == 21


def test_the_command_wants_the_21_wards(db):
    Ward.objects.update(is_in_service=False)
    with pytest.raises(CommandError, match="units 2020"):
        call_command("seed_demo")


@pytest.mark.parametrize("username", ACCOUNTS)
def test_the_accounts_of_the_contract_can_log_in(demo, client, username):
    assert client.post("/dang-nhap/", {"username": username, "password": "phuly"}).status_code == 200
    assert client.post("/dang-nhap/", {"username": username, "password": PASSWORD}).status_code == 302


def test_every_ward_has_its_people_and_hamlets(demo):
    for ward in Ward.objects.in_service():
        crew = Staff.objects.filter(ward=ward)
        assert all(crew.filter(**{role: True}).exists() for role in ("is_clerk", "is_officer", "is_leader"))
        assert 5 <= Hamlet.objects.filter(ward=ward).count() <= 9
        assert ward.phone.startswith("0226300")
    strangers = Staff.objects.exclude(username__in=ACCOUNTS)
    assert not any(person.has_usable_password() for person in strangers)


def test_a_second_run_adds_nothing(demo):
    before = Dossier.objects.count(), Event.objects.count(), Staff.objects.count(), Hamlet.objects.count()
    added = bring_up_to(MONDAY)
    assert (added.dossiers, added.steps, added.broken) == (0, 0, 0)
    assert (Dossier.objects.count(), Event.objects.count(), Staff.objects.count(), Hamlet.objects.count()) == before


def test_the_same_seed_gives_the_same_dossiers_whatever_day_it_starts(demo):
    """A thin day is a part of the crowded one; who comes, with what, and what becomes of it hangs on the seed alone."""
    first = planned(MONDAY, Window(crowded=6, thin=12), SEED)
    later = planned(MONDAY + timedelta(days=2), Window(crowded=3, thin=30), SEED)
    assert first.keys() - later.keys()
    shared = first.keys() & later.keys()
    assert len(shared) > 30
    assert all(first[key] == later[key] for key in shared)
    assert not first.keys() & planned(MONDAY, Window(crowded=6, thin=12), SEED + 1).keys()


def planned(now, window, seed):
    offices = open_offices(SEED, now)
    town = Town([office.ward for office in offices.values()], seed)
    catalogue = Catalogue(list(Procedure.objects.prefetch_related("documents")))
    found = arrivals(offices.values(), now, seed, window)
    return {arrival.key: (arrival, town.receive(arrival, catalogue.choose(arrival))) for arrival in found}


def test_history_is_written_without_a_signal(demo):
    assert demo == []


def test_numbers_have_no_gap_and_counters_stand_at_the_last(demo):
    series = Q(series__startswith="dossier-") | Q(series__startswith="register-")
    counters = {(row.ward_id, row.series): row.value for row in Counter.objects.filter(series)}
    years = Dossier.objects.order_by().values("ward", "register_year")
    for row in years.annotate(n=Count("pk"), first=Min("register_number"), last=Max("register_number")):
        assert (row["first"], row["last"]) == (1, row["n"])
        assert counters.pop((row["ward"], f"register-{row['register_year']}")) == row["n"]
    days = {}
    for dossier in Dossier.objects.order_by("ward", "received_at", "register_number").select_related("ward"):
        day = timezone.localdate(dossier.received_at)
        number = days[dossier.ward_id, day] = days.get((dossier.ward_id, day), 0) + 1
        assert dossier.day_number == number
        assert dossier.code == f"{dossier.ward.dossier_code_prefix}-{day:%y%m%d}-{number:04}"
    assert counters == {(ward, f"dossier-{day:%Y%m%d}"): value for (ward, day), value in days.items()}


def test_the_next_citizen_at_the_counter_gets_the_next_number(demo, le_hong_phong):
    last = Dossier.objects.filter(ward=le_hong_phong, received_at__date=MONDAY.date()).order_by("day_number").last()
    new = Dossier.objects.receive(
        ward=le_hong_phong,
        procedure=Procedure.objects.get(code="1.004873"),
        by=Staff.objects.get(username="clerk"),
        at=MONDAY + timedelta(minutes=1),
        intake_key="0b9b7c2e-5a53-4f0e-9d0e-3c4f6ad9a7aa",
        documents=[GivenDocument("Tờ khai", "original", 1)],
        applicant_name="Nguyễn Thị Ổn",
        address="Tổ 1",
    )
    assert new.day_number == last.day_number + 1
    assert new.register_number == last.register_number + 1


def test_every_state_of_a_life_is_there(demo, le_hong_phong):
    assert set(Dossier.objects.filter(ward=le_hong_phong).values_list("state", flat=True)) == set(State)


def test_each_step_follows_from_the_one_before(demo):
    for dossier in Dossier.objects.prefetch_related("events"):
        state, at = "", dossier.received_at
        for event in dossier.events.all():
            assert (event.state_before, event.at >= at, event.at <= MONDAY) == (state, True, True)
            state, at = event.state_after, event.at
        assert state == dossier.state


def test_a_broken_promise_has_exactly_one_overdue_event_and_no_other_promise_has_one(demo):
    told = Count("events", filter=Q(events__kind=Event.Kind.OVERDUE))
    promises = Appointment.objects.annotate(told=told, told_at=Max("events__at", filter=Q(events__kind="overdue")))
    broken = promises.filter(outcome=Appointment.Outcome.BROKEN)
    assert broken.count() > 10
    for promise in broken:
        assert (promise.told, promise.told_at) == (1, promise.outcome_at)
        assert timedelta(0) < promise.outcome_at - promise.due_at <= timedelta(minutes=5)
    assert not promises.exclude(outcome=Appointment.Outcome.BROKEN).filter(told__gt=0).exists()


def test_no_promise_of_the_past_is_left_open(demo):
    assert not Appointment.objects.unsettled().filter(due_at__lt=MONDAY).exists()
    assert not Appointment.objects.unsettled().exclude(dossier__state__in=OPEN).exists()
    kept = Appointment.objects.filter(outcome=Appointment.Outcome.KEPT)
    assert not kept.exclude(outcome_at=F("dossier__ready_at")).exists()
    assert not kept.filter(outcome_at__gt=F("due_at")).exists()


def test_the_lanes_of_the_busy_ward_are_alive(demo, le_hong_phong):
    at = Moment(MONDAY, CalendarDay.objects.calendar(le_hong_phong.hours))
    rows = Dossier.objects.filter(ward=le_hong_phong)
    length = {slug: lane.rows(rows, at).count() for slug, lane in LANES.items()}
    assert 4 <= length["qua-han"] <= 12
    assert 4 <= length["hom-nay"] <= 15
    assert 4 <= length["sap-den-han"] <= 14
    assert 8 <= length["cho-tra"] <= 25
    elsewhere = Tally(Dossier.objects.exclude(ward=le_hong_phong).overdue(MONDAY).values_list("ward", flat=True))
    assert all(count <= 4 for count in elsewhere.values())


def test_nearly_all_promises_are_kept(demo):
    done = Dossier.objects.filter(ready_at__gte=MONDAY - timedelta(days=WINDOW.thin))
    assert 0.94 <= done.filter(ready_at__lte=F("promised_at")).count() / done.count() <= 0.99


def test_half_of_the_dossiers_come_to_the_busy_ward_and_older_months_are_thinner(db):
    Ward.objects.filter(units=UnitSet.BEFORE_2025).update(is_in_service=True)
    offices = open_offices(SEED, MONDAY)
    found = list(arrivals(offices.values(), MONDAY, SEED, Window()))
    crowded = [arrival for arrival in found if (MONDAY - arrival.at).days < 90]
    assert 2800 < len(crowded) < 3300
    assert 1100 < len(found) - len(crowded) < 1600
    assert 0.45 < sum(arrival.ward.slug == "le-hong-phong" for arrival in crowded) / len(crowded) < 0.55
    assert {arrival.ward.pk for arrival in crowded} == offices.keys()


def test_the_last_days_under_the_forms_of_2018_are_shown_in_the_busy_ward_and_are_over(db):
    serve_only(SOME)
    shown = Window(crowded=1, thin=1, old=DEMONSTRATION.old)
    bring_up_to(MONDAY, window=shown)
    old = Dossier.objects.filter(edition__name="2018")
    happened = set(Event.objects.filter(dossier__in=old).values_list("kind", flat=True))
    assert {"papers_asked", "restarted", "refused", "rescheduled", "overdue"} <= happened
    assert set(old.values_list("state", "ward__slug")) == {
        (state, "le-hong-phong") for state in (State.RETURNED, State.REFUSED, State.STOPPED)
    }
    assert bring_up_to(MONDAY, window=shown).dossiers == 0


def test_people_come_when_the_desk_is_open_and_online_at_any_hour(demo, le_hong_phong):
    clock = OfficeClock(CalendarDay.objects.calendar(le_hong_phong.hours))
    closed = Tally()
    for dossier in Dossier.objects.filter(ward=le_hong_phong):
        at = timezone.localtime(dossier.received_at)
        is_open = clock.works(at.date()) and clock.later(at, 0) == at
        closed[dossier.channel] += not is_open
    assert closed.pop(Dossier.Channel.ONLINE) > 10
    assert not any(closed.values())
    acts = Event.objects.filter(kind__in=("taken_up", "ready", "returned")).values_list("at", flat=True)
    assert all(clock.works(timezone.localdate(at)) and clock.later(at, 0) == at for at in acts)


def test_id_numbers_and_contacts_are_plainly_invented_yet_pass_the_forms(demo):
    for dossier in Dossier.objects.all():
        if dossier.applicant_kind == Dossier.ApplicantKind.ORGANISATION:
            assert re.fullmatch(r"0700000\d{3}(-001)?", TaxCode().clean(dossier.tax_code))
        else:
            sex, year = int(dossier.id_number[3]), dossier.id_number[4:6]
            assert re.fullmatch(r"035[0-3]\d\d00\d{4}", IdNumber().clean(dossier.id_number))
            assert (sex % 2 == 1, year) == (dossier.sex == "Nữ", dossier.birth[2:4])
            assert PersonName(max_length=160).clean(dossier.applicant_name) == dossier.applicant_name
        if dossier.phone:
            assert re.fullmatch(r"0\d{3}000\d{3}|0226300050\d", Phone().clean(dossier.phone))
        assert not dossier.email or Email().clean(dossier.email).endswith("@thu.example")
    holders = Dossier.objects.exclude(id_number="").order_by().values("id_number")
    assert holders.annotate(names=Count("applicant_name", distinct=True)).filter(names__gt=1).count() == 0


def test_the_names_use_every_letter_and_tone_of_vietnamese():
    names = [*people.FAMILIES, *sum([*people.GIVEN.values(), *people.OLDER_GIVEN.values()], [])]
    names += [name for unusual in people.UNUSUAL.values() for name in unusual]
    written = set("".join(names).lower())
    tones = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
    letters = {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in tones}
    assert letters | {"đ"} <= written


def test_a_dossier_has_what_its_letter_needs(demo):
    born = Dossier.objects.filter(procedure__code="1.001193").first()
    assert born.letter_facts.keys() == {"child_name", "child_born_on", "father_name", "mother_name"}
    assert born.applicant_name in (born.letter_facts["father_name"], born.letter_facts["mother_name"])
    for dossier in Dossier.objects.select_related("procedure").prefetch_related("documents"):
        assert set(dossier.letter_facts) == set(dossier.procedure.letter_facts)
        assert dossier.documents.all()


def test_three_days_later_the_desk_has_gone_on(demo, le_hong_phong):
    open_before = set(Dossier.objects.open().values_list("pk", flat=True))
    heard = []
    event_recorded.connect(hearing := partial(hear, heard))
    thursday = MONDAY + timedelta(days=3)
    added = bring_up_to(thursday)
    event_recorded.disconnect(hearing)
    assert added.dossiers > 40
    assert added.steps > 20
    assert {"taken_up", "ready", "returned"} <= {kind for kind, _ in heard}
    assert Dossier.objects.filter(pk__in=open_before).exclude(state__in=("received", "in_progress")).count() > 10
    test_numbers_have_no_gap_and_counters_stand_at_the_last(None)
    test_a_broken_promise_has_exactly_one_overdue_event_and_no_other_promise_has_one(None)
    assert not Appointment.objects.unsettled().filter(due_at__lt=thursday).exists()
    assert 3 <= Dossier.objects.filter(ward=le_hong_phong).overdue(thursday).count() <= 14
    again = bring_up_to(thursday)
    assert (again.dossiers, again.steps, again.broken) == (0, 0, 0)


def test_a_visitor_may_have_been_faster(demo):
    dossier = Dossier.objects.filter(ward__slug="le-hong-phong", state=State.RECEIVED).first()
    dossier.mark_ready(by=Staff.objects.get(username="officer"), at=MONDAY)
    dossier.hand_back(by=Staff.objects.get(username="clerk"), at=MONDAY + timedelta(minutes=2))
    bring_up_to(MONDAY + timedelta(days=3))
    assert list(dossier.events.values_list("kind", flat=True)) == ["received", "ready", "returned"]


@pytest.mark.parametrize("moment", ["2026-11-24T11:00", "2026-11-23T06:00"], ids=["holiday", "before opening"])
@pytest.mark.usefixtures("two_wards")
def test_a_closed_desk_does_not_look_dead(ward, moment):
    now = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
    bring_up_to(now, window=Window(crowded=20, thin=20))
    at = Moment(now, CalendarDay.objects.calendar(ward.hours))
    rows = Dossier.objects.filter(ward=ward)
    assert all(LANES[slug].rows(rows, at).count() >= 3 for slug in ("sap-den-han", "qua-han", "cho-tra"))


@pytest.mark.usefixtures("two_wards")
def test_the_history_is_what_the_real_verbs_would_have_recorded():
    """The same weeks once in bulk, once dossier by dossier through receive, the verbs and the beat."""
    Ward.objects.filter(slug="quang-trung").update(
        morning_opens="07:00", morning_closes="11:00", afternoon_opens="13:00"
    )
    weeks = Window(crowded=18, thin=18)
    with transaction.atomic():
        bring_up_to(MONDAY, window=weeks)
        written = everything()
        transaction.set_rollback(True)
    live_through(weeks)
    assert Appointment.objects.filter(outcome=Appointment.Outcome.BROKEN).exists()
    assert {"intake", "restarted", "rescheduled"} == set(Appointment.objects.values_list("cause", flat=True))
    assert everything() == written


def live_through(window):
    offices = open_offices(SEED, MONDAY)
    town = Town([office.ward for office in offices.values()], SEED)
    catalogue = Catalogue(list(Procedure.objects.prefetch_related("documents")))
    turns, dues = [], set()
    for arrival in arrivals(offices.values(), MONDAY, SEED, window):
        procedure, office = catalogue.choose(arrival), offices[arrival.ward.pk]
        due_at = office.clock.calendar.promise(arrival.at, procedure.limit).due_at
        documents, facts = town.receive(arrival, procedure)
        facts |= {"documents": documents, "intake_key": arrival.key, "at": arrival.at}
        by = office.crew.clerk(people.Random(f"{arrival.key}/clerk"))
        facts |= {"ward": arrival.ward, "procedure": procedure, "by": by}
        turns.append((arrival.at, partial(Dossier.objects.receive, **facts)))
        draft = Dossier(ward=arrival.ward, procedure=procedure, intake_key=arrival.key)
        draft.received_at = arrival.at
        for act in life(Matter.of(draft, due_at), office, MONDAY):
            turns.append((act.at, partial(take, arrival.key, act)))
        dues.add(due_at)
    turns += [(noticed_at(due, MONDAY), partial(break_overdue, noticed_at(due, MONDAY))) for due in dues]
    for at, turn in sorted(turns, key=itemgetter(0)):
        if at <= MONDAY:
            turn()


def take(key, act):
    if act.verb == APOLOGISE:
        Appointment.objects.filter(dossier__intake_key=key).in_debt().settle_apology(act.at)
        return
    getattr(Dossier.objects.get(intake_key=key), act.verb)(by=act.by, at=act.at, **act.facts)


def break_overdue(at):
    Appointment.objects.break_overdue(at)


def everything():
    """All rows of the dossiers, in words that do not depend on primary keys."""
    dossiers = {}
    rows = Dossier.objects.prefetch_related("documents", "appointments__made_by", "events__by")
    for dossier in rows.select_related("ward", "procedure", "edition", "received_by", "officer", "hamlet"):
        dossiers[dossier.code] = (
            plain(dossier, "token"),
            [plain(row) for row in dossier.documents.all()],
            [plain(row) for row in dossier.appointments.all()],
            [plain(row) for row in dossier.events.all()],
            [plain(row) for row in dossier.handovers.all()],
            [plain(row) for row in SupplementRequest.objects.filter(dossier=dossier)],
        )
    counters = Counter.objects.filter(series__regex="^(dossier|register)-")  # what was not received has its own
    return dossiers, set(counters.values_list("ward__slug", "series", "value"))


def plain(row, *hidden):
    fields = [field for field in row._meta.concrete_fields if field.name not in ("id", *hidden)]
    return {field.name: str(getattr(row, field.name)) for field in fields}


def test_matters_that_were_not_received_are_logged_once_with_their_numbers(demo, le_hong_phong):
    bring_up_to(MONDAY + timedelta(hours=2))
    rows = Presentation.objects.filter(ward=le_hong_phong).order_by("kind", "at")
    assert [(row.kind, row.number) for row in rows] == [("refusal", 1), ("supplement", 1), ("supplement", 2)]


def test_there_are_visits_in_every_state_and_help_all_over_the_time(demo, le_hong_phong):
    visits = HomeVisit.objects.filter(ward=le_hong_phong)
    assert set(visits.values_list("state", flat=True)) == set(HomeVisit.State)
    assert all(visit.steps.last().state == visit.state for visit in visits)
    year = MONDAY.date() - timedelta(days=400), MONDAY.date() + timedelta(days=1)
    assert sum(HomeVisit.objects.done_by_month(*year).values()) == Dossier.objects.filter(channel="home").count() > 0
    assert len(HelpGiven.objects.by_month(*year)) >= 2


def test_the_newest_dossiers_have_scans_that_can_be_read(demo, le_hong_phong):
    Attachment.objects.all().delete()  # another test's files
    bring_up_to(MONDAY)
    scans = Attachment.objects.filter(dossier__ward=le_hong_phong)
    assert len(scans) == SCANNED
    for row in scans:
        with default_storage.open(row.stored) as file:
            assert row.document.name in PdfReader(file).pages[0].extract_text()


def test_a_second_run_adds_no_visit_no_help_and_no_scan(demo):
    def how_many():
        return HomeVisit.objects.count(), HelpGiven.objects.count(), Attachment.objects.count()

    before = how_many()
    bring_up_to(MONDAY)
    assert how_many() == before
