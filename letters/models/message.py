"""Gửi và trao: one row for each way in which one thing reaches one person, from the plan until it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from desk.models import Staff, Ward, WardQuerySet
from dossiers.models import Dossier, Event, State
from letters.announcements import MAKES_OLD, MESSAGE_AFTER, is_mobile, letter_mail, letter_text
from letters.models.channel import BY_MACHINE, BY_MESSENGER, WAYS, Channel, is_quiet
from letters.models.kind import LetterKind

if TYPE_CHECKING:
    from letters.models.letter import Letter

#: What the law makes the ward tell, so that no consent to messages is asked (domain.md 10).
LEGAL_NOTICE = (LetterKind.APOLOGY,)
#: How often it is tried, and how long the first, second, ... failure makes it wait.
MOST_TRIES = 6
BACK_OFF = [timedelta(minutes=5**n) for n in range(MOST_TRIES - 1)]
#: A digest is tried until its day is over, and never waits longer: of its day's news at nine, half is old at noon.
DIGEST_WAITS = timedelta(minutes=30)
#: What tells the ward's own people.
DIGESTS = ("morning", "weekly", "monthly")
#: Whoever took a message to send it and is silent for so long has died.
CLAIM_HOLDS = timedelta(minutes=10)


class MessageError(Exception):
    """Something that is not allowed with a message; the message is a sentence fit for the screen."""


def way_of(letter: Letter) -> Channel:
    """How the paper reaches its reader: with the result; by post where nobody comes for a result any more."""
    dossier = letter.dossier
    if dossier is None:
        return Channel.POST if letter.facts.get("dia_chi") else Channel.COUNTER
    way = WAYS[Dossier.ReturnMethod(dossier.return_method)]
    ended = dossier.state in (State.RETURNED, State.REFUSED, State.STOPPED)
    return Channel.POST if ended and way == Channel.COUNTER else way


class MessageQuerySet(WardQuerySet):
    def by_messenger(self) -> Self:
        return self.filter(channel__in=BY_MESSENGER)

    def by_machine(self) -> Self:
        return self.filter(channel__in=BY_MACHINE)

    def waiting(self) -> Self:
        return self.filter(state=Message.State.WAITING)

    def failed(self) -> Self:
        return self.filter(state=Message.State.FAILED)

    def sent_since(self, moment: datetime) -> Self:
        return self.filter(state=Message.State.SENT, sent_at__gte=moment)

    def undelivered(self, since: datetime) -> Self:
        """Planned before that moment, and still not with its reader."""
        return self.filter(state__in=Message.UNDONE, planned_at__lt=since)

    def to_citizens(self) -> Self:
        return self.filter(staff=None)

    def digests(self) -> Self:
        """What tells the ward's own people, not a citizen, how the desk stands."""
        return self.filter(staff__isnull=False)

    def to_send(self, now: datetime) -> Self:
        """What a machine may send now; a letter whose PDF is still to be made waits for it, and everybody sleeps."""
        if is_quiet(now):
            return self.none()
        drawn = Q(letter=None) | Q(letter__needs_drawing=False)
        wanted = Q(staff=None) | Q(staff__is_active=True, until__gt=now)
        return self.by_machine().filter(drawn, wanted, state__in=Message.ON_ITS_WAY, next_try_at__lte=now)

    def in_delivery_order(self) -> Self:
        """Way by way; at the counter by name, on the road hamlet by hamlet."""
        road = Case(When(channel=Channel.COUNTER, then=None), default=F("dossier__hamlet__position"))
        return self.order_by("channel", road.asc(nulls_last=True), "dossier__applicant_sort", "pk")

    def of_letters_in_force(self, letter_ids: Sequence[int]) -> Self:
        """Of these letters, those that are issued and still hold."""
        holding = self.filter(letter__in=letter_ids, letter__state="issued", letter__replaced_at=None)
        return holding.exclude(state=Message.State.CALLED_OFF)

    def sent_by_machine(self) -> Self:
        return self.by_machine().filter(state=Message.State.SENT, by=None)

    def for_page(self) -> Self:
        return self.select_related(
            "letter__ward",
            "letter__contribution",
            "dossier__hamlet",
            "dossier__ward",
            "dossier__procedure",
            "dossier__supplement",
            "by",
        )

    # planning

    def expire(self, now: datetime) -> int:
        """Digests whose day is over are not sent any more, and do not vanish silently either."""
        trouble = Coalesce(NullIf(F("trouble"), Value("")), Value("Hết ngày mà máy chưa gửi được."))
        over = self.digests().by_machine().filter(until__lte=now, state__in=Message.ON_ITS_WAY)
        return over.update(state=Message.State.FAILED, trouble=trouble)

    def plan_again(self, now: datetime, until: datetime) -> int:
        """Of these digests, those that failed on a day that is over get another day."""
        address = Staff.objects.filter(pk=OuterRef("staff")).values("email")
        return self.filter(state=Message.State.FAILED, until__lte=now).update(
            state=Message.State.WAITING, tries=0, next_try_at=now, until=until, trouble="", address=Subquery(address)
        )

    def plan(self, letters: Sequence[Letter], at: datetime) -> None:
        """Plan every way in which these issued letters reach their readers. Planned twice is planned once."""
        rows: list[Any] = [row for letter in letters for row in Message.of_letter(letter, at)]
        self.bulk_create(rows, ignore_conflicts=True)
        said = [letter.dossier_id for letter in letters if letter.kind == LetterKind.APOLOGY]
        self.filter(kind=Message.Kind.RESCHEDULED, dossier__in=said).call_off()  # the apology says it too

    def tell(self, kind: str, event_ids: Sequence[int], at: datetime) -> bool:
        """The text messages that a set of events calls for; older news that still wait are called off.

        The ids of a set lie together, so two of them say which. Returns whether there is something to send.
        """
        if kind not in MAKES_OLD:
            return False
        events = Event.objects.filter(kind=kind, pk__gte=min(event_ids), pk__lte=max(event_ids))
        news = self.filter(kind__in=MESSAGE_AFTER, dossier__in=events.values("dossier"))
        news.exclude(key__in=[Message.key_of(pk) for pk in event_ids]).call_off()
        if (words := MESSAGE_AFTER.get(kind)) is None:
            return False
        agreed = events.filter(dossier__agrees_to_messages=True).select_related("dossier__ward", "appointment")
        rows: list[Any] = [
            Message.of_event(event, words(event), at) for event in agreed if is_mobile(event.dossier.phone)
        ]
        return bool(self.bulk_create(rows, ignore_conflicts=True))

    def go_with_result(self, event_ids: Sequence[int]) -> int:
        """The results that these events handed back took their letters along: noted as by whoever handed them over.

        A letter whose PDF was still to be made lay in nobody's hands and goes on waiting.
        """
        returns = Event.objects.filter(kind=Event.Kind.RETURNED, pk__gte=min(event_ids), pk__lte=max(event_ids))
        mine = returns.filter(dossier=OuterRef("dossier"))
        there = self.filter(
            kind=Message.Kind.LETTER, dossier__in=returns.values("dossier"), letter__needs_drawing=False
        )
        return (
            self.by_messenger()
            .waiting()  # asked of the row itself, so that who noted it a moment ago stays noted
            .filter(pk__in=there.values("pk"))
            .update(
                state=Message.State.SENT, sent_at=Subquery(mine.values("at")[:1]), by=Subquery(mine.values("by")[:1])
            )
        )

    def call_off(self) -> int:
        """What has not left yet need not leave any more."""
        return self.filter(state__in=(Message.State.WAITING, Message.State.FAILED)).update(
            state=Message.State.CALLED_OFF
        )

    def forget_addresses(self) -> int:
        """Once the dossier has lost its contact data (dossiers: RetentionTerm), its messages lose them too."""
        cleared = self.exclude(address="").filter(dossier__phone="", dossier__email="")
        cleared.call_off()
        return cleared.exclude(state=Message.State.SENDING).update(address="")


