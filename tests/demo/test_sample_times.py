"""The sample courses could have happened: nobody acts before they came in, or answers what was not asked."""

import json
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.demo.content import add_content
from lti_tool.demo.registration import connect_lms
from lti_tool.demo.settings import DemoSettings
from lti_tool.launch.sessions import IDLE, LIFE
from lti_tool.platforms.tool_keys import ensure_tool_keys
from lti_tool.statements.models import StatementRow
from xapi import vocabulary

Json = dict[str, Any]
SESSION = vocabulary.SESSION_ID


@pytest.fixture
def told(sessions: sessionmaker[Session], tmp_path: Path) -> list[Json]:
    """All statements of the sample courses, as they were made."""
    demo = DemoSettings(port=8000, lms_port=8001, data=tmp_path, secret="0Rk3vTz8Qm1XcJ5pWy7LhB2nGd9FsAe4")
    with unit_of_work(sessions) as session:
        ensure_tool_keys(session)
    connect_lms(sessions, demo)
    assert add_content(sessions, demo)
    with sessions() as session:
        return [json.loads(body) for body in session.scalars(select(StatementRow.body))]


def at(statement: Json) -> datetime:
    return datetime.fromisoformat(statement["timestamp"])


def test_the_sample_courses_have_possible_times(told: list[Json]) -> None:
    assert len(told) > 100
    by_id = {one["id"]: one for one in told}
    visits: dict[str, list[Json]] = defaultdict(list)
    for one in sorted(told, key=at):
        if SESSION in one["context"].get("extensions", {}):
            visits[one["context"]["extensions"][SESSION]].append(one)
    assert visits
    for visit in visits.values():
        first, *acts = visit
        assert first["verb"]["id"] == vocabulary.LAUNCHED.id
        assert {one["actor"]["account"]["name"] for one in visit} == {first["actor"]["account"]["name"]}
        assert all(at(first) < at(one) < at(first) + LIFE for one in acts)
        assert all(at(two) - at(one) < IDLE for one, two in pairwise(visit))
    made: dict[str, datetime] = {}
    for one in sorted(told, key=at):
        assert at(one) < clock.now()
        answered = one["context"].get("statement")
        assert not answered or at(by_id[answered["id"]]) <= at(one)
        if "id" in one["object"]:
            made.setdefault(one["object"]["id"], at(one))
        for parent in one["context"]["contextActivities"].get("parent", []):
            if parent["definition"]["type"] != vocabulary.RESOURCE_LINK:
                assert made[parent["id"]] <= at(one)
    for one in told:
        if one["verb"]["id"] == vocabulary.RESOLVED.id:
            assert at(by_id[one["context"]["statement"]["id"]]) < at(one)
