"""Reference data of the dossiers: procedures and official forms, from the CSV files beside this module."""

from datetime import date, time
from pathlib import Path

from desk.reference import read
from dossiers.models import DelayCause, Edition, FormTitle, Procedure, RequiredDocument, RetentionTerm

DATA = Path(__file__).parent / "data"


def parts(text: str) -> list[str]:
    return text.split("|") if text else []


def load_forms() -> int:
    rows = list(read(DATA / "forms.csv"))
    for row in rows:
        edition, _ = Edition.objects.get_or_create(
            name=row["edition"], defaults={"valid_from": date.fromisoformat(row["valid_from"]), "basis": row["basis"]}
        )
        defaults = {name: row[name] for name in ("number", "title", "symbol")}
        FormTitle.objects.get_or_create(edition=edition, kind=row["kind"], defaults=defaults)
    return len(rows)


def load_procedures() -> int:
    """The catalogue; a version that is already there stays as an administrator left it."""
    rows = list(read(DATA / "procedures.csv"))
    for place, row in enumerate(rows, start=1):
        procedure, is_new = Procedure.objects.get_or_create(
            code=row["code"],
            valid_from=date.fromisoformat(row["valid_from"]),
            defaults={
                **{name: row[name] for name in ("field", "name", "short_name", "limit_unit", "limit_note")},
                **{name: row[name] for name in ("fee_note", "legal_basis", "letter")},
                "position": place,
                "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                "limit_value": int(row["limit_value"]),
                "cutoff": time.fromisoformat(row["cutoff"]) if row["cutoff"] else None,
                "fee_vnd": int(row["fee_vnd"]) if row["fee_vnd"] else None,
                "always_slip": row["always_slip"] == "yes",
                "letter_facts": parts(row["letter_facts"]),
                "unverified": parts(row["unverified"]),
            },
        )
        if is_new:
            RequiredDocument.objects.bulk_create(
                RequiredDocument(procedure=procedure, position=position, name=name)
                for position, name in enumerate(parts(row["documents"]), start=1)
            )
    return len(rows)


def load_causes() -> int:
    """The catalogue of causes of delay; what an administrator renamed or withdrew stays."""
    rows = list(read(DATA / "delay_causes.csv"))
    for place, row in enumerate(rows, start=1):
        DelayCause.objects.get_or_create(name=row["name"], defaults={"position": place})
    return len(rows)


def load_retention() -> int:
    """How long the portal keeps its copies; a term that an administrator set stays."""
    rows = list(read(DATA / "retention.csv"))
    for row in rows:
        RetentionTerm.objects.get_or_create(
            kind=row["kind"], defaults={"days": int(row["days"]), "basis": row["basis"]}
        )
    return len(rows)
