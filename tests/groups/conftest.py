"""A grouped activity."""

import pytest
from sqlalchemy.orm import Session

from tests.factories.entrances import Course
from tests.groups.grouping import Grouped


@pytest.fixture
def grouped(course: Course, session: Session) -> Grouped:
    return Grouped(course, session)
