"""Where the office time of a dossier went: minutes at the desk, with the officer and at the leader's.

Time in which the dossier waited for its owner's papers belongs to nobody. No Django: moments come in, minutes go out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from desk.calendar import WorkingCalendar

#: The steps of `Handover.Step`, in the order a dossier takes them.
STEPS = ("desk", "officer", "leader")


def minutes_by_step(
    received_at: datetime,
    turns: Iterable[tuple[datetime, str]],
    done_at: datetime,
    calendar: WorkingCalendar,
    waited: tuple[datetime, datetime] | None = None,
) -> dict[str, int]:
    """Office minutes that each step had the dossier, from receipt to the result; together they are its working time.

    `turns` are the moments at which somebody took it over, with the step, in order; until the first one it lies at the
    desk. `waited` is when papers were asked for and when they came.
    """
    spent = dict.fromkeys(STEPS, timedelta(0))
    turns = [(received_at, "desk"), *turns]
    ends = [*(at for at, _ in turns[1:]), done_at]
    for (start, step), end in zip(turns, ends, strict=True):
        spent[step] += calendar.working_time(start, end)
        if waited and (asked := max(start, waited[0])) < (answered := min(end, waited[1])):
            spent[step] -= calendar.working_time(asked, answered)
    return {step: int(time.total_seconds()) // 60 for step, time in spent.items()}
