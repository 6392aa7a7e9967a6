"""The states of a dossier and the steps between them: one table that verbs, buttons and tests read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from dossiers.models.event import Event


class DossierError(Exception):
    """A step that is not allowed; the message is a sentence fit for the screen."""


class State(models.TextChoices):
    RECEIVED = "received", "Đã tiếp nhận"
    IN_PROGRESS = "in_progress", "Đang giải quyết"
    SIGNING = "signing", "Đang trình ký"
    NEEDS_PAPERS = "needs_papers", "Chờ bổ sung"
    READY = "ready", "Chờ trả kết quả"
    RETURNED = "returned", "Đã trả kết quả"
    REFUSED = "refused", "Đã từ chối"
    STOPPED = "stopped", "Đã dừng"


#: States in which the promise still has to be kept.
OPEN = (State.RECEIVED, State.IN_PROGRESS, State.SIGNING)
#: States in which the desk still has the dossier, the clock running or not.
UNFINISHED = (*OPEN, State.NEEDS_PAPERS)
#: States in which a broken promise may still wait for its words: only what was handed back is settled for certain.
OWES_WORDS = tuple(state for state in State if state != State.RETURNED)


@dataclass(frozen=True)
class Move:
    """A step of a dossier's life.

    `sources` are the states it starts from; `target` the state it leads to, None where the verb finds it or it stays.
    `slug` names it in addresses, `label` on its button; `refusal` is said when the dossier is in no such state.
    """

    slug: str
    label: str
    sources: tuple[State, ...]
    target: State | None
    event: Event.Kind
    roles: tuple[str, ...]
    refusal: str


#: The steps, the most natural first: the dossier's page offers them in this order.
MOVES: dict[str, Move] = {
    "hand_back": Move(
        "tra-ket-qua",
        "Trả kết quả",
        (State.READY,),
        State.RETURNED,
        Event.Kind.RETURNED,
        ("clerk",),
        "Hồ sơ {code} chưa có kết quả, hoặc đã trả rồi.",
    ),
    "take_up": Move(
        "nhan-xu-ly",
        "Nhận xử lý",
        OPEN,
        None,
        Event.Kind.TAKEN_UP,
        ("officer", "leader", "clerk"),
        "Hồ sơ {code} không còn chờ nhận xử lý.",
    ),
    "mark_ready": Move(
        "co-ket-qua",
        "Đã có kết quả",
        OPEN,
        State.READY,
        Event.Kind.READY,
        ("officer", "leader", "clerk"),
        "Hồ sơ {code} không còn chờ kết quả.",
    ),
    "finish": Move(
        "tra-ngay",
        "Có kết quả, trả luôn",
        OPEN,
        State.RETURNED,
        Event.Kind.RETURNED,
        ("clerk",),
        "Hồ sơ {code} không còn chờ kết quả.",
    ),
    "papers_received": Move(
        "nhan-bo-sung",
        "Đã nhận đủ giấy bổ sung",
        (State.NEEDS_PAPERS,),
        None,
        Event.Kind.RESTARTED,
        ("clerk", "officer"),
        "Hồ sơ {code} không chờ bổ sung giấy tờ.",
    ),
    "give": Move(
        "chuyen",
        "Chuyển cho người khác",
        OPEN,
        None,
        Event.Kind.GIVEN,
        ("clerk", "officer", "leader"),
        "Hồ sơ {code} không còn đang giải quyết nên không chuyển được.",
    ),
    "take_back": Move(
        "lay-lai",
        "Lấy lại, chưa chuyển",
        OPEN,
        None,
        Event.Kind.TAKEN_BACK,
        ("clerk", "officer", "leader"),
        "Hồ sơ {code} không còn chờ ai nhận nên không phải lấy lại.",
    ),
    "request_papers": Move(
        "yeu-cau-bo-sung",
        "Yêu cầu bổ sung",
        OPEN,
        State.NEEDS_PAPERS,
        Event.Kind.PAPERS_REQUESTED,
        ("clerk", "officer"),
        "Hồ sơ {code} không còn đang giải quyết nên không yêu cầu bổ sung được.",
    ),
    "reschedule": Move(
        "hen-lai",
        "Hẹn lại",
        OPEN,
        None,
        Event.Kind.RESCHEDULED,
        ("officer", "leader"),
        "Hồ sơ {code} không còn đang giải quyết nên không hẹn lại được.",
    ),
    "explain_delay": Move(
        "nguyen-nhan-cham",
        "Ghi nguyên nhân chậm",
        OWES_WORDS,
        None,
        Event.Kind.EXPLAINED,
        ("officer", "leader", "clerk"),
        "Hồ sơ {code} không còn lời hẹn nào phải ghi nguyên nhân.",
    ),
    "waive_apology": Move(
        "tra-truoc",
        "Cho trả trước thư xin lỗi",
        OWES_WORDS,
        None,
        Event.Kind.WAIVED,
        ("leader",),
        "Hồ sơ {code} không còn lời hẹn lỡ nào chờ thư xin lỗi.",
    ),
    "correct": Move(
        "sua-sai-sot",
        "Sửa sai sót",
        (*UNFINISHED, State.READY),
        None,
        Event.Kind.CORRECTED,
        ("clerk", "leader"),
        "Hồ sơ {code} đã kết thúc nên không sửa được nữa.",
    ),
    "remind": Move(
        "nhac",
        "Nhắc xử lý",
        OPEN,
        None,
        Event.Kind.REMINDED,
        ("leader",),
        "Hồ sơ {code} không còn đang giải quyết nên không phải nhắc nữa.",
    ),
    "refuse": Move(
        "tu-choi",
        "Từ chối giải quyết",
        UNFINISHED,
        State.REFUSED,
        Event.Kind.REFUSED,
        ("officer", "leader"),
        "Hồ sơ {code} đã có kết quả hoặc đã kết thúc nên không từ chối được.",
    ),
    "stop": Move(
        "dung",
        "Dừng theo ý người nộp",
        UNFINISHED,
        State.STOPPED,
        Event.Kind.STOPPED,
        ("clerk", "officer"),
        "Hồ sơ {code} đã có kết quả hoặc đã kết thúc nên không dừng được.",
    ),
}
#: What a dossier that just came in waits for, before its result: in this order.
AT_DESK = ("take_up", "finish", "give")
#: The same where a letter goes with the result: it is signed and printed between the result and its return.
AT_DESK_WITH_LETTER = ("take_up", "mark_ready", "finish", "give")
MOVE_BY_SLUG = {move.slug: name for name, move in MOVES.items()}
