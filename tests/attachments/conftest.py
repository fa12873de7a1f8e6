"""A person who attaches files, and where the files are kept."""

import pytest
from sqlalchemy.orm import Session

from lti_tool.core.db import settings_of
from lti_tool.storage.store import Storage, storage_of
from tests.factories.entrances import Course, Visitor


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


@pytest.fixture
def storage(session: Session) -> Storage:
    return storage_of(settings_of(session))
