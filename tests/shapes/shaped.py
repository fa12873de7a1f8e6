"""What the tests of discussion shapes share: an activity of a shape, with people in it."""

import re
from typing import Any
from uuid import UUID

import pytest

from lti_tool.core.actor import Role
from tests.factories.entrances import Course, Visitor

ANSWER = "In my team the zeppelin opening failed, since nobody had asked for it."
OWN = "With us people stopped listening as soon as the figures came up."


@pytest.fixture
def teacher(course: Course) -> Visitor:
    return course.visitor("Ines Koch", role=Role.INSTRUCTOR)


def set_up(teacher: Visitor, kind: str, **changes: str) -> None:
    answer = teacher.send("/activity", "/activity", {"activity": kind, "prompt": "", **changes})
    assert answer.status_code == 303, answer.text


def reply(visitor: Visitor, path: str, body: str = ANSWER, **more: Any) -> UUID:
    """The id of the new reply."""
    answer = visitor.send(path, f"{path}/replies", {"body": body, **more})
    assert answer.status_code == 303, answer.text
    found = re.search(r"#post-(.+)$", str(answer.location))
    assert found
    return UUID(found[1])
