"""The examples of the documentation are what the tool makes of real acts.

With SEGUE_WRITE_EXAMPLES=1 they are written anew: then look at what changed, as readers of statements will.
"""

import json
import os
import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.statements.models import StatementRow
from tests.catalogue.acts import do_every_act
from tests.catalogue.conformance import faults
from tests.factories.entrances import Course
from xapi.catalogue import EVENTS, examples

FOLDER = Path(examples.__file__).parent
_IDS = UUID("00000000-0000-4000-8000-000000000000")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT, _DAY, _LENGTH = (
    re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z"),
    re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    re.compile(r"PT[0-9HMS]+"),
)


class Alike:
    """Makes of each run's ids, moments and addresses the same ones; what was one thing stays one thing."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}

    def make(self, value: Any, place: str) -> Any:
        if isinstance(value, dict):
            return {key: self.make(one, f"{place}.{key}") for key, one in value.items()}
        if isinstance(value, list):
            return [self.make(one, f"{place}.{number}") for number, one in enumerate(value)]
        return self._text(value, place) if isinstance(value, str) else value

    def _text(self, value: str, place: str) -> str:
        if place.endswith(".account.name") and value != "system" and not _ID.fullmatch(value):
            # A platform's ids of persons look like that; those of our tests look like names.
            return uuid5(_IDS, value).hex[:12]
        if _DAY.fullmatch(value):
            return "2027-03-09"
        if _LENGTH.fullmatch(value):
            return "PT2H10M5S"
        known = _ID.sub(lambda found: self.ids.setdefault(found[0], str(uuid5(_IDS, place))), value)
        return _MOMENT.sub("2027-03-02T09:00:00.000Z", known).replace(
            "http://127.0.0.1:8000", "https://segue.example"
        )


@pytest.fixture
def made(course: Course, session: Session) -> dict[str, dict[str, Any]]:
    """The first statement of each event."""
    do_every_act(course, session)
    alike, found = Alike(), {}
    for row in session.scalars(select(StatementRow).order_by(StatementRow.seq)):
        if row.event not in found:
            found[row.event] = alike.make(json.loads(row.body), row.event)
    return found


def test_each_event_of_the_catalogue_has_an_example_that_a_real_act_makes(
    made: dict[str, dict[str, Any]],
) -> None:
    assert set(made) == set(EVENTS)
    if os.environ.get("SEGUE_WRITE_EXAMPLES"):
        for event, statement in made.items():
            text = json.dumps(statement, indent=2, ensure_ascii=False) + "\n"
            (FOLDER / f"{event}.json").write_text(text, encoding="utf-8")
    assert {path.stem for path in FOLDER.glob("*.json")} == set(EVENTS)
    for event, statement in made.items():
        assert statement == json.loads(examples.example(event)), event


@pytest.mark.parametrize("event", EVENTS)
def test_an_example_conforms(event: str) -> None:
    assert faults(json.loads(examples.example(event)), event) == []
