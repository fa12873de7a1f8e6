"""An installation whose record store is a server that behaves as the test says."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.actor import Actor
from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.settings import Settings
from lti_tool.subscriptions import subscribe_all
from tests.conftest import SECRET
from tests.factories.entrances import enter, make_tenant
from tests.servers import Counterpart, serving

subscribe_all()


@pytest.fixture
def store() -> Counterpart:
    return Counterpart()


@pytest.fixture
def store_sessions(store: Counterpart, database_url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions of an installation whose record store is `store`."""
    with serving(store) as address:
        engine = make_engine(database_url)
        settings = Settings(
            database_url=database_url,
            secret_key=SecretStr(SECRET),
            lrs_url=f"{address}/xapi",
            lrs_username="segue",
            lrs_password=SecretStr("secret"),
        )
        yield make_sessions(engine, settings)
        engine.dispose()


@pytest.fixture
def actor(store_sessions: sessionmaker[Session]) -> Actor:
    with unit_of_work(store_sessions) as session:
        return enter(session, make_tenant(session))[0]
