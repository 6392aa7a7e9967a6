"""Every route keeps strangers out, another ward gets 404, and the owner gets in. The list comes from the resolver."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from desk.calendar import Limit, Unit
from dossiers.models import Attachment, CommittedTerm, FormTitle, HomeVisit, IssuedPaper, Presentation
from dossiers.slip import issue_slip
from feedback.models import (
    Answer,
    CallBack,
    Campaign,
    CampaignArea,
    Contribution,
    ContributionFile,
    Dialogue,
    DialoguePromise,
    DialogueQuestion,
    Tablet,
)
from letters.models import Letter, Message
from tests.factories import (
    ContributionFactory,
    DialogueFactory,
    DossierFactory,
    StaffFactory,
    campaign_of,
    scan,
    with_pdf,
)

#: Pages for everybody.
PUBLIC = {
    "home",
    "board",
    "public_figures",
    "data_json",
    "data_csv",
    "ward_home",
    "healthz",
    "readyz",
    "desk:login",
    "dossiers:lookup",
    "dossiers:status",
    "dossiers:catalogue",
    "dossiers:procedure",
    "dossiers:privacy",
    "dossiers:visit_ask",
    "feedback:suggest",
    "feedback:suggestion",
    "feedback:dialogues_public",
    "feedback:dialogue",
    "feedback:dialogue_ics",
    "feedback:conduct",
    "feedback:survey",
    "feedback:survey_more",
    "feedback:tablet",
    "letters:check_file",
    "letters:proof",
    "letters:citizens_pdf",
}
#: Pages of one area of a campaign.
AREA = [
    f"feedback:{name}"
    for name in ("area", "area_act", "minutes", "ballots_pdf", "tallies", "typing", "typing_act", "differences")
]
#: Other people's pages: their own tests cover them.
NOT_OURS = {"admin"}
#: Routes that send back who has chosen nothing.
NEEDS_A_CHOICE = {"letters:pile"}
#: Routes for who sees all wards.
CITY_ONLY = {"feedback:all_wards_xlsx", "feedback:all_wards_pdf", "city_xlsx", "city_pdf"}
#: Routes that leave the log-in, so they come with tests of their own.
ENDS_SESSION = {"desk:logout"}


def names(patterns, prefix=""):
    for entry in patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace not in NOT_OURS:
                yield from names(entry.url_patterns, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", tuple(entry.pattern.converters or entry.pattern.regex.groupindex)


ROUTES = dict(names(get_resolver().url_patterns))
POINTS_AT_A_ROW = (
    {name for name, params in ROUTES.items() if {"code", "pk"} & set(params)} - PUBLIC - {"dossiers:wording"}
)


@pytest.fixture
def dossier(ward):
    """A dossier, and a matter that was presented and not received, of the same ward."""
    dossier = DossierFactory(ward=ward, at=timezone.now())
    Presentation.objects.present(
        ward=ward,
        by=dossier.received_by,
        at=timezone.now(),
        key=uuid.uuid4(),
        kind="supplement",
        procedure=dossier.procedure,
        applicant_name="Cao Thị Bưởi",
        items=["Tờ khai"],
        reason="Thiếu tờ khai",
    )
    Attachment.objects.attach(
        dossier=dossier,
        document=dossier.documents.get(),
        file=scan(),
        by=dossier.received_by,
        at=timezone.now(),
    )
    issue_slip(dossier, by=dossier.received_by, at=timezone.now())
    issued_letter(dossier)
    HomeVisit.objects.ask(ward=ward, by=dossier.received_by, at=timezone.now(), key=uuid.uuid4(), name="Cao Thị Bưởi")
    commit_to_two_days(dossier)
    voices(dossier)
    answered(dossier)
    area = campaign_of(ward).areas.get()
    area.attach_minutes(file=scan(), by=dossier.received_by, at=timezone.now())
    return dossier


def voices(dossier):
    """A suggestion with a file, and a dialogue with a question and a promise."""
    ward, now, by = dossier.ward, timezone.now(), dossier.received_by
    ContributionFactory(ward=ward, files=[scan()])
    talk = DialogueFactory(ward=ward, at=now - timedelta(days=9))
    talk.ask(words="Bao giờ có đèn?", key=uuid.uuid4(), at=now, by=talk.announced_by)
    talk.promise(words="Lắp đèn", responsible=by, due_on=now, key=uuid.uuid4(), by=talk.announced_by, at=now)


def commit_to_two_days(dossier):
    """The ward promises to be quicker than the law from tomorrow on."""
    now = timezone.now()
    CommittedTerm.objects.commit(
        ward=dossier.ward,
        procedure=dossier.procedure,
        limit=Limit(2, Unit.WORKING_DAY, None),
        valid_from=timezone.localdate(now) + timedelta(days=1),
        valid_to=None,
        reason="Thường xong sớm",
        by=StaffFactory(ward=dossier.ward, leader=True),
        at=now,
    )


def answered(dossier):
    """What the owner of the dossier's slip said, and a device by the door."""
    now = timezone.now()
    Answer.objects.give(dossier=dossier, stage="received", value=5, channel="slip", at=now)
    CallBack.objects.ask(dossier=dossier, stage="received", phone="0912000345", at=now)
    Tablet.objects.pair(name="Bàn cạnh cửa", by=dossier.received_by, at=now)


