"""Reference data of the desk, from the CSV files beside this module. Loading twice changes nothing twice."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.utils.text import slugify

from desk.models import CalendarDay, DeskName, UnitSet, Ward
from desk.vietnamese import fold

DATA = Path(__file__).parent / "data"

#: The units' places in the demonstration's dossier codes: invented, marked as placeholders in the admin.
PREFIXES = {UnitSet.BEFORE_2025: "000.{:02}.01.H25", UnitSet.SINCE_2025: "000.{:02}.01.H42"}
CITY_LINES = {UnitSet.BEFORE_2025: "thành phố Phủ Lý, tỉnh Hà Nam", UnitSet.SINCE_2025: "tỉnh Ninh Bình"}
#: Wards that bear a person's name print it in full before the date (Nghị định 30/2020, as the papers are drawn).
NAMED_AFTER_PEOPLE = {"Lương Khánh Thiện", "Lê Hồng Phong", "Minh Khai", "Hai Bà Trưng", "Trần Hưng Đạo"}


def read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def load_wards(units: str) -> int:
    """Put one set of wards in service and the other out; what an administrator changed in a ward stays."""
    rows = [row for row in read(DATA / "wards.csv") if row["set"] == units]
    for position, row in enumerate(rows, start=1):
        kind, name = row["kind"], row["name"]
        full = f"{Ward.Kind(kind).label} {name}"
        suffix = "-2025" if units == UnitSet.SINCE_2025 else ""
        Ward.objects.get_or_create(
            code=row["code"],
            valid_from=date.fromisoformat(row["valid_from"]),
            defaults={
                "units": units,
                "kind": kind,
                "name": name,
                "slug": slugify(fold(name)) + suffix,
                "position": position,
                "city_line": CITY_LINES[UnitSet(units)],
                "place_name": full if name in NAMED_AFTER_PEOPLE else name,
                "dossier_code_prefix": PREFIXES[UnitSet(units)].format(position),
            },
        )
    Ward.objects.filter(units=units).update(is_in_service=True)
    Ward.objects.exclude(units=units).update(is_in_service=False)
    return len(rows)


def load_days() -> int:
    """Official days off and make-up days; a row that an administrator changed stays."""
    rows = list(read(DATA / "working_days.csv"))
    for row in rows:
        CalendarDay.objects.get_or_create(date=date.fromisoformat(row.pop("date")), defaults=row)
    return len(rows)


def load_desk_names() -> int:
    rows = list(read(DATA / "desk_names.csv"))
    for row in rows:
        DeskName.objects.get_or_create(valid_from=date.fromisoformat(row.pop("valid_from")), defaults=row)
    return len(rows)
