"""The floors under a thread's page: the same HTML, without session, rights or the service's queries.

Served as the tool is, with one thread. "/floor/memory" renders what the tool's own view gave to
its template once; "/floor/core" reads the page's posts by one SQLAlchemy Core query, on its own connection,
and renders them.
"""

import os
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Flask, g, render_template, template_rendered
from sqlalchemy import Table, select

from lti_tool.app import create_app
from lti_tool.conversation_pages.queries import POSTS_A_PAGE
from lti_tool.core.db import make_engine
from lti_tool.core.garbage import look_for_garbage_seldom
from lti_tool.people.models import Person
from lti_tool.posts.models import Post
from lti_tool.serving.application import InThreads
from lti_tool.settings import load_settings
from lti_tool.web.bodies import limits_of

_settings = load_settings()
_engine = make_engine(_settings.database_url or "")
app = create_app(_settings, engine=_engine)
served = InThreads(app, limits_of(app))
look_for_garbage_seldom()
_thread_id = UUID(os.environ["BENCH_THREAD"])
_TEMPLATE = "threads/show.html"
_OF_THE_REQUEST = {"db", "translations", "said", "csp_nonce"}
_held: dict[str, Any] = {}

_post: Any = Post.__table__
_person: Table = Person.__table__  # type: ignore[assignment]
_QUERY = (
    select(_post, _person.c.name)
    .join(_person, _person.c.id == _post.c.author_id)
    .where(_post.c.conversation_id == _thread_id, _post.c.is_opening.is_(False))
    .order_by(_post.c.id)
    .limit(POSTS_A_PAGE)
)


def _hold(_sender: Flask, template: Any, context: dict[str, Any], **_more: Any) -> None:
    if template.name == _TEMPLATE:
        own = {"g", "request", "session", "config"}
        _held["context"] = {name: value for name, value in context.items() if name not in own}
        _held["g"] = dict(vars(g._get_current_object()))  # noqa: SLF001


def _context() -> dict[str, Any]:
    """What the view gave, once and with session and rights; and who is signed in, for the templates."""
    if "context" not in _held:
        with template_rendered.connected_to(_hold, app):
            cookie = {"Cookie": f"segue_launch={os.environ['BENCH_SECRET']}"}
            path = f"/l/{os.environ['BENCH_LAUNCH']}/threads/{_thread_id}"
            with app.app_context():
                app.test_client(use_cookies=False).get(path, headers=cookie, base_url=_settings.base_url)
    for name, value in _held["g"].items():
        if name not in _OF_THE_REQUEST:
            setattr(g, name, value)
    context: dict[str, Any] = _held["context"]
    return context


@app.get("/floor/memory")
def render_from_memory() -> str:
    return render_template(_TEMPLATE, **_context())


@app.get("/floor/core")
def render_from_one_query() -> str:
    context = _context()
    page = context["page"]
    known = {post.id: post for post in page.replies.rows}
    with _engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        rows = connection.execute(_QUERY).all()
    posts = [
        replace(
            known[row.id],
            author=replace(known[row.id].author, name=row.name),
            number=row.number,
            created_at=row.created_at,
            body_html=row.body_html,
        )
        for row in rows
    ]
    return render_template(
        _TEMPLATE, **{**context, "page": replace(page, replies=replace(page.replies, rows=posts))}
    )
