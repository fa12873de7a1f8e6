"""The catalogue names the same events, values and IRIs as the code."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

import lti_tool
from lti_tool.core.schedule import Stage
from lti_tool.follow_ups.models import Outcome
from lti_tool.following.models import FollowLevel
from lti_tool.help_requests.models import HelpWanted
from lti_tool.marks.models import Mark
from lti_tool.moderation.models import ReportKind
from lti_tool.posts.models import Change
from lti_tool.rotation.models import TalkRole
from xapi import vocabulary
from xapi.catalogue import EVENTS, Extension, extensions
from xapi.catalogue.concepts import ACTIVITY_TYPES, NAMES, VERBS
from xapi.catalogue.versions import FOLLOW_UPS_VERSIONS, PROFILE_VERSIONS
from xapi.vocabulary import Verb

# Whoever calls one of these names an event: Act(name=...), or as an argument.
RECORDING = {"Act", "record_post_act", "_record"}
VALUES: dict[Extension, set[str]] = {
    extensions.HELP_WANTED: set(HelpWanted),
    extensions.OUTCOME: set(Outcome),
    extensions.REACTION: set(Mark),
    extensions.REASON: set(ReportKind),
    extensions.ROLE: set(TalkRole),
    extensions.STAGE: set(Stage),
    extensions.FOLLOW_LEVEL: {*FollowLevel} - {FollowLevel.MUTE.value},
}


def events_of_code() -> set[str]:
    folder = Path(lti_tool.__file__).parent
    return {
        name
        for path in folder.rglob("statements.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in RECORDING
        for name in _named(call)
    }


def _named(call: ast.Call) -> Iterator[str]:
    for value in (*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "name")):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
        elif isinstance(value, ast.JoinedStr):
            assert ast.unparse(value) == "f'thread_{event.change.change}'"
            # Requests for help alone are resolved.
            yield from (f"thread_{change}" for change in Change if change is not Change.RESOLVED)


def test_it_has_a_row_for_each_event_of_the_code_and_no_other() -> None:
    assert events_of_code() == set(EVENTS)


def test_each_row_is_under_its_events_name_and_is_told_in_one_sentence() -> None:
    for name, event in EVENTS.items():
        assert event.name == name
        assert event.sentence.endswith("."), name
        assert event.verbs, name


@pytest.mark.parametrize("extension", VALUES, ids=lambda extension: extension.label)
def test_an_extension_has_the_values_that_the_code_has(extension: Extension) -> None:
    assert set(extension.values) == {str(value) for value in VALUES[extension] if isinstance(value, StrEnum)}


def test_all_that_we_mint_is_defined_once_and_is_used() -> None:
    verbs = {it.id for it in vars(vocabulary).values() if isinstance(it, Verb)}
    words = {it for it in vars(vocabulary).values() if isinstance(it, str)}
    of_profile = {iri for iri in verbs | words if iri.startswith(f"{vocabulary.PROFILE}/")} - {
        vocabulary.PROFILE_VERSION,
        vocabulary.FOLLOW_UPS_PROFILE,
        vocabulary.FOLLOW_UPS_VERSION,
    }
    defined = [it.id for it in (*VERBS, *ACTIVITY_TYPES, *extensions.MINTED)]
    assert sorted(defined) == sorted(of_profile)
    assert {verb.id for event in EVENTS.values() for verb in event.verbs} == verbs - {vocabulary.VOIDED.id}
    used = {carried.extension.id for event in EVENTS.values() for carried in event.extensions}
    assert used >= {it.id for it in extensions.MINTED}


def test_each_activity_type_has_a_name_for_readers() -> None:
    used = {kind for event in EVENTS.values() for kind in (*event.objects, *event.parents)}
    assert used | {vocabulary.COURSE} == set(NAMES)


def test_the_guides_changes_name_each_version() -> None:
    guide = (Path(__file__).parents[2] / "docs/statements.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (\S*v[0-9.]+) \|", guide, re.MULTILINE)
    versions = [*PROFILE_VERSIONS, *FOLLOW_UPS_VERSIONS]
    assert sorted(told) == sorted(it.id.removeprefix(f"{vocabulary.PROFILE}/") for it in versions)
