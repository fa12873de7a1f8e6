"""Limits of rate: who comes too often is told when to come again, and loses no text; nobody else notices."""

import io
import re
from base64 import b64encode
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from limits.storage import MemoryStorage
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.app import create_app
from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.posts.models import Conversation
from lti_tool.record_store.credentials import add_credential
from lti_tool.settings import Settings
from lti_tool.web.limits import Limit, kind_of
from tests.admin.administrators import AdministratorVisit, new_code
from tests.attachments.files import multipart
from tests.conftest import SECRET
from tests.factories.entrances import Course, Tenant, Visitor
from tests.threads.test_threads import THREAD

TOOL = "http://127.0.0.1:8000"
FEW = {f"limit_{kind}": "3 per minute" for kind in Limit}


def limited_app(settings: Settings, engine: Engine, **more: object) -> Flask:
    return create_app(settings.model_copy(update={"limits": "on", **more}), engine=engine)


@pytest.fixture
def course(settings: Settings, engine: Engine, sessions: sessionmaker[Session], tenant: Tenant) -> Course:
    """Of an application that lets everything be done three times a minute."""
    return Course(limited_app(settings, engine, **FEW), sessions, tenant)


def check_refused(answer: TestResponse) -> None:
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 61


def post_four(visitor: Visitor) -> TestResponse:
    answers = [visitor.send("/threads/new", "/threads/new", {**THREAD, "title": str(it)}) for it in range(4)]
    assert [it.status_code for it in answers[:3]] == [303] * 3
    return answers[3]


