"""The world of these tests."""

import pytest
from sqlalchemy.orm import Session

from tests.anonymity.world import World, make_world
from tests.factories.entrances import Course


@pytest.fixture
def world(course: Course, session: Session) -> World:
    return make_world(course, session)
