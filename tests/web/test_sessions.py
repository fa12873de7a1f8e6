"""What proves a session: the cookie, the header that a tab without cookies sends, and nothing else."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.core.actor import Role
from lti_tool.core.db import unit_of_work
from lti_tool.core.secrets import digest
from lti_tool.launch.models import Launch
from lti_tool.launch.sessions import open_session
from lti_tool.posts.models import Conversation
from tests.conftest import QueryCounter
from tests.factories.entrances import ISSUER, Course, Visitor
from tests.threads.test_threads import THREAD

TOOL = "http://127.0.0.1:8000"
RETURN = f"{ISSUER}/courses/1"
ENDED = "Your session has ended"
ELSEWHERE = "You can't open this page here"


class Tab:
    """A tab in a browser that keeps no cookies: it sends what it keeps as a header."""

    def __init__(self, app: Flask, visitor: Visitor) -> None:
        cookie = visitor.client.get_cookie("segue_launch", domain="127.0.0.1", path=visitor.base)
        assert cookie is not None
        self.base, self.secret = visitor.base, cookie.value
        self.app = app

    def get(self, path: str, **headers: str) -> TestResponse:
        return self._open("GET", path, None, headers)

    def post(self, path: str, data: dict[str, str], **headers: str) -> TestResponse:
        return self._open("POST", path, data, headers)

    def _open(
        self, method: str, path: str, data: dict[str, str] | None, headers: dict[str, str]
    ) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.secret}", **headers}
        client = self.app.test_client(use_cookies=False)
        return client.open(self.base + path, method=method, data=data, headers=sent, base_url=TOOL)


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


@pytest.fixture
def tab(app: Flask, ana: Visitor) -> Tab:
    return Tab(app, ana)


def set_launch(sessions: sessionmaker[Session], visitor: Visitor, **values: object) -> None:
    with unit_of_work(sessions) as session:
        session.execute(update(Launch).where(Launch.id == visitor.actor.launch_id).values(**values))


def test_a_cookie_opens_the_page_and_asks_no_script(ana: Visitor) -> None:
    page = ana.get("/threads")
    assert page.status_code == 200
    assert "data-carrier" not in page.text
    assert not page.headers.getlist("Set-Cookie")


def test_the_header_opens_the_same_page_and_offers_the_cookie(ana: Visitor, tab: Tab) -> None:
    page = tab.get("/threads")
    assert page.status_code == 200
    assert re.search(r'<body [^>]*data-carrier="tab"', page.text)
    [cookie] = page.headers.getlist("Set-Cookie")
    assert cookie.startswith(f"segue_launch={tab.secret};")
    assert f"Path={ana.base}" in cookie
    assert tab.secret not in page.text


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic x", "bearer \x7f"])
def test_a_header_that_proves_nothing(tab: Tab, header: str) -> None:
    page = tab.get("/threads", Authorization=header)
    assert page.status_code == 401
    assert "data-carrier" not in page.text
    assert not page.headers.getlist("Set-Cookie")


def test_the_secret_of_one_launch_opens_no_other(app: Flask, course: Course, tab: Tab) -> None:
    other = Tab(app, course.visitor("Tom Becker"))
    tab.secret = other.secret
    assert tab.get("/threads").status_code == 401


def test_without_either_a_page_comes_that_is_nobodys(
    app: Flask, ana: Visitor, count_queries: QueryCounter
) -> None:
    stranger = app.test_client()
    with count_queries() as queries:
        page = stranger.get(f"{ana.base}/threads", base_url=TOOL)
    assert page.status_code == 401
    assert "js/arrive.js" in page.text
    assert "Ana" not in page.text
    assert ELSEWHERE in page.text
    assert ENDED not in page.text
    # Its policy holds for the page that is put in its place, so it names those who may frame that one.
    assert page.headers["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {ISSUER}")
    assert page.headers["Cache-Control"] == "no-store"
    assert len(queries) == 1


def test_of_an_unknown_launch_too(app: Flask) -> None:
    page = app.test_client().get(f"/l/{uuid4()}/threads", base_url=TOOL)
    assert page.status_code == 401
    assert ELSEWHERE in page.text


@pytest.mark.parametrize("values", [{"seen_at": timedelta(hours=-3)}, {"expires_at": timedelta(seconds=-1)}])
def test_once_a_visit_is_over_its_address_says_so_to_anybody(
    app: Flask, sessions: sessionmaker[Session], ana: Visitor, values: dict[str, timedelta]
) -> None:
    """Also to its own person, whose cookie is gone by then."""
    set_launch(sessions, ana, **{name: datetime.now(UTC) + by for name, by in values.items()})
    page = app.test_client().get(f"{ana.base}/threads", base_url=TOOL)
    assert ENDED in page.text
    assert ELSEWHERE not in page.text


def test_an_address_of_somebody_elses_visit_says_so(app: Flask, course: Course, ana: Visitor) -> None:
    """To somebody with a visit of their own, by a link, a form and a part of a page."""
    tom = course.visitor("Tom Becker")
    for page in (
        tom.client.get(f"{ana.base}/threads", base_url=TOOL),
        tom.client.post(f"{ana.base}/threads/new", data={"body": "Mine"}, base_url=TOOL),
        tom.client.get(f"{ana.base}/threads", headers={"HX-Request": "true"}, base_url=TOOL),
        tom.client.get(f"{ana.base}/threads", headers={"Authorization": "Bearer wrong"}, base_url=TOOL),
    ):
        assert page.status_code == 401
        assert ELSEWHERE in page.text
        assert "two hours" not in page.text


def test_a_form_that_is_sent_to_nobodys_page_comes_back_with_what_was_typed(app: Flask, ana: Visitor) -> None:
    typed = {
        "title": "</textarea><script>alert(1)</script>",
        "body": "Three\nlines\nof it",
        "submission": "x",
    }
    page = app.test_client().post(f"{ana.base}/threads/new", data=typed, base_url=TOOL)
    assert page.status_code == 401
    assert "Three\nlines\nof it</textarea>" in page.text
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text


def test_and_is_too_much_to_come_back(app: Flask, ana: Visitor) -> None:
    data = {"body": "x" * 1_100_000}
    page = app.test_client().post(f"{ana.base}/threads/new", data=data, base_url=TOOL)
    assert page.status_code == 401
    assert "xxx" not in page.text


@pytest.mark.parametrize("by", ["cookie", "header"])
def test_the_way_back_is_offered_to_the_one_whose_session_it_was(
    app: Flask, sessions: sessionmaker[Session], ana: Visitor, tab: Tab, by: str
) -> None:
    set_launch(sessions, ana, return_url=RETURN, seen_at=datetime.now(UTC) - timedelta(hours=3))
    page = ana.get("/threads") if by == "cookie" else tab.get("/threads")
    assert page.status_code == 401
    assert ENDED in page.text
    link = f'href="{RETURN}" target="_top">Return to your course</a>'
    assert link in page.text
    panel = (
        ana.post("/threads/new", {}, headers={"HX-Request": "true"})
        if by == "cookie"
        else tab.post("/threads/new", {})
    )
    assert panel.status_code == 401
    assert panel.text.lstrip().startswith('<div class="panel problem"')
    assert link in panel.text
    stranger = app.test_client()
    stranger.set_cookie("segue_launch", "wrong", domain="127.0.0.1", path=ana.base)
    assert RETURN not in stranger.get(f"{ana.base}/threads", base_url=TOOL).text


def test_a_tab_is_told_where_to_go_with_the_anchor(ana: Visitor, tab: Tab, session: Session) -> None:
    answer = tab.post("/threads/new", {**ana.form("/threads/new"), **THREAD})
    assert answer.status_code == 200
    assert answer.text == ""
    assert answer.location is None
    thread = session.scalars(select(Conversation.id)).one()
    assert answer.headers["Segue-Next"] == f"{ana.base}/threads/{thread}"
    reply = tab.post(f"/threads/{thread}/replies", {**ana.form("/threads/new"), "body": "Here."})
    assert re.search(r"\?at=[0-9a-f-]+#post-[0-9a-f-]+$", reply.headers["Segue-Next"])


def test_a_tab_that_sends_twice_makes_one_row(ana: Visitor, tab: Tab, session: Session) -> None:
    data = {**ana.form("/threads/new"), **THREAD}
    first, second = tab.post("/threads/new", data), tab.post("/threads/new", data)
    assert first.headers["Segue-Next"] == second.headers["Segue-Next"]
    assert session.scalar(select(func.count()).select_from(Conversation)) == 1


def test_htmx_gets_its_parts_in_such_a_tab_too(ana: Visitor, tab: Tab) -> None:
    path = ana.send("/threads/new", "/threads/new", THREAD).location or ""
    thread = path.removeprefix(ana.base)
    data = {**ana.form("/threads/new"), "body": "Here."}
    part = tab.post(f"{thread}/replies", data, **{"HX-Request": "true"})
    assert part.status_code == 200
    assert part.text.lstrip().startswith("<li>")
    whole = tab.post(
        f"{thread}/replies", {**data, "body": ""}, **{"HX-Request": "true", "HX-Boosted": "true"}
    )
    assert whole.status_code == 422
    assert whole.text.startswith("<!DOCTYPE html>")


def test_a_foreign_form_is_refused_by_header_as_by_cookie(tab: Tab, session: Session) -> None:
    answer = tab.post("/threads/new", dict(THREAD))
    assert answer.status_code == 422
    assert session.scalar(select(func.count()).select_from(Conversation)) == 0


def test_a_lower_role_holds_in_older_sessions_at_once(
    course: Course, sessions: sessionmaker[Session], session: Session
) -> None:
    older = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    elsewhere = course.visitor("Ines Koch", role=Role.INSTRUCTOR, context_id="course-2")
    colleague = course.visitor("Tom Becker", role=Role.INSTRUCTOR)
    with unit_of_work(sessions) as writing:
        values = dict(
            writing.execute(select(Launch.__table__).filter_by(id=older.actor.launch_id)).one()._mapping
        )
        open_session(writing, **{**values, "id": uuid4(), "role": Role.LEARNER})

    def role_of(launch_id: UUID) -> str | None:
        return session.scalar(select(Launch.role).filter_by(id=launch_id))

    roles = [role_of(it.actor.launch_id) for it in (older, elsewhere, colleague)]
    assert roles == ["learner", "instructor", "instructor"]


def scripts(page: TestResponse) -> list[str]:
    return re.findall(r"<script\b[^>]*>", page.text)


def test_scripts_run_by_a_nonce_that_each_answer_has_of_its_own(app: Flask, ana: Visitor) -> None:
    nonces = set()
    for page in (
        ana.get("/threads"),
        ana.get("/help/new"),
        ana.get("/help/new"),
        app.test_client().get(f"{ana.base}/threads", base_url=TOOL),
    ):
        found = re.search(
            r"script-src 'nonce-([\w-]{22})' 'strict-dynamic';", page.headers["Content-Security-Policy"]
        )
        assert found
        nonces.add(found[1])
        tags = [tag for tag in scripts(page) if 'type="application/json"' not in tag]
        assert tags
        assert all(f'nonce="{found[1]}"' in tag for tag in tags)
        assert not re.search(r'\son\w+="|style="|href="javascript:', page.text)
    assert len(nonces) == 4


def test_the_rest_of_the_policy(ana: Visitor) -> None:
    headers = ana.get("/threads").headers
    assert re.sub(r"nonce-[\w-]+", "nonce", headers["Content-Security-Policy"]) == (
        "default-src 'none'; script-src 'nonce' 'strict-dynamic'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self' {ISSUER}"
    )
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "X-Frame-Options" not in headers


def test_a_session_is_known_by_a_digest_alone(ana: Visitor, tab: Tab, session: Session) -> None:
    kept = session.scalars(select(Launch.secret_digest).filter_by(id=ana.actor.launch_id)).one()
    assert kept == digest(tab.secret)
    assert tab.secret not in kept


def test_a_header_is_worth_no_more_than_its_session(
    ana: Visitor, tab: Tab, sessions: sessionmaker[Session]
) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2, minutes=1)):
        assert tab.get("/threads").status_code == 401
