"""What a reviewer should not have to say twice. Read from the source, so that it holds for files not written yet."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.db import models

from dossiers.models import MOVES
from dossiers.models.dossier import State

ROOT = Path(settings.BASE_DIR)
#: The apps that there are, from the ground up; those of the next issues are looked at as soon as they exist.
APPS = [app for app in ("desk", "dossiers", "feedback", "letters", "phuly_portal") if (ROOT / app).is_dir()]
SOURCES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
VIEWS = [path for path in SOURCES if path.name == "views.py" or "views" in path.parts]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
MIGRATIONS = sorted(path for app in APPS for path in (ROOT / app).glob("migrations/[0-9]*.py"))

#: What views ask of a manager beside visible_to, and why it tells nobody what is not theirs.
WITHOUT_VISIBLE_TO = {
    ("desk/views.py", "Staff.filter"): "which demonstration accounts there are; none in production",
    ("dossiers/views/attachment.py", "AccessLog.note"): "written, not read",
    ("dossiers/views/attachment.py", "Attachment.attach"): "a verb of the dossier's own ward",
    ("dossiers/views/counter.py", "Procedure.only"): "procedures are public",
    ("dossiers/views/counter.py", "AccessLog.note"): "written, not read",
    ("dossiers/views/dossier.py", "AccessLog.note"): "written, not read",
    ("phuly_portal/views/board.py", "Ward.in_service"): "the list of wards is public",
    ("phuly_portal/views/board.py", "Dossier.filter"): "short codes of one ward, for its lobby",
    ("phuly_portal/views/leader.py", "AccessLog.note"): "written, not read",
    ("dossiers/views/report.py", "AccessLog.note"): "written, not read",
    ("dossiers/views/report.py", "CalendarDay.calendar"): "the calendar is everybody's",
    ("dossiers/views/report.py", "FigureRun.first"): "when the counts were made, of all wards",
    ("dossiers/views/dossier.py", "CalendarDay.calendar"): "the calendar is everybody's",
    ("dossiers/views/review.py", "AccessLog.note"): "written, not read",
    ("dossiers/views/review.py", "CalendarDay.calendar"): "the calendar is everybody's",
    ("dossiers/views/review.py", "CommittedTerm.commit"): "a verb: it checks person and ward itself",
    ("dossiers/views/review.py", "FigureRun.first"): "when the counts were made, of all wards",
    ("dossiers/views/review.py", "Procedure.in_force"): "the catalogue is public",
    ("dossiers/views/risk.py", "AccessLog.note"): "written, not read",
    ("dossiers/views/risk.py", "CalendarDay.calendar"): "the calendar is everybody's",
    ("dossiers/views/public.py", "CommittedTerm.of"): "what a ward promises is public",
    ("dossiers/views/public.py", "CommittedTerm.of_each"): "what a ward promises is public",
    ("dossiers/views/public.py", "Ward.in_service"): "the list of wards is public",
    ("dossiers/views/presentation.py", "AccessLog.note"): "written, not read",
    ("dossiers/views/register.py", "AccessLog.note"): "written, not read",
    ("dossiers/views/presentation.py", "Presentation.present"): "a verb of the clerk's own ward",
    ("dossiers/views/declaration.py", "HelpGiven.record"): "a verb: counts in the helper's own ward",
    ("dossiers/views/declaration.py", "Procedure.in_force"): "the catalogue is public",
    ("dossiers/views/wording.py", "FormTitle.select_related"): "which forms there are, for every ward",
    ("dossiers/views/wording.py", "FormTitle.filter"): "which forms there are, for every ward",
    ("dossiers/views/wording.py", "FormText.reword"): "a verb of the leader's own ward",
    ("dossiers/views/visit.py", "AccessLog.note"): "written, not read",
    ("dossiers/views/visit.py", "HomeVisit.ask"): "a verb: a new request, of the clerk's own ward or a citizen's",
    ("dossiers/views/visit.py", "LookupFailure.wait"): "counts, under keyed hashes",
    ("dossiers/views/visit.py", "LookupFailure.note"): "counts, under keyed hashes",
    ("dossiers/views/intake.py", "CalendarDay.calendar"): "the calendar is everybody's",
    ("dossiers/views/intake.py", "Dossier.receive"): "a verb: it checks person and ward itself",
    ("dossiers/views/public.py", "Event.filter"): "found by the slip's token, or by code and digits",
    ("dossiers/views/public.py", "Dossier.by_pair"): "found by code and digits",
    ("dossiers/views/public.py", "RetentionTerm.exclude"): "the terms are public",
    ("dossiers/views/public.py", "LookupFailure.wait"): "counts, under keyed hashes",
    ("dossiers/views/public.py", "LookupFailure.note"): "counts, under keyed hashes",
    ("dossiers/views/public.py", "Procedure.in_force"): "the catalogue is public",
    ("feedback/views/conduct.py", "Ward.in_service"): "the list of wards is public",
    ("feedback/views/conduct.py", "WardRule.in_force"): "the rules are public",
    ("feedback/views/contribution.py", "AccessLog.note"): "written, not read",
    ("feedback/views/contribution.py", "CalendarDay.calendar"): "the calendar is everybody's",
    ("feedback/views/contribution.py", "Contribution.receive"): "a verb: a new one, of the own ward",
    ("feedback/views/dialogue.py", "AccessLog.note"): "written, not read",
    ("feedback/views/dialogue.py", "Dialogue.announce"): "a verb: a new one, of the own ward",
    ("feedback/views/dialogue.py", "Dialogue.filter"): "dialogues are public",
    ("feedback/views/dialogue.py", "LookupFailure.wait"): "counts, under keyed hashes",
    ("feedback/views/dialogue.py", "LookupFailure.note"): "counts, under keyed hashes",
    ("feedback/views/suggestion.py", "Contribution.receive"): "a verb: a citizen's new one",
    ("feedback/views/suggestion.py", "Contribution.published"): "what a leader has published",
    ("feedback/views/suggestion.py", "Contribution.filter"): "found by its code",
    ("feedback/views/suggestion.py", "Dossier.by_pair"): "found by code and digits",
    ("feedback/views/suggestion.py", "LookupFailure.wait"): "counts, under keyed hashes",
    ("feedback/views/suggestion.py", "LookupFailure.note"): "counts, under keyed hashes",
    ("feedback/views/suggestion.py", "Ward.in_service"): "the list of wards is public",
    ("feedback/views/callback.py", "AccessLog.note"): "written, not read",
    ("feedback/views/survey.py", "Answer.give"): "a verb: for who holds the slip",
    ("feedback/views/survey.py", "Answer.leave_words"): "a verb: for who holds the slip",
    ("feedback/views/survey.py", "Answer.of"): "found by the slip's token",
    ("feedback/views/survey.py", "Answer.tell_more"): "a verb: for who holds the slip",
    ("feedback/views/survey.py", "CallBack.of"): "found by the slip's token",
    ("feedback/views/survey.py", "Dossier.select_related"): "found by the slip's token",
    ("feedback/views/survey.py", "LookupFailure.note"): "counts, under keyed hashes",
    ("feedback/views/survey.py", "LookupFailure.wait"): "counts, under keyed hashes",
    ("feedback/views/survey.py", "QuestionSet.on"): "the questions are public",
    ("feedback/views/tablet.py", "Answer.give"): "a verb: a tap on a paired device",
    ("feedback/views/tablet.py", "Dossier.filter"): "of the tablet's ward, to count an answer and to show nothing",
    ("feedback/views/tablet.py", "QuestionSet.on"): "the questions are public",
    ("feedback/views/tablet.py", "Tablet.in_use"): "the device's own row, by its session",
    ("feedback/views/tablet.py", "Tablet.pair"): "a verb: a new device of the own ward",
    ("feedback/views/area.py", "AccessLog.note"): "written, not read",
    ("feedback/views/campaign.py", "Campaign.launch"): "a verb: it checks person and wards itself",
    ("feedback/views/typing.py", "Ballot.filter"): "of an area that was found through visible_to",
    ("feedback/views/typed.py", "Answer.type_in"): "a verb: it checks person and ward itself",
    ("feedback/views/typed.py", "QuestionSet.on"): "the questions are public",
    ("letters/views/delivery.py", "AccessLog.note"): "written, not read",
    ("letters/views/letter.py", "AccessLog.note"): "written, not read",
    ("letters/views/letter.py", "Letter.write"): "a verb: a new letter of the writer's own ward",
    ("letters/views/public.py", "Letter.issued"): "found by the slip's token, the letter's proof or the file's hash",
    ("letters/views/policy.py", "LetterPolicy.decide"): "a verb: it checks person and ward itself",
    ("letters/views/register.py", "AccessLog.note"): "written, not read",
    ("phuly_portal/views/city.py", "AccessLog.note"): "written, not read",
    ("phuly_portal/views/review.py", "AccessLog.note"): "written, not read",
    ("phuly_portal/views/health.py", "Ward.in_service"): "the list of wards is public",
    ("phuly_portal/views/home.py", "Ward.in_service"): "the list of wards is public",
    ("phuly_portal/views/home.py", "CalendarDay.calendar"): "the calendar is everybody's",
    ("phuly_portal/views/public_figures.py", "Ward.in_service"): "the list of wards is public",
    ("phuly_portal/views/public_figures.py", "FigureRun.first"): "when the counts were made, of all wards",
    ("phuly_portal/views/leader.py", "CalendarDay.calendar"): "the calendar is everybody's",
}
#: Calls that ring for a worker at once.
AT_ONCE = ("delay", "apply_async", "send_task")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call with the last part of what is called: "delay" for `task.delay(1)`."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            called = node.func
            yield getattr(called, "attr", "") or getattr(called, "id", ""), node


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports from, wherever in the file."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def asked_of_managers(path: Path) -> set[str]:
    """ "Dossier.visible_to" for each `Dossier.objects.visible_to`; "Dossier.objects" where the manager is passed on."""
    inner = {id(node.value): node.attr for node in nodes(path) if isinstance(node, ast.Attribute)}
    return {
        f"{ast.unparse(node.value)}.{inner.get(id(node), 'objects')}"
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")
    }


def test_the_source_was_found():
    """The tests below say nothing where they look at nothing."""
    assert {"desk", "dossiers", "letters", "phuly_portal"} <= set(APPS)
    assert {"desk/calendar.py", "dossiers/tasks.py", "phuly_portal/settings.py"} <= set(map(name_of, SOURCES))
    assert {"desk/views.py", "dossiers/views/counter.py", "phuly_portal/views/leader.py"} <= set(map(name_of, VIEWS))
    assert len(TEMPLATES) > 20
    assert len(MIGRATIONS) >= 3


def test_views_ask_for_rows_through_visible_to():
    asked = {(name_of(path), asked) for path in VIEWS for asked in asked_of_managers(path)}
    others = {(path, asked) for path, asked in asked if not asked.endswith(".visible_to")}
    assert others == set(WITHOUT_VISIBLE_TO)  # an exception that nobody needs any more goes, too


def is_model(path: Path, node: ast.expr) -> bool:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = getattr(module, getattr(node, "id", ""), None)
    return isinstance(found, type) and issubclass(found, models.Model)


def test_views_never_fetch_from_a_whole_table():
    """`get_object_or_404(Dossier, ...)` would find other wards' rows too; `cursor` and `raw` know no wards at all."""
    made = [(path, called, call) for path in VIEWS for called, call in calls(path)]
    fetched = [(path, call) for path, called, call in made if called in ("get_object_or_404", "get_list_or_404")]
    assert fetched
    assert [ast.unparse(call) for path, call in fetched if is_model(path, call.args[0])] == []
    assert [ast.unparse(call) for _path, called, call in made if called in ("cursor", "raw")] == []


