"""Every act of the catalogue, by every way to name people and in both versions: as recorded, and as sent."""

import json
import re
from collections import Counter
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import ActorMode, Naming
from lti_tool.core.db import unit_of_work
from lti_tool.people.models import Person
from lti_tool.platforms.service import set_naming
from lti_tool.privacy.record import agents_in
from lti_tool.statements.models import StatementRow, StatementState
from tests.catalogue.acts import do_every_act
from tests.catalogue.conformance import faults, pattern_faults
from tests.factories.entrances import ISSUER, Course
from tests.servers import Counterpart, serving
from tests.statements.sending import deliver, kept, use_store
from xapi import vocabulary
from xapi.catalogue import EVENTS
from xapi.validation import check_statement

TOOL, LMS = "http://127.0.0.1:8000", "https://records.lms.example/users"
NAMINGS = {
    "account": Naming(),
    "account, text": Naming(sends_text=True),
    "home page, text": Naming(home_page=LMS, sends_text=True),
    "pseudonym": Naming(ActorMode.PSEUDONYM),
    "pseudonym, text": Naming(ActorMode.PSEUDONYM, sends_text=True),
}
# As the specification has a provider write it in a statement: Data 2.4.10 of 1.0.3; 4.2.4.2 of 2.0.0's.
VERSIONS = {"1.0.3": "1.0.0", "2.0.0": "2.0.0"}
# What says something, as the reference has it: xapi.md section 6.
TELLING = {"thread_posted", "reply_posted", "help_asked", "answer_posted"}


@pytest.mark.parametrize(("named", "version"), list(product(NAMINGS, VERSIONS)))
def test_every_act_by_every_name_in_every_version(
    course: Course, session: Session, store: Counterpart, named: str, version: str
) -> None:
    store.answer, naming, ana = kept, NAMINGS[named], course.visitor("Ana Ruiz")
    with serving(store) as address:
        with unit_of_work(course.sessions) as writing:
            set_naming(writing, registration_id=course.tenant.registration_id, naming=naming)
            use_store(writing, ana.actor, f"{address}/lrs", version=version)
        do_every_act(course, session)
        rows = session.scalars(select(StatementRow).order_by(StatementRow.seq)).all()
        deliver(course.sessions)
    made = [(row.event, json.loads(row.body)) for row in rows]
    assert {event for event, _ in made} == set(EVENTS)
    for event, statement in made:
        check_statement(statement, version=version)
        assert statement["version"] == VERSIONS[version]
        assert faults(statement, event) == [], event
    parts = [it for _, it in made if vocabulary.SUBREGISTRATION in it["context"]["extensions"]]
    assert len(parts) == 2
    assert list(pattern_faults(parts)) == []
    assert_named_so(made, naming, session)
    assert_text_told_by_choice(made, naming)
    assert_sent_as_recorded(store, rows, version)
    session.expire_all()
    assert set(session.scalars(select(StatementRow.state))) == {StatementState.SENT}


def assert_named_so(made: list[tuple[str, Any]], naming: Naming, session: Session) -> None:
    """One kind of account for people, everywhere that one stands; and nothing else of who they are."""
    people = session.execute(select(Person.sub, Person.name)).all()
    subs, home = {sub for sub, _ in people}, naming.home_page or ISSUER
    for event, statement in made:
        for agent in agents_in(statement):
            account = agent["account"]
            assert set(agent) == {"objectType", "account"}
            if event == "post_reported":
                assert account == {"homePage": TOOL, "name": "system"}
            elif naming.mode is ActorMode.PSEUDONYM:
                assert account["homePage"] == TOOL
                assert re.fullmatch("[0-9a-f]{32}", account["name"])
            else:
                assert (account["homePage"], account["name"] in subs) == (home, True)
    accounts = {it["actor"]["account"]["name"] for _, it in made} - {"system"}
    assert len(accounts) == len(people)
    whole = json.dumps([it for _, it in made], ensure_ascii=False)
    for sub, name in people:
        assert name not in whole
        assert (sub in whole) is (naming.mode is ActorMode.SUB)
    histories = Counter(
        (it["actor"]["account"]["name"], it["context"]["contextActivities"]["grouping"][0]["id"])
        for it in {
            it["context"]["registration"]: it for _, it in made if "registration" in it["context"]
        }.values()
    )
    assert set(histories.values()) == {1}, "one for each person in each course"


def assert_text_told_by_choice(made: list[tuple[str, Any]], naming: Naming) -> None:
    told = {event for event, it in made if "response" in it.get("result", {})}
    assert told == (TELLING if naming.sends_text else set())


def assert_sent_as_recorded(store: Counterpart, rows: Any, version: str) -> None:
    """Byte for byte, to the registration's own store alone, by its credential and in its version."""
    assert {it.path for it in store.requests} == {"/lrs/statements"}
    for request in store.requests:
        assert request.headers["X-Experience-API-Version"] == version
        assert request.headers["Content-Type"] == "application/json"
        assert request.authorization is not None
        assert (request.authorization.username, request.authorization.password) == ("own", "its password")
    sent = "".join(request.get_data(as_text=True) for request in store.requests)
    assert all(sent.count(row.body) == 1 for row in rows)
