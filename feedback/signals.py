"""The one message that leaves this app."""

from django.dispatch import Signal

#: Sent inside the transaction that stored the steps, once for a whole set: ``kind`` (a `ContributionStep.Kind` value)
#: and ``step_ids``. A receiver may only insert rows, in bulk, and ring for a worker with delay_on_commit.
contribution_recorded = Signal()
