"""Sending what is planned: one claim, one attempt, and what came of it."""

from __future__ import annotations

import logging
from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from letters.archive import pdf_of
from letters.gateway import GatewayError, gateway
from letters.models import Channel, Letter, Message

logger = logging.getLogger(__name__)


class StoreError(Exception):
    """The PDF could not be had; the message is fit for the screen."""


#: What goes wrong on the way, the narrower before the wider, and how it is said.
TROUBLES: dict[type[Exception], str] = {
    FileNotFoundError: "Kho lưu không còn tệp PDF của thư.",
    SMTPRecipientsRefused: "Máy chủ thư báo địa chỉ này không nhận được.",
    SMTPException: "Máy chủ thư từ chối gửi.",
    OSError: "Máy chủ thư chưa trả lời.",
}


def send(message_id: int, now: datetime) -> bool:
    """Send one message if its time has come and no other worker has it. Returns whether this call tried.

    The claim is committed first: whoever dies after it leaves a message that is tried again later, under the same key.
    """
    rows = Message.objects.to_send(now).select_related("letter")
    message = rows.filter(pk=message_id).first()
    if message is None or not message.claim(now):
        return False
    try:
        mail(message, now) if message.channel == Channel.EMAIL else text(message, now)
    except (GatewayError, StoreError, SMTPException, OSError) as error:
        logger.warning("message %d: %s", message.pk, type(error).__name__)
        message.put_off(trouble_of(error), now)
    else:
        message.mark_sent(now)
    return True


def trouble_of(error: Exception) -> str:
    """What is wrong, for the screen; what the server said may name the person, so it is not repeated."""
    return next((words for kind, words in TROUBLES.items() if isinstance(error, kind)), str(error))


def text(message: Message, now: datetime) -> None:
    gateway().send(to=message.address, text=message.text, key=message.key, at=now)


def mail(message: Message, now: datetime) -> None:
    """The same message has the same Message-ID, so that a mail server drops one that comes twice."""
    headers = {"Message-ID": f"<{message.key}@{urlsplit(settings.SITE_URL).hostname}>"}
    made = EmailMessage(message.subject, message.text, to=[message.address], headers=headers)
    if letter := message.letter:
        name = f"thu-{letter.number_words.replace('/', '-')}.pdf"
        made.attach(name, pdf_to_send(letter, now), "application/pdf")
    made.send()


def pdf_to_send(letter: Letter, now: datetime) -> bytes:
    """Raises StoreError, or FileNotFoundError where the storage has lost it."""
    try:
        return pdf_of(letter, now)
    except FileNotFoundError:
        raise
    except Exception as error:  # each storage has errors of its own
        logger.exception("letter %d: no PDF to send", letter.pk)
        raise StoreError("Chưa lấy được tệp PDF của thư từ kho lưu.") from error


def waiting_ids(now: datetime, most: int) -> list[int]:
    """What may be sent now, the longest wait first."""
    return list(Message.objects.to_send(now).order_by("next_try_at", "pk").values_list("pk", flat=True)[:most])