def test_a_worker_is_rung_for_only_after_the_commit():
    """`.delay()` inside a transaction starts the work before its rows exist; `delay_on_commit` does not."""
    elsewhere = [path for path in SOURCES if path.name != "tasks.py"]
    made = [
        (name_of(path), ast.unparse(call)) for path in elsewhere for called, call in calls(path) if called in AT_ONCE
    ]
    assert made == [("phuly_portal/celery.py", "self.delay(*args, **kwargs)")]  # `delay_on_commit` itself


def template_patterns(path: Path) -> Iterator[str]:
    """Regular expressions of the templates that a Python file names, f"..." included."""
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".html"):
            yield re.escape(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[^/]+" for part in node.values]
            if "".join(parts).endswith(r"\.html"):
                yield "".join(parts)


def test_every_template_is_used():
    names = {path.relative_to(ROOT / "templates").as_posix(): path for path in TEMPLATES}
    patterns = {pattern for path in SOURCES for pattern in template_patterns(path)}
    # Django itself looks for these four
    reached = {"400.html", "403.html", "404.html", "500.html"}
    reached |= {name for name in names for pattern in patterns if re.fullmatch(pattern, name)}
    waiting = set(reached)
    while waiting:
        text = names[waiting.pop()].read_text(encoding="utf-8")
        found = set(re.findall(r"{% (?:include|extends) \"([^\"]+)\"", text)) - reached
        reached |= found
        waiting |= found
    assert set(names) - reached == set()


#: What a Content-Security-Policy without "unsafe-inline" would not run or show.
INLINE = {
    "style attribute": r"\sstyle\s*=",
    "style element": r"<style\b",
    "script in the page": r"<script\b(?![^>]*\ssrc=)",
    "event handler": r"<[^>]*\son[a-z]+\s*=",
    "htmx event handler": r"\shx-on\b",
    "script as an address": r"javascript:",
}


def inline_in(path: Path) -> list[str]:
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [what for what, pattern in INLINE.items() if re.search(pattern, text, re.IGNORECASE)]


def test_no_template_has_inline_styles_or_scripts():
    assert {name_of(path): found for path in TEMPLATES if (found := inline_in(path))} == {}


def test_every_migration_has_a_name_that_says_what_it_does():
    meaningless = r"_auto_\d|_and_more$|_alter_[a-z_]+_options$"
    assert [name_of(path) for path in MIGRATIONS if re.search(meaningless, path.stem)] == []


def test_every_state_of_a_dossier_is_reached_or_left_by_a_move():
    moved = {state for move in MOVES.values() for state in (*move.sources, move.target)}
    assert moved - {None} == set(State)


def test_only_the_printer_knows_weasyprint():
    knowing = {name_of(path) for path in SOURCES if {"weasyprint"} & {name.split(".")[0] for name in imports(path)}}
    assert knowing == {"desk/pdf.py"}


def test_one_signal_leaves_each_app_and_nothing_listens_to_saving():
    signals = {(name_of(path), called) for path in SOURCES for called, _call in calls(path) if called == "Signal"}
    named = {
        target.id
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and ast.unparse(node.value.func).endswith("Signal")
    }
    assert signals == {("dossiers/signals.py", "Signal"), ("feedback/signals.py", "Signal")}
    assert named == {"event_recorded", "contribution_recorded"}
    assert not {name_of(path) for path in SOURCES if "django.db.models.signals" in imports(path)}


def test_no_file_is_longer_than_400_lines():
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: count for name, count in lines.items() if count > 400} == {}


#: All that a line of our requirements may be.
REQUIREMENT = re.compile(
    r"""(\#.*                                        # a remark
    |-r\ requirements\.in                           # the other list
    |\w[\w.-]*(\[\w+\])?([~=]=[\w.]+)?              # a library, its extras, its version
     (\ ;\ [\w '.<>=!()]+)?(\ \\)?                  # and where it is needed
    |\ {4}--hash=sha256:[0-9a-f]{64}(\ \\)?)?        # what its file must hold""",
    re.VERBOSE,
)


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in", "requirements.txt", "requirements-dev.txt"])
def test_requirements_name_libraries_and_nothing_of_where_they_come_from(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not REQUIREMENT.fullmatch(line) or ":" + "//" in line] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_locked_by_version_and_hash(name):
    lines = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    locked = [line for line in lines if line.strip() and not line.lstrip().startswith(("#", "-r "))]
    assert locked
    assert [line for line in locked if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []
