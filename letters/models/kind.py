"""The kinds of letters, and what makes each of them different: one table that orders, pages and papers read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from dossiers.models import Procedure


class LetterKind(models.TextChoices):
    APOLOGY = "apology", "Thư xin lỗi vì trễ hẹn"
    FAULT = "apology_fault", "Thư xin lỗi vì sai sót"
    BIRTH = Procedure.LetterKind.BIRTH.value, "Thư chúc mừng khai sinh"
    MARRIAGE = Procedure.LetterKind.MARRIAGE.value, "Thư chúc mừng kết hôn"
    CONDOLENCE = Procedure.LetterKind.CONDOLENCE.value, "Thư chia buồn"
    PATIENCE = "thanks_patience", "Thư cảm ơn vì đã kiên nhẫn"
    IDEA = "thanks_idea", "Thư cảm ơn vì góp ý"
    PRAISE = "thanks_praise", "Thư cảm ơn vì lời khen"


@dataclass(frozen=True)
class About:
    """`series` names the ward's symbol that numbers it; `layout` its sheet: "a4", "a4-frame" or "a5-frame".

    `needs` are the fields without which it never leaves; `tells` are further ones, said where they are known. `typed`
    are those that a person writes, since no dossier knows them. `with_result` letters wait until the result is there.
    `has_proof`: it bears the QR of its proof.
    """

    series: str
    layout: str = "a4"
    needs: tuple[str, ...] = ("nguoi_nhan",)
    tells: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    with_result: bool = False
    has_proof: bool = True


ABOUT: dict[str, About] = {
    LetterKind.APOLOGY: About("apology", needs=("nguoi_nhan", "ly_do")),
    LetterKind.FAULT: About(
        "apology", needs=("nguoi_nhan", "su_viec", "viec_da_lam"), typed=("su_viec", "viec_da_lam")
    ),
    LetterKind.BIRTH: About(
        "congratulation", "a5-frame", ("ten_con",), ("ngay_sinh_con", "cha_me"), with_result=True, has_proof=False
    ),
    LetterKind.MARRIAGE: About(
        "congratulation", "a4-frame", ("chong", "vo"), ("ngay_dang_ky",), with_result=True, has_proof=False
    ),
    LetterKind.CONDOLENCE: About(
        "condolence",
        needs=("nguoi_nhan", "nguoi_mat"),
        tells=("than_nhan", "ngay_mat"),
        with_result=True,
        has_proof=False,
    ),
    LetterKind.PATIENCE: About("thanks"),
    LetterKind.IDEA: About("thanks", needs=("nguoi_nhan", "su_viec", "viec_da_lam"), typed=("su_viec", "viec_da_lam")),
    LetterKind.PRAISE: About("thanks", needs=("nguoi_nhan", "su_viec"), typed=("su_viec",)),
}
#: What goes with a result, and waits for it.
WITH_RESULT = tuple(kind for kind, about in ABOUT.items() if about.with_result)
#: What a person may write by hand, with no event before it.
BY_HAND = tuple(LetterKind(kind) for kind, about in ABOUT.items() if about.typed)
#: What the family agrees to at the counter before it is written at all (domain.md 10).
CONSENTED = (LetterKind.BIRTH, LetterKind.MARRIAGE, LetterKind.CONDOLENCE)
#: At most one of each of these for a dossier.
ONCE_PER_DOSSIER = (*CONSENTED, LetterKind.PATIENCE)