def issued_letter(dossier):
    """A letter of thanks about the dossier, issued."""
    now, typed = timezone.now(), {"su_viec": "cán bộ tiếp dân ân cần"}
    letter = Letter.objects.write(
        ward=dossier.ward, kind="thanks_praise", dossier=dossier, typed=typed, by=dossier.received_by, at=now
    )
    with_pdf(letter)
    letter.issue(by=StaffFactory(ward=dossier.ward, leader=True), at=now)
    with_pdf(letter)


def url_of(name, dossier):
    slugs = {"ward_home": dossier.ward.slug, "board": dossier.ward.slug, "dossiers:move": "hen-lai"}
    slugs |= {"dossiers:visit_act": "xep-lich", "dossiers:declaration": "khai-sinh"}
    models = {"dossiers:visit": HomeVisit, "dossiers:visit_act": HomeVisit, "dossiers:issued_pdf": IssuedPaper}
    models |= {"dossiers:wording": FormTitle, "dossiers:commit_end": CommittedTerm}
    models |= {name: Letter for name in ROUTES if name.startswith("letters:")}
    models |= {"feedback:campaign": Campaign, "feedback:campaign_close": Campaign}
    models |= dict.fromkeys(AREA, CampaignArea)
    slugs |= {"feedback:area_act": "so-phieu", "feedback:typing_act": "xong"}
    slugs |= {"letters:act": "thu-hoi", "letters:delivery_step": "da-giao"}
    models |= {"letters:delivery_step": Message}
    slugs |= {"feedback:contribution_act": "phan-cong", "feedback:dialogue_act": "bien-ban"}
    models |= {name: Dialogue for name in ROUTES if name.startswith("feedback:dialogue")}
    models |= {"feedback:dialogue_reply": DialogueQuestion, "feedback:dialogue_finish": DialoguePromise}
    models |= {"feedback:contribution_file": ContributionFile}
    models |= {"feedback:callback": CallBack, "feedback:tablet_stop": Tablet}
    models |= {"dossiers:attachment": Attachment, "dossiers:detach": Attachment}
    row = (
        models.get(name, Presentation)
        .objects.filter(**({"kind": "slip"} if name == "dossiers:wording" else {}))
        .first()
    )
    values = {
        "proof": getattr(row, "proof", ""),
        "pk": row.pk,
        "code": dossier.code,
        "procedure": dossier.procedure.code,
        "token": dossier.token,
        "slug": slugs.get(name, "kiem-soat"),
        "occasion": "apology",
    }
    if name.startswith(("feedback:contribution", "feedback:suggestion")):
        values["code"] = Contribution.objects.get().code
    if name == "dossiers:procedure":
        values["code"] = dossier.procedure.code
    return reverse(name, kwargs={param: values[param] for param in ROUTES[name]})


@pytest.mark.parametrize("name", ROUTES)
def test_a_stranger_sees_only_public_pages(client, dossier, name):
    answer = client.get(url_of(name, dossier))
    if name in PUBLIC:
        assert answer.status_code in (200, 503)  # readyz may find the broker of the machine asleep
    else:
        assert answer.status_code == 302
        assert answer.url.startswith("/dang-nhap/?next=")


@pytest.mark.parametrize("name", sorted(set(ROUTES) - PUBLIC))
def test_a_stranger_can_send_nothing(client, dossier, name):
    assert client.post(url_of(name, dossier)).status_code == 401


@pytest.mark.parametrize("name", sorted(POINTS_AT_A_ROW))
def test_another_wards_rows_do_not_exist(client, dossier, other_ward, name):
    client.force_login(StaffFactory(ward=other_ward, clerk=True, officer=True, leader=True))
    assert client.get(url_of(name, dossier)).status_code in (404, 405)
    assert client.post(url_of(name, dossier)).status_code in (404, 405)


@pytest.mark.parametrize("name", sorted(set(ROUTES) - ENDS_SESSION - {"desk:login"}))
def test_the_owner_gets_in(client, dossier, ward, name):
    client.force_login(StaffFactory(ward=ward, clerk=True, officer=True, leader=True))
    expected = (302,) if name in NEEDS_A_CHOICE else (403,) if name in CITY_ONLY else (200, 405, 503)
    assert client.get(url_of(name, dossier)).status_code in expected


@pytest.mark.parametrize("name", sorted(CITY_ONLY))
def test_the_city_gets_in_where_wards_do_not(client, city, dossier, name):
    client.force_login(city)
    assert client.get(url_of(name, dossier)).status_code == 200


@pytest.mark.parametrize("role", ["officer", "leader"])
@pytest.mark.parametrize("name", ["dossiers:intake", "dossiers:intake_card", "dossiers:intake_preview"])
def test_only_a_clerk_takes_dossiers_in(client, dossier, ward, name, role):
    client.force_login(StaffFactory(ward=ward, **{role: True}))
    url = url_of(name, dossier)
    assert {client.get(url).status_code, client.post(url).status_code} <= {403, 405}
    client.force_login(StaffFactory(ward=ward, clerk=True))
    assert client.post(url).status_code == 200


def test_the_city_sees_every_wards_dossier_and_no_counter(client, city, dossier):
    client.force_login(city)
    assert client.get(dossier.get_absolute_url()).status_code == 200
    assert dossier.code in client.get(reverse("dossiers:dossiers")).text
    assert client.get(reverse("dossiers:counter")).status_code == 403
