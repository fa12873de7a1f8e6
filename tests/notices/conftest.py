"""A platform that signs notices."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.launch.conftest import key_server, platform
from tests.launch.platform import Platform
from tests.notices.notifying import NotifyingPlatform

__all__ = ["key_server", "platform"]


@pytest.fixture
def notifying(platform: Platform, sessions: sessionmaker[Session]) -> NotifyingPlatform:
    return NotifyingPlatform(platform, sessions)
