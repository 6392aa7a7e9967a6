"""The one message that leaves this app."""

from django.dispatch import Signal

#: Sent inside the transaction that stored the events, once for a whole set: ``kind`` (an `Event.Kind` value) and
#: ``event_ids``. A receiver may only insert rows, in bulk, and ring for a worker with delay_on_commit.
event_recorded = Signal()