def test_writing_and_nobody_else(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    check_refused(post_four(ana))
    assert session.scalar(select(func.count()).select_from(Conversation)) == 3
    assert tom.send("/threads/new", "/threads/new", THREAD).status_code == 303
    # Another launch of hers is no other person's.
    again = course.visitor("Ana Ruiz")
    check_refused(again.send("/threads/new", "/threads/new", THREAD))


def test_the_form_comes_back_with_what_was_typed(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    refused = post_four(ana)
    assert THREAD["body"] in refused.text
    assert "Try again in" in refused.text
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', refused.text)
    texts = re.findall(r'name="([^"]+)"[^>]*>\n([^<]*)</textarea>', refused.text)
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert ana.post("/threads/new", {**dict(inputs), **dict(texts)}).status_code == 303
    titles = session.scalars(select(Conversation.title).order_by(Conversation.id)).all()
    assert titles == ["0", "1", "2", "3"]


def test_a_large_file_beside_it_costs_no_text(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    post_four(ana)
    large = (io.BytesIO(b"x" * 2_000_000), "notes.txt")
    sent = multipart({**ana.form("/threads/new"), **THREAD, "files": [large]})
    answer = ana.post("/threads/new", **sent)
    check_refused(answer)
    assert THREAD["body"] in answer.text


def test_a_script_leaves_the_form_where_it_is(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    post_four(ana)
    answer = ana.send("/threads/new", "/threads/new", THREAD, headers={"HX-Request": "true"})
    check_refused(answer)
    assert answer.headers["HX-Retarget"] == "#problem"
    assert "still in the form" in answer.text
    assert "Try again in" in answer.text


def test_a_draft_is_kept_meanwhile(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    post_four(ana)
    draft = {"draft_place": f"thread:{ana.actor.placement_id}", "body": "Before it is lost"}
    assert ana.send("/threads/new", "/drafts", draft).status_code == 303
    assert "Before it is lost" in ana.get("/threads/new").text


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/posts/preview", {"body": "x"}),
        ("/mentions/suggestions", {"typed": "x"}),
        ("/attachments", {}),
        ("/threads/new", THREAD),
    ],
)
def test_what_a_session_sends(course: Course, path: str, data: dict[str, str]) -> None:
    ana = course.visitor("Ana Ruiz")
    form = ana.form("/threads/new")
    answers = [ana.post(path, {**form, **data}) for _ in range(4)]
    assert all(it.status_code < 400 for it in answers[:3])
    check_refused(answers[3])
    assert ana.get("/threads").status_code == 200


def test_search(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    answers = [ana.get("/search", query_string={"q": "opening"}) for _ in range(4)]
    assert [it.status_code for it in answers[:3]] == [200] * 3
    check_refused(answers[3])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/lti/login"),
        ("POST", "/lti/login"),
        ("POST", "/lti/launch"),
        ("POST", "/lti/launch/finish"),
        ("POST", "/lti/notices"),
        ("GET", "/lti/register"),
        ("POST", "/lti/register"),
        ("POST", "/admin/sign-in"),
    ],
)
def test_before_anybody_is_known(course: Course, method: str, path: str) -> None:
    client: FlaskClient = course.app.test_client()
    answers = [client.open(path, method=method, base_url=TOOL) for _ in range(4)]
    assert 429 not in {it.status_code for it in answers[:3]}
    check_refused(answers[3])
    elsewhere = client.open(path, method=method, base_url=TOOL, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert elsewhere.status_code != 429


def test_an_administrators_code_is_not_used_up_by_a_refusal(
    course: Course, sessions: sessionmaker[Session]
) -> None:
    visit, code = AdministratorVisit(course.app), new_code(sessions)
    for _ in range(3):
        visit.sign_in("wrong")
    check_refused(visit.sign_in(code))
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert visit.sign_in(code).status_code == 303


def test_wrong_credentials_of_the_record_store(course: Course, sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as writing:
        (username, secret), (other, other_secret) = (
            add_credential(writing, label=label, can_write=False) for label in ("one", "other")
        )

    def ask(username: str, secret: str, **options: object) -> TestResponse:
        given = b64encode(f"{username}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {given}", "X-Experience-API-Version": "1.0.3"}
        return course.app.test_client().get("/xapi/statements", base_url=TOOL, headers=headers, **options)

    # Right ones are not counted.
    assert [ask(username, secret).status_code for _ in range(5)] == [200] * 5
    assert [ask(username, f"wrong {it}").status_code for it in range(3)] == [401] * 3
    refused = ask(username, secret)
    check_refused(refused)
    assert refused.json
    assert "too often" in str(refused.json)
    assert refused.headers["X-Experience-API-Version"]
    # Nobody else is locked out: neither by their username, nor from their address.
    assert ask(other, other_secret).status_code == 200
    assert ask(username, secret, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 200


def test_a_school_of_three_hundred_behind_one_address(
    settings: Settings, engine: Engine, tenant: Tenant
) -> None:
    """Within a minute, with the limits that hold when nothing is set."""
    client = limited_app(settings, engine).test_client()
    statuses = {client.post("/lti/launch", base_url=TOOL).status_code for _ in range(600)}
    statuses |= {client.get("/lti/login", base_url=TOOL).status_code for _ in range(300)}
    assert statuses == {400}


def test_the_address_behind_a_proxy(settings: Settings, engine: Engine, tenant: Tenant) -> None:
    """Is the one that the proxy adds, as many of them as are said to be there; nobody's own claim."""

    def statuses(app: Flask, *forwarded: str) -> list[int]:
        client = app.test_client()
        return [
            client.post("/lti/launch", base_url=TOOL, headers={"X-Forwarded-For": it}).status_code
            for it in forwarded
        ]

    claims = [f"198.51.100.{it}" for it in range(4)]
    assert 429 in statuses(limited_app(settings, engine, **FEW), *claims)
    behind = limited_app(settings, engine, **FEW, proxies=1)
    assert 429 not in statuses(behind, *claims)
    assert 429 in statuses(behind, *(f"{it}, 203.0.113.9" for it in claims))


def test_reading_pages_asks_no_counter(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    thread = ana.send("/threads/new", "/threads/new", THREAD).location.removeprefix(ana.base)
    with patch.object(MemoryStorage, "incr") as incr, patch.object(MemoryStorage, "get") as get:
        for path in ("/threads", thread, "/help", "/follow-ups", "/threads/new"):
            assert ana.get(path).status_code == 200
    assert (incr.call_count, get.call_count) == (0, 0)


def test_a_counter_that_does_not_answer_stops_nobody(
    settings: Settings, engine: Engine, sessions: sessionmaker[Session], tenant: Tenant
) -> None:
    """Meanwhile the process counts for itself."""
    nowhere = SecretStr("redis://127.0.0.1:1/0")
    course = Course(limited_app(settings, engine, **FEW, redis_url=nowhere), sessions, tenant)
    check_refused(post_four(course.visitor("Ana Ruiz")))


def test_every_route_that_writes_has_its_kind(app: Flask) -> None:
    writing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if {"POST", "PUT", "DELETE", "PATCH"} & (rule.methods or set())
    }
    without = {endpoint for endpoint in writing if kind_of(endpoint) is None}
    assert all(endpoint.startswith("record_store.") for endpoint in without)
    assert {kind_of(endpoint) for endpoint in app.view_functions} - {None} == set(Limit) - {Limit.CREDENTIALS}


@pytest.mark.parametrize("kind", Limit)
def test_a_limit_that_nobody_can_read(kind: Limit) -> None:
    with pytest.raises(ValidationError, match="60 per minute"):
        Settings.model_validate({"secret_key": SECRET, f"limit_{kind}": "often"})
