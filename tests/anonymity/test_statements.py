"""Statements of what somebody does anonymously: the tool's own account, and nothing that leads to them."""

import json
from typing import Any

from sqlalchemy import select

from lti_tool.statements.models import StatementRow
from tests.anonymity.world import ANONYMOUS, SUB, World
from tests.help_requests.asking import FIX, post_answer
from tests.marks.test_marks import give, take_back
from xapi import vocabulary

TOOL = "http://127.0.0.1:8000"


def rows(world: World) -> list[StatementRow]:
    world.session.expire_all()
    return list(world.session.scalars(select(StatementRow).order_by(StatementRow.seq)))


def accounts(world: World) -> list[str]:
    """By which name each act was told of; all but the anonymous ones must not be there."""
    found = []
    for row in rows(world):
        statement: dict[str, Any] = json.loads(row.body)
        account = statement["actor"]["account"]
        assert account["homePage"] == TOOL, row.event
        assert row.person_id is None
        context = statement["context"]
        assert "registration" not in context
        assert "language" not in context
        assert vocabulary.SESSION_ID not in context.get("extensions", {})
        assert not [told for told in world.identifying() if told in row.body], row.event
        assert str(world.author.actor.person_id) not in str(vars(row))
        found.append(account["name"])
    return found


def test_everything_that_an_author_does_with_their_thread(world: World) -> None:
    path = world.thread(body="With @Tom Becker")
    post_id = world.opening(path)
    world.reply(world.author, path, "And this too.", **ANONYMOUS)
    edit, note = f"/posts/{post_id}/edit", "It held."
    world.author.send(edit, edit, {"title": "T", "body": "Changed, for @Tom Becker", "revision": "1"})
    assert give(world.author, post_id, "used", note) == 303
    assert take_back(world.author, post_id, "used") == 303
    for act, data in (("tags", {"tags": "one"}), ("close", {"reason": "Done"}), ("reopen", {})):
        assert world.author.send(path, f"{path}/{act}", data).status_code == 303
    assert world.author.send(path, f"/posts/{post_id}/withdraw", {}).status_code == 303
    events = [row.event for row in rows(world)]
    assert events == [
        "thread_posted",
        "mentioned",
        "reply_posted",
        "post_edited",
        "mark_given",
        "mark_taken_back",
        "thread_tagged",
        "thread_closed",
        "thread_reopened",
        "post_withdrawn",
    ]
    assert len(set(accounts(world))) == 1


def test_everything_that_somebody_does_with_their_question(world: World) -> None:
    path = world.request()
    answer = post_answer(world.peer, path)
    world.author.send(path, f"{path}/answers/{answer}/accept", {})
    world.author.send(path, f"{path}/resolve", FIX)
    world.reply(world.author, path, "And this too.", **ANONYMOUS)
    answers = select(StatementRow).filter_by(event="answer_posted").order_by(StatementRow.seq)
    peers = world.session.scalars(answers).first()
    assert peers
    assert peers.person_id == world.peer.actor.person_id
    world.session.delete(peers)
    world.session.commit()
    assert [row.event for row in rows(world)] == [
        "help_asked",
        "answer_accepted",
        "request_resolved",
        "answer_posted",
    ]
    assert len(set(accounts(world))) == 1


def test_two_conversations_of_one_person_have_two_accounts(world: World) -> None:
    world.thread(title="One")
    world.thread(title="Two")
    world.request()
    assert len(set(accounts(world))) == 3


def test_the_activity_is_the_conversations_not_the_one_they_came_by(world: World) -> None:
    path = world.thread()
    elsewhere = world.course.visitor(world.author.actor.name, sub=SUB, link="link-2")
    world.reply(elsewhere, path, "From elsewhere", **ANONYMOUS)
    (_, reply) = rows(world)
    assert str(elsewhere.actor.placement_id) not in reply.body
    assert str(world.author.actor.placement_id) in reply.body


def test_under_ones_name_it_is_told_as_ever(world: World) -> None:
    """Also in a conversation where one is anonymous otherwise."""
    path = world.thread()
    world.reply(world.author, path, "Under my name.", post_as="name")
    (_, reply) = rows(world)
    assert json.loads(reply.body)["actor"]["account"]["name"] == SUB
    assert reply.person_id == world.author.actor.person_id
