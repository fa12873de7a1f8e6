"""What the tests of follow-ups share: planning one, and reporting what came of it."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Visitor

THREAD = {"title": "Which opening would fail?", "body": "Mine: **facts first** & <no> small talk."}
CUE, ACTION = "Jan opens our Monday meeting", "name what is new"
BASE = "http://127.0.0.1:8000/xapi/a"


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def full(day: str) -> str:
    """As pages write a day."""
    return f"{date.fromisoformat(day):%A, %B} {date.fromisoformat(day).day}, {day[:4]}"


def post_thread(visitor: Visitor) -> None:
    assert visitor.send("/threads/new", "/threads/new", THREAD).status_code == 303


def plan(visitor: Visitor, **changes: str) -> str:
    """The path of the new follow-up's page, below the launch."""
    data = {"cue": CUE, "action": ACTION, "due_on": in_days(7), **changes}
    answer = visitor.send("/follow-ups/new", "/follow-ups/new", data)
    assert answer.status_code == 303, answer.text
    return str(answer.location).removeprefix(visitor.base)


def report(visitor: Visitor, path: str, outcome: str, **changes: str) -> Any:
    data = {"outcome": outcome, "note": "", "cue": CUE, "action": ACTION, "due_on": "", **changes}
    return visitor.send(path, f"{path}/reports", data)


def statements(session: Session) -> list[dict[str, Any]]:
    return [
        json.loads(body)
        for body in session.scalars(select(StatementRow.body).order_by(StatementRow.created_at))
    ]
