"""What the letter that goes with a result must know: the child, the couple, the deceased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django import forms

from desk.forms import PersonName, Text
from dossiers.forms.fields import OFF, Day


class LetterFact(NamedTuple):
    """`is_needed`: no letter without it, where the family wants one. `choices`: the words to choose from."""

    label: str
    field: type[forms.Field]
    is_needed: bool = True
    choices: tuple[str, ...] = ()


#: By the names that Procedure.letter_facts lists.
LETTER_FACTS = {
    "child_name": LetterFact("Họ tên con", PersonName),
    "child_born_on": LetterFact("Con sinh ngày", Day),
    "father_name": LetterFact("Họ tên cha", PersonName, is_needed=False),
    "mother_name": LetterFact("Họ tên mẹ", PersonName, is_needed=False),
    "spouse_a": LetterFact("Họ tên chồng", PersonName),
    "spouse_b": LetterFact("Họ tên vợ", PersonName),
    "deceased_name": LetterFact("Họ tên người mất", PersonName),
    "deceased_title": LetterFact(
        "Gọi người mất là", forms.ChoiceField, False, ("Cụ ông", "Cụ bà", "Ông", "Bà", "Anh", "Chị", "Cháu")
    ),
    "died_on": LetterFact("Mất ngày", Day),
    "kinship": LetterFact("Người nộp là gì của người mất", Text, is_needed=False),
}


def fact_fields(names: Iterable[str]) -> dict[str, forms.Field]:
    fields = {}
    for name in names:
        fact = LETTER_FACTS[name]
        more = (
            {"choices": [("", "–"), *((word, word) for word in fact.choices)]} if fact.choices else {"max_length": 120}
        )
        fields[name] = fact.field(label=fact.label, required=False, **more)
        fields[name].widget.attrs.update(OFF)
    return fields


def demand_facts(form: forms.Form, names: Iterable[str]) -> None:
    """Ask, beside its field, for each of these that the letter needs and that was left empty."""
    for name in names:
        if LETTER_FACTS[name].is_needed and not form.cleaned_data.get(name) and name not in form.errors:
            form.add_error(name, "Thư cần thông tin này.")
