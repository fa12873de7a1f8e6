"""The floors under a thread's page: the same HTML, without session, rights or the service's queries.

Served by granian as the tool is. "/floor/memory" renders a page's contents that it holds; "/floor/core" reads
the page's posts by one SQLAlchemy Core query, on a connection of its own, and renders them.
"""

import os
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import g, render_template
from sqlalchemy import select

from lti_tool.app import create_app
from lti_tool.core.db import make_engine
from lti_tool.launch.sessions import find_actor
from lti_tool.people.models import Person
from lti_tool.posts.authors import Author
from lti_tool.posts.models import Post
from lti_tool.posts.queries import POSTS_A_PAGE, PostView, Replies
from lti_tool.settings import load_settings
from lti_tool.threads import queries
from lti_tool.threads.forms import ChangeForm, CloseForm, ReplyForm, TagsForm
from lti_tool.web.transaction import db

_settings = load_settings()
_engine = make_engine(_settings.database_url or "")
app = create_app(_settings, engine=_engine)
_held: dict[str, Any] = {}
_thread_id, _launch_id = UUID(os.environ["BENCH_THREAD"]), UUID(os.environ["BENCH_LAUNCH"])

_post, _person = Post.__table__, Person.__table__
_QUERY = (
    select(
        _post.c.id,
        _post.c.number,
        _post.c.created_at,
        _post.c.body_html,
        _post.c.in_reply_to_id,
        _post.c.author_id,
        _post.c.author_role,
        _person.c.name,
    )
    .join(_person, _person.c.id == _post.c.author_id)
    .where(_post.c.conversation_id == _thread_id, _post.c.is_opening.is_(False))
    .order_by(_post.c.id)
    .limit(POSTS_A_PAGE)
)


def _page() -> queries.ThreadPage:
    """Read once, with session and rights; held from then on."""
    g.launch_id = _launch_id
    if "page" not in _held:
        actor = find_actor(db(), launch_id=_launch_id, secret=os.environ["BENCH_SECRET"])
        assert actor is not None
        _held["actor"] = actor
        _held["page"] = queries.thread_page(db(), actor, _thread_id, place=queries.Place())
        _held["in_reply_to"] = {post.id: post.in_reply_to for post in _held["page"].replies.rows}
    g.actor = _held["actor"]
    page: queries.ThreadPage = _held["page"]
    return page


def _render(page: queries.ThreadPage) -> str:
    return render_template(
        "threads/show.html",
        page=page,
        form=ReplyForm.empty(),
        close_form=CloseForm.empty(),
        tags_form=TagsForm.holding(tags=""),
        change_form=ChangeForm.empty(),
    )


@app.get("/floor/memory")
def render_from_memory() -> str:
    return _render(_page())


@app.get("/floor/core")
def render_from_one_query() -> str:
    page = _page()
    with _engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        rows = connection.execute(_QUERY).all()
    posts = [
        PostView(
            id=row.id,
            number=row.number,
            author=Author(name=row.name, role=row.author_role, person_id=row.author_id, is_self=False),
            created_at=row.created_at,
            body_html=row.body_html,
            in_reply_to_id=row.in_reply_to_id,
            in_reply_to=_held["in_reply_to"][row.id],
            is_unread=True,
        )
        for row in rows
    ]
    return _render(replace(page, replies=Replies(posts, 0, None)))
