"""The same deliveries to the built-in record store and to Ralph: each statement is stored there once.

Acts of people in the tool, the tool's own delivery, and stores that nobody tells how to behave.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.secrets import seal
from lti_tool.platforms.models import Registration
from lti_tool.record_store.credentials import add_credential
from lti_tool.record_store.routes import blueprint
from lti_tool.settings import Settings
from lti_tool.statements.delivery import deliver_due, stores_due
from lti_tool.statements.models import StatementRow, StatementState
from lti_tool.statements.targets import LRS_PASSWORD_PLACE
from lti_tool.web.limits import init_limits
from lti_tool.web.transaction import init_transactions
from tests.conftest import SECRET
from tests.factories.entrances import Course
from tests.ralph.environment import Address, running
from tests.servers import serving
from tests.threads.test_threads import post_thread, write_replies
from xapi.client import RecordStoreClient
from xapi.comparison import same_statement

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ralph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with running(tmp_path_factory.mktemp("ralph")) as address:
        yield address


@pytest.fixture(params=["built-in", "ralph"])
def address(
    request: pytest.FixtureRequest, sessions: sessionmaker[Session], settings: Settings
) -> Iterator[Address]:
    """Of the record store that the registration has."""
    if request.param == "ralph":
        yield request.getfixturevalue("ralph")
        return
    app = Flask("record_store_alone")
    app.extensions["settings"] = settings
    init_transactions(app, sessions)
    app.register_blueprint(blueprint)
    init_limits(app, settings)
    with unit_of_work(sessions) as session:
        username, password = add_credential(session, label="the tool", can_write=True)
    with serving(app) as url:
        yield Address(f"{url}/xapi", username, password)


@pytest.fixture
def store(address: Address) -> Iterator[RecordStoreClient]:
    with RecordStoreClient(address.url, address.username, address.password) as client:
        yield client


class Deliveries:
    """What people did in one course, on its way to the store of its registration."""

    def __init__(self, course: Course, address: Address) -> None:
        self.course, self.sessions = course, course.sessions
        self._recorded: dict[UUID, str] = {}
        with unit_of_work(self.sessions) as session:
            session.execute(
                update(Registration).values(
                    lrs_url=address.url,
                    lrs_username=address.username,
                    lrs_password_sealed=seal(address.password, secret=SECRET, place=LRS_PASSWORD_PLACE),
                )
            )

    def act(self, replies: int) -> None:
        """A thread, and replies to it by somebody else."""
        path = post_thread(self.course.visitor("Ana Ruiz"))
        write_replies(self.course, self.course.visitor("Tom Becker"), path, replies)

    def rows(self) -> list[StatementRow]:
        with self.sessions() as session:
            return list(session.scalars(select(StatementRow).order_by(StatementRow.seq)))

    def states(self) -> dict[UUID, StatementState]:
        return {row.id: row.state for row in self.rows()}

    def change(self, row_id: UUID, **parts: object) -> None:
        """Have a row say something else than what was recorded."""
        with unit_of_work(self.sessions) as session:
            row = session.get_one(StatementRow, row_id)
            self._recorded.setdefault(row_id, row.body)
            row.body = json.dumps(
                {key: value for key, value in (json.loads(row.body) | parts).items() if value}
            )

    def mend(self) -> None:
        """Rows say again what was recorded: after each test that is checked."""
        with unit_of_work(self.sessions) as session:
            for row_id, body in self._recorded.items():
                session.get_one(StatementRow, row_id).body = body

    def deliver(self) -> None:
        for store in stores_due(self.sessions):
            deliver_due(self.sessions, store)

    def deliver_again(self) -> None:
        """As if no answer had come."""
        with unit_of_work(self.sessions) as session:
            session.execute(
                update(StatementRow).values(
                    state=StatementState.PENDING, due_at=clock.now() - timedelta(seconds=1), lease_until=None
                )
            )
        self.deliver()


@pytest.fixture
def deliveries(course: Course, address: Address) -> Iterator[Deliveries]:
    deliveries = Deliveries(course, address)
    yield deliveries
    deliveries.mend()


def held(store: RecordStoreClient, rows: list[StatementRow]) -> list[UUID]:
    """The ids of these rows that the store lists, each as often as it does; what it says is what we said."""
    bodies = {row.id: json.loads(row.body) for row in rows}
    page = store.query(limit=100)
    found = page.statements
    while page.more:
        page = store.follow(page.more)
        found += page.statements
    ours = [(UUID(one["id"]), one) for one in found if UUID(one["id"]) in bodies]
    assert all(same_statement(one, bodies[row_id]) for row_id, one in ours)
    return sorted(row_id for row_id, _ in ours)


def test_each_statement_is_stored_once_also_when_sent_again(
    deliveries: Deliveries, store: RecordStoreClient
) -> None:
    deliveries.act(replies=60)
    deliveries.deliver()
    rows = deliveries.rows()
    assert len(rows) == 61
    assert {row.state for row in rows} == {StatementState.SENT}
    assert held(store, rows) == sorted(row.id for row in rows)

    deliveries.deliver_again()
    assert set(deliveries.states().values()) == {StatementState.SENT}
    assert held(store, rows) == sorted(row.id for row in rows)


def test_a_batch_of_which_some_is_there_already(deliveries: Deliveries, store: RecordStoreClient) -> None:
    deliveries.act(replies=5)
    deliveries.deliver()
    deliveries.act(replies=5)
    deliveries.deliver_again()
    rows = deliveries.rows()
    assert {row.state for row in rows} == {StatementState.SENT}
    assert held(store, rows) == sorted(row.id for row in rows)
    assert len(rows) == 12


def test_another_statement_under_a_stored_id_is_parked(
    deliveries: Deliveries, store: RecordStoreClient
) -> None:
    deliveries.act(replies=9)
    deliveries.deliver()
    other = deliveries.rows()[4]
    deliveries.change(other.id, object={"id": f"https://tool.example/{uuid4()}"})
    deliveries.deliver_again()
    states = deliveries.states()
    assert states.pop(other.id) == StatementState.PARKED
    assert set(states.values()) == {StatementState.SENT}
    kept = store.get_statement(str(other.id))
    assert kept is not None
    assert kept["object"]["id"] == json.loads(other.body)["object"]["id"]


def test_one_bad_statement_of_fifty_is_parked_and_the_others_are_stored(
    deliveries: Deliveries, store: RecordStoreClient
) -> None:
    deliveries.act(replies=49)
    bad = deliveries.rows()[17].id
    deliveries.change(bad, verb=None)
    deliveries.deliver()
    states = deliveries.states()
    assert states.pop(bad) == StatementState.PARKED
    assert set(states.values()) == {StatementState.SENT}
    rows = deliveries.rows()
    assert held(store, rows) == sorted(row.id for row in rows if row.id != bad)
