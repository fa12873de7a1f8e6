"""Routes of one kind of message, with every other caller; and those callers, with every other route."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.launch.models import Launch, LaunchKind
from lti_tool.platforms.service import set_active
from lti_tool.platforms.tool_keys import ensure_tool_keys
from tests.contract.access_table import TABLE, Needs
from tests.contract.conftest import SECRETS, Place, everything, path_of
from tests.factories.entrances import ISSUER, Browser, Course
from tests.threads.test_threads import THREAD

Guests = Mapping[LaunchKind, Browser]
ROUTES = [(route, row) for route, row in TABLE.items() if row.needs is Needs.MESSAGE]
# Where each has a form to take the token from.
FORMS = {LaunchKind.DEEP_LINKING: "/deep-linking", LaunchKind.SUBMISSION_REVIEW: "/threads/new"}


@pytest.fixture
def guests(course: Course, sessions: sessionmaker[Session], here: Place) -> Guests:
    with unit_of_work(sessions) as session:
        ensure_tool_keys(session)
    choice: dict[str, Any] = {"return_url": f"{ISSUER}/return", "takes_line_item": True, "title": ""}
    review = {"for_user": "ana-ruiz", "name": ""}
    return {
        LaunchKind.DEEP_LINKING: course.guest(LaunchKind.DEEP_LINKING, details=choice, context_id="course-1"),
        LaunchKind.SUBMISSION_REVIEW: course.visitor(
            "Ines Koch", role=Role.INSTRUCTOR, kind=LaunchKind.SUBMISSION_REVIEW, details=review
        ),
        LaunchKind.DATA_PRIVACY: course.guest(
            LaunchKind.DATA_PRIVACY, "Ana Ruiz", role=Role.LEARNER, details={"for_user": "ana-ruiz"}
        ),
    }


def call(browser: Browser, app: Flask, route: tuple[str, str], form: Mapping[str, str]) -> tuple[int, str]:
    path = path_of(app, *route, {}, browser.launch_id).removeprefix(browser.base)
    if route[0] == "GET":
        answer = browser.get(path)
    else:
        answer = browser.post(path, {**dict.fromkeys(TABLE[route].data, "x"), **form})
    return answer.status_code, answer.text


def test_the_right_one_gets_in(app: Flask, guests: Guests, subtests: pytest.Subtests) -> None:
    for route, row in ROUTES:
        assert row.kind
        guest = guests[row.kind]
        form = {**guest.form(FORMS[row.kind]), **row.data} if route[0] == "POST" else {}
        with subtests.test(msg=" ".join(route)):
            # What was chosen first is the one answer: leaving after it is told so.
            assert call(guest, app, route, form)[0] == (409 if route[1].endswith("nothing") else 200)


def test_nobody_else_gets_in(
    app: Flask, here: Place, guests: Guests, engine: Engine, subtests: pytest.Subtests
) -> None:
    strangers = [Browser(app, guest.launch_id, "no secret of theirs") for guest in guests.values()]
    before = everything(engine)
    for route, row in ROUTES:
        others = [guest for kind, guest in guests.items() if kind is not row.kind]
        for browser in (here.owner, here.teacher, *others, *strangers):
            with subtests.test(msg=" ".join(route)):
                status, page = call(browser, app, route, {})
                assert status in {401, 404}
                assert not any(secret in page for secret in SECRETS)
                assert "JWT" not in page
    assert everything(engine) == before


@pytest.mark.parametrize("kind", [LaunchKind.DEEP_LINKING, LaunchKind.DATA_PRIVACY])
def test_a_guest_gets_into_no_activity(
    app: Flask, here: Place, guests: Guests, engine: Engine, kind: LaunchKind, subtests: pytest.Subtests
) -> None:
    guest, before = guests[kind], everything(engine)
    form = here.owner.form("/threads/new")
    for route, row in TABLE.items():
        if row.needs not in {Needs.SESSION, Needs.OWNER, Needs.STAFF}:
            continue
        with subtests.test(msg=" ".join(route)):
            ids = {name: here.ids[kind_of] for name, kind_of in row.ids.items()}
            path = path_of(app, *route, ids, guest.launch_id).removeprefix(guest.base)
            answer = guest.get(path) if route[0] == "GET" else guest.post(path, {**THREAD, **form})
            assert answer.status_code == 401
            assert not any(secret in re.sub(THREAD["title"], "", answer.text) for secret in SECRETS)
    assert everything(engine) == before


@pytest.mark.parametrize("ending", ["expired", "idle", "disabled"])
def test_a_session_that_ended_opens_nothing(
    app: Flask,
    sessions: sessionmaker[Session],
    guests: Guests,
    engine: Engine,
    ending: str,
    subtests: pytest.Subtests,
) -> None:
    with unit_of_work(sessions) as session:
        if ending == "disabled":
            set_active(session, issuer=ISSUER, client_id="segue", active=False)
        else:
            column = {"expired": "expires_at", "idle": "seen_at"}[ending]
            session.execute(update(Launch).values({column: clock.now() - timedelta(hours=3)}))
    before = everything(engine)
    for route, row in ROUTES:
        assert row.kind
        with subtests.test(msg=" ".join(route)):
            assert call(guests[row.kind], app, route, {})[0] == 401
    assert everything(engine) == before
