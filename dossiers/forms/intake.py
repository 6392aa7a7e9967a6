"""A dossier being received: applicant, procedure from a few letters, papers, facts for its letter."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property

from desk.forms import Birth, Email, IdNumber, PersonName, Phone, TaxCode, Text
from desk.idcard import ID_NUMBER
from desk.models import Hamlet, Ward
from dossiers.forms.fields import DIGITS, OFF, Fee
from dossiers.forms.letter_facts import demand_facts, fact_fields
from dossiers.forms.papers import EXTRA_PAPERS, Paper, faults, given
from dossiers.models import OFFERED_FROM_AGE, CommittedTerm, Dossier, HomeVisit, Procedure
from dossiers.models.procedure import Term

#: How many open dossiers of the same matter it points out.
SAME_SHOWN = 3


#: How many procedures the intake page offers for what was typed.
OFFERED = 6


class IntakeForm(forms.Form):
    """A dossier being received.

    The procedure is found from what was typed (`procedure`, the `pick`-th match); `shown` is the code that the page
    had shown, so that nobody saves another one than was on the screen.
    """

    intake_key = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    pick = forms.IntegerField(required=False, min_value=0, max_value=OFFERED - 1, widget=forms.HiddenInput)
    same_matter_seen = forms.CharField(required=False, max_length=250, widget=forms.HiddenInput)

    visit = forms.ModelChoiceField(HomeVisit.objects.none(), required=False, widget=forms.HiddenInput)

    applicant_kind = forms.ChoiceField(
        label="Người nộp là", choices=Dossier.ApplicantKind, initial=Dossier.ApplicantKind.PERSON
    )
    applicant_name = Text(label="Họ và tên", max_length=160, widget=forms.TextInput(attrs=OFF))
    id_number = IdNumber(label="Số định danh", required=False, widget=forms.TextInput(attrs=DIGITS), max_length=20)
    tax_code = TaxCode(label="Mã số thuế", required=False, max_length=14, widget=forms.TextInput(attrs=DIGITS))
    birth = Birth(label="Ngày sinh", required=False, max_length=10)
    sex = forms.ChoiceField(label="Giới tính", required=False, choices=[("", "–"), *Dossier.Sex.choices])
    address = Text(label="Nơi thường trú", widget=forms.TextInput(attrs=OFF))
    hamlet = forms.ModelChoiceField(Hamlet.objects.none(), label="Thôn, tổ", required=False, empty_label="–")
    phone = Phone(
        label="Điện thoại", required=False, max_length=20, widget=forms.TextInput(attrs={**OFF, "inputmode": "tel"})
    )
    email = Email(label="Email", required=False, widget=forms.EmailInput(attrs=OFF))
    proxy_name = PersonName(label="Người được ủy quyền", required=False, widget=forms.TextInput(attrs=OFF))
    proxy_id_number = IdNumber(
        label="Số định danh người được ủy quyền", required=False, max_length=20, widget=forms.TextInput(attrs=DIGITS)
    )

    procedure = Text(label="Thủ tục", max_length=250, widget=forms.TextInput(attrs=OFF))

    channel = forms.ChoiceField(label="Cách nộp", choices=Dossier.Channel, initial=Dossier.Channel.COUNTER)
    set_count = forms.IntegerField(label="Số bộ", min_value=1, max_value=99, initial=1)
    fee_vnd = Fee()
    fee_paid = forms.BooleanField(label="Đã nộp lệ phí", required=False)
    return_method = forms.ChoiceField(
        label="Nhận kết quả", choices=Dossier.ReturnMethod, initial=Dossier.ReturnMethod.COUNTER
    )
    return_address = Text(label="Gửi đến địa chỉ", required=False, widget=forms.TextInput(attrs=OFF))
    agrees_to_letter = forms.BooleanField(
        label="Đồng ý nhận thư chúc mừng hoặc chia buồn của phường, xã", required=False
    )
    agrees_to_messages = forms.BooleanField(label="Đồng ý nhận tin nhắn báo kết quả", required=False)

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ward = ward
        self.fields["hamlet"].queryset = Hamlet.objects.filter(ward=ward)
        self.fields["visit"].queryset = HomeVisit.objects.filter(ward=ward)
        self.fields["intake_key"].initial = self.fields["intake_key"].initial or uuid.uuid4()
        for name, field in self.fields.items():
            field.error_messages.setdefault("required", "Xin điền ô này.")
            if isinstance(field, forms.ChoiceField | forms.IntegerField) and name != "hamlet":
                field.error_messages.update(
                    required="Xin điền ô này.",
                    invalid_choice="Xin chọn lại.",
                    invalid="Xin ghi một số.",
                    min_value="Ít nhất %(limit_value)s.",
                    max_value="Nhiều nhất %(limit_value)s.",
                )
        self.matches = self._matches()
        self.chosen = self._chosen()
        if self.chosen and self.is_new_choice:
            self.initial["fee_vnd"] = self.chosen.fee_vnd
        self._add_papers()
        self._add_letter_facts()

    # the procedure, from a few letters

    def _typed(self, name: str) -> str:
        value = self.data.get(name, "") if self.is_bound else self.initial.get(name, "")
        return str(value)

    def _matches(self) -> list[Procedure]:
        text = self._typed("procedure").strip()
        if not text or "\x00" in text or len(text) > self.fields["procedure"].max_length:
            return []
        in_force = Procedure.objects.in_force(timezone.localdate()).prefetch_related("documents")
        return list(in_force.search(text).order_by("position")[:OFFERED])

    def _chosen(self) -> Procedure | None:
        pick = self._typed("pick")
        place = int(pick) if re.fullmatch(r"[0-9]", pick) else 0
        return self.matches[min(place, len(self.matches) - 1)] if self.matches else None

    @cached_property
    def committed(self) -> dict[str, CommittedTerm]:
        """The ward's own terms for what the page offers, by code."""
        return CommittedTerm.objects.of_each(self.ward, self.matches, timezone.localdate())

    @property
    def offers(self) -> list[tuple[Procedure, Term]]:
        """What the page offers for what was typed, each with the term that a slip would promise."""
        return [(procedure, self.committed.get(procedure.code, procedure)) for procedure in self.matches]

    @property
    def term(self) -> Term | None:
        """The term that the slip would promise."""
        return self.committed.get(self.chosen.code, self.chosen) if self.chosen else None

    @property
    def is_new_choice(self) -> bool:
        """The page has not shown this procedure yet: what was ticked belongs to another one."""
        return self.chosen is not None and self._typed("shown") != self.chosen.code

    # the papers

    def _add_papers(self) -> None:
        names = [document.name for document in self.chosen.documents.all()] if self.chosen else []
        if self.chosen:
            names += [""] * EXTRA_PAPERS
        read = (lambda name: "") if self.is_new_choice else self._typed
        self.papers: list[Paper] = [Paper(number, name, read) for number, name in enumerate(names)]
        for paper in self.papers:
            paper.is_given |= bool(paper.required_name and self._typed("all_papers"))

    def _add_letter_facts(self) -> None:
        self.fact_names: list[str] = list(self.chosen.letter_facts) if self.chosen else []
        self.fields |= fact_fields(self.fact_names)

    @property
    def facts(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fact_names]

    # checks

    def clean_applicant_name(self) -> str:
        name = self.cleaned_data["applicant_name"]
        if self.cleaned_data.get("applicant_kind") != Dossier.ApplicantKind.ORGANISATION:
            PersonName(max_length=160).validate(name)
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if any(self[name].is_hidden for name in self.errors):
            self.add_error(None, "Trang này đã cũ nên chưa gửi được. Xin mở lại trang nhận hồ sơ.")
        self._check_procedure()
        self._check_papers()
        if data.get("agrees_to_letter"):
            demand_facts(self, self.fact_names)
        if data.get("return_method") in (Dossier.ReturnMethod.POST, Dossier.ReturnMethod.HOME):
            self._ask_for("return_address", "Xin ghi nơi nhận kết quả.")
        if data.get("proxy_id_number"):
            self._ask_for("proxy_name", "Xin ghi tên người được ủy quyền.")
        if not self.errors:
            self._check_same_matter(data)
        return data

    def _check_procedure(self) -> None:
        if "procedure" in self.errors:
            return
        if not self.chosen:
            self.add_error("procedure", "Chưa thấy thủ tục nào khớp. Xin gõ vài chữ khác.")
        elif self.is_new_choice:
            self.add_error("procedure", "Xin xem lại thủ tục và giấy tờ bên dưới, rồi bấm Enter lần nữa.")

    def _check_papers(self) -> None:
        if not self.chosen or self.is_new_choice:
            return
        for words in faults(self.papers):
            self.add_error(None, words)

    def _ask_for(self, name: str, words: str) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, words)

    @cached_property
    def same_matter(self) -> list[Dossier]:
        """Open dossiers of the person typed for the procedure chosen, but not the one that this form became."""
        id_number = re.sub(r"[\s.]", "", self._typed("id_number"))
        if not self.chosen or not ID_NUMBER.fullmatch(id_number):
            return []
        rows = Dossier.objects.same_matter(self.ward, self.chosen, id_number)[: SAME_SHOWN + 1]
        return [row for row in rows if str(row.intake_key) != self._typed("intake_key")][:SAME_SHOWN]

    def _check_same_matter(self, data: dict[str, Any]) -> None:
        """Each of them was on the screen before this was sent."""
        if {row.code for row in self.same_matter} - set(data["same_matter_seen"].split()):
            self.add_error(None, "Người này đang có hồ sơ cùng thủ tục. Bấm Enter lần nữa nếu vẫn nhận hồ sơ mới.")

    @property
    def offers_visit(self) -> bool:
        """The person typed is of the age from which a visit at home is offered."""
        year = re.search(r"(?:18|19|20)[0-9]{2}", self._typed("birth"))
        return year is not None and timezone.localdate().year - int(year[0]) >= OFFERED_FROM_AGE

    # what the verb takes

    def facts_for_receive(self) -> dict[str, Any]:
        """The arguments of Dossier.objects.receive that come from the form."""
        own = {"intake_key", "shown", "pick", "same_matter_seen", "procedure", "visit", *self.fact_names}
        facts = {name: value for name, value in self.cleaned_data.items() if name not in own}
        return {
            **facts,
            "intake_key": self.cleaned_data["intake_key"],
            "procedure": self.chosen,
            "documents": given(self.papers),
            "letter_facts": {name: self.cleaned_data[name] for name in self.fact_names if self.cleaned_data[name]},
        }