class Message(models.Model):
    class Kind(models.TextChoices):
        LETTER = "letter", "Thư"
        READY = Event.Kind.READY.value, "Báo có kết quả"
        PAPERS_REQUESTED = Event.Kind.PAPERS_REQUESTED.value, "Báo bổ sung giấy tờ"
        RESCHEDULED = Event.Kind.RESCHEDULED.value, "Báo hẹn lại"
        RETURNED = Event.Kind.RETURNED.value, "Xin ý kiến sau khi trả"
        MORNING = "morning", "Thư báo buổi sáng"
        WEEKLY = "weekly", "Thư tóm tắt tuần"
        MONTHLY = "monthly", "Báo cáo tháng"

    class State(models.TextChoices):
        WAITING = "waiting", "Đang chờ"
        SENDING = "sending", "Đang gửi"
        SENT = "sent", "Đã đến"
        FAILED = "failed", "Chưa gửi được"
        CALLED_OFF = "called_off", "Thôi không gửi"

    ON_ITS_WAY: ClassVar = (State.WAITING, State.SENDING)
    UNDONE: ClassVar = (*ON_ITS_WAY, State.FAILED)
    PRESS: ClassVar = {
        Channel.COUNTER: "Đã trao",
        Channel.POST: "Đã gửi bưu điện",
        Channel.VISIT: "Đã trao tận nhà",
    }

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã", null=True)
    kind = models.CharField("việc", max_length=12, choices=Kind)
    channel = models.CharField("cách gửi", max_length=7, choices=Channel)
    letter = models.ForeignKey("letters.Letter", models.PROTECT, null=True, related_name="messages")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="messages")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="digests")
    until = models.DateTimeField("chỉ gửi trước lúc", null=True)
    address = models.CharField("gửi đến", max_length=120, blank=True)
    subject = models.CharField("tiêu đề", max_length=200, blank=True)
    text = models.TextField("nội dung", blank=True)
    key = models.CharField(max_length=60, unique=True)
    planned_at = models.DateTimeField("lập lúc")
    state = models.CharField("trạng thái", max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField("số lần gửi", default=0)
    next_try_at = models.DateTimeField("gửi sau lúc")
    claimed_at = models.DateTimeField("bắt đầu gửi lúc", null=True)
    sent_at = models.DateTimeField("đến lúc", null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="ai trao", null=True, related_name="+"
    )
    trouble = models.CharField("vướng", max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "lượt gửi"
        verbose_name_plural = "lượt gửi"
        ordering: ClassVar = ["-planned_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=BY_MESSENGER, address="")
                | Q(channel__in=BY_MACHINE) & (~Q(address="") | ~Q(state__in=("waiting", "sending"))),
                name="message_machine_needs_an_address",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None, by=None),
                name="message_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=BY_MACHINE) | Q(state__in=("waiting", "called_off")) | Q(by__isnull=False),
                name="message_handed_over_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claimed_at__isnull=False), name="message_sending_is_claimed"
            ),
            models.CheckConstraint(
                condition=~Q(kind="letter") | Q(letter__isnull=False), name="message_letter_is_named"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=DIGESTS,
                    channel="email",
                    staff__isnull=False,
                    until__isnull=False,
                    letter=None,
                    dossier=None,
                )
                | ~Q(kind__in=DIGESTS)
                & Q(staff=None, until=None, ward__isnull=False)
                & (Q(letter__isnull=False) | Q(dossier__isnull=False)),
                name="message_reaches_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state__in=("waiting", "sending"), channel__in=BY_MACHINE),
                name="message_to_send",
            ),
            models.Index(
                fields=["ward", "channel"],
                condition=Q(state="waiting", channel__in=BY_MESSENGER),
                name="message_to_hand_over",
            ),
            models.Index(fields=["ward", "planned_at"], condition=Q(state="failed"), name="message_failed"),
            models.Index(fields=["ward", "-sent_at"], condition=Q(state="sent"), name="message_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_state_display()}"

    # what is planned

    @classmethod
    def of_letter(cls, letter: Letter, at: datetime, way: Channel | None = None) -> list[Message]:
        """The paper itself, by that way or the one that fits now; and email and text where they may be sent."""
        dossier = letter.dossier
        rows: list[dict[str, Any]] = [{"channel": way or way_of(letter)}]
        if dossier and (letter.kind in LEGAL_NOTICE or dossier.agrees_to_messages):
            if dossier.email:
                subject, text = letter_mail(letter, dossier)
                rows.append({"channel": Channel.EMAIL, "address": dossier.email, "subject": subject, "text": text})
            if is_mobile(dossier.phone):
                text = letter_text(letter, dossier)
                rows.append({"channel": Channel.SMS, "address": dossier.phone, "text": text})
        about = {"ward_id": letter.ward_id, "kind": cls.Kind.LETTER, "letter": letter, "dossier": dossier}
        times = {"planned_at": at, "next_try_at": at}
        return [cls(key=f"letter-{letter.pk}-{row['channel'].value}", **about, **times, **row) for row in rows]

    @staticmethod
    def key_of(event_id: int) -> str:
        return f"event-{event_id}-sms"

    @classmethod
    def of_event(cls, event: Event, text: str, at: datetime) -> Message:
        dossier = event.dossier
        return cls(
            ward_id=dossier.ward_id,
            kind=event.kind,
            channel=Channel.SMS,
            dossier=dossier,
            address=dossier.phone,
            text=text,
            key=cls.key_of(event.pk),
            planned_at=at,
            next_try_at=at,
        )

    @property
    def press(self) -> str:
        """What the button says by which somebody notes that the paper has gone."""
        return self.PRESS.get(Channel(self.channel), "")

    @property
    def place(self) -> str:
        """Where the paper is to be brought."""
        told = self.letter.facts.get("dia_chi", "") if self.letter else ""
        return (self.dossier.return_address or self.dossier.address) if self.dossier else told

    # the machine: take it, send it, say how it went

    def claim(self, now: datetime) -> bool:
        """Take it for this worker: of several one gets it. What nobody finished after the last try has failed."""
        row = Message.objects.filter(pk=self.pk, state=self.state, tries=self.tries)
        if self.tries >= MOST_TRIES and not (self.until and self.state == self.State.WAITING):
            row.update(state=self.State.FAILED, trouble="Đã gửi nhiều lần mà không rõ có đến hay không.")
            return False
        self.state, self.tries, self.claimed_at = self.State.SENDING, self.tries + 1, now
        return bool(
            row.update(state=self.state, tries=self.tries, claimed_at=now, next_try_at=now + CLAIM_HOLDS, trouble="")
        )

    def mark_sent(self, at: datetime) -> None:
        self._claimed().update(state=self.State.SENT, sent_at=at)

    def put_off(self, trouble: str, at: datetime) -> None:
        """It did not go: later again, or never by itself after the last try; a digest until its day is over."""
        if self.until or self.tries < MOST_TRIES:
            wait = BACK_OFF[min(self.tries, len(BACK_OFF)) - 1]
            later = at + (min(wait, DIGEST_WAITS) if self.until else wait)
            self._claimed().update(state=self.State.WAITING, next_try_at=later, trouble=trouble)
        else:
            self._claimed().update(state=self.State.FAILED, trouble=trouble)

    def _claimed(self) -> MessageQuerySet:
        return Message.objects.filter(pk=self.pk, state=self.State.SENDING, tries=self.tries)

    # the people

    def hand_over(self, *, by: Staff, at: datetime) -> None:
        """The paper was handed over, brought home, or given to the post."""
        self._change(by, BY_MESSENGER, self.State.WAITING, state=self.State.SENT, sent_at=at, by=by)

    def take_back(self, *, by: Staff, at: datetime) -> None:
        """Pressed by mistake: it waits again. Only on the same day."""
        if self.sent_at and timezone.localdate(self.sent_at) != timezone.localdate(at):
            raise MessageError("Chỉ sửa được trong ngày đã bấm.")
        self._change(by, BY_MESSENGER, self.State.SENT, state=self.State.WAITING, sent_at=None, by=None)

    def send_again(self, *, by: Staff, at: datetime) -> None:
        again: dict[str, Any] = {"state": self.State.WAITING, "tries": 0, "next_try_at": at, "trouble": ""}
        if self.staff and self.until:
            if self.until <= at or not self.staff.email:
                raise MessageError("Thư báo này của ngày đã qua, hoặc người nhận không còn địa chỉ email.")
            again["address"] = self.staff.email
        self._change(by, BY_MACHINE, self.State.FAILED, **again)

    def told(self, *, by: Staff, at: datetime) -> None:
        """What the machine could not send was said on the telephone."""
        self._change(by, BY_MACHINE, self.State.FAILED, state=self.State.SENT, sent_at=at, by=by)

    def _change(self, by_whom: Staff, channels: Sequence[str], before: str, **changes: Any) -> None:
        if by_whom.ward_id != self.ward_id or not by_whom.has_role("clerk", "officer", "leader"):
            raise MessageError("Việc này không thuộc phần việc của anh/chị.")
        if not Message.objects.filter(pk=self.pk, channel__in=channels, state=before).update(**changes):
            raise MessageError("Lượt gửi này vừa đổi. Xin xem lại.")
        self.refresh_from_db()
