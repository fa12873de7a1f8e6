"""Each kind of conversation is described whole, and what listens to posts hears of every kind."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.drafts.models import DraftKind
from lti_tool.mentions.models import Mention
from lti_tool.paths import static_dir
from lti_tool.posts.kinds import all_kinds, kind_of
from lti_tool.posts.models import ConversationKind, Post
from lti_tool.search.models import PostWords
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import ask_for_help, post_answer
from tests.threads.test_threads import post_thread


def post_of_each_sort(visitor: Visitor, key: ConversationKind, words: str) -> None:
    """An opening post and a further one, both with these words."""
    if key is ConversationKind.THREAD:
        path = post_thread(visitor, body=words)
        assert visitor.send(path, f"{path}/replies", {"body": words}).status_code == 303
    else:
        path = ask_for_help(visitor, trying_to=words, tried="Nothing yet")
        post_answer(visitor, path, words)


def test_every_kind_is_registered(app: Flask) -> None:
    assert {it.key for it in all_kinds()} == set(ConversationKind)


@pytest.mark.parametrize("key", ConversationKind)
def test_a_kind_has_a_page_an_icon_and_a_place_for_drafts(app: Flask, key: ConversationKind) -> None:
    kind = kind_of(key)
    assert {kind.id_name} in [it.arguments - {"launch_id"} for it in app.url_map.iter_rules(kind.endpoint)]
    assert kind.draft_of_further in set(DraftKind)
    icons = (static_dir() / "vendor/icons.svg").read_text(encoding="utf-8")
    assert f'id="i-{kind.icon}"' in icons


@pytest.mark.parametrize("key", ConversationKind)
def test_statements_mentions_and_search_hear_of_every_kind(
    course: Course, session: Session, key: ConversationKind
) -> None:
    course.visitor("Tom Becker")
    post_of_each_sort(course.visitor("Ana Ruiz"), key, "Ask @Tom Becker about the zebra")
    posts = set(session.scalars(select(Post.id)))
    assert len(posts) == 2
    assert posts <= set(session.scalars(select(StatementRow.subject_id)))
    assert set(session.scalars(select(Mention.post_id))) == posts
    assert set(session.scalars(select(PostWords.post_id))) == posts


def test_the_details_of_a_request_are_searched(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    ask_for_help(ana, trying_to="Open a talk", tried="Telling of the zebra")
    assert "Open a talk" in ana.get("/search?q=zebra").text
