"""What the record says of help requests."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.acceptance.models import Acceptance
from lti_tool.core import clock
from lti_tool.posts.models import Conversation, ConversationChange, Post
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Course
from tests.help_requests.asking import FIX, A, ask_for_help, post_answer, statements


def test_the_statements_tell_who_did_what_to_what(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    began = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with clock.at(began):
        path = ask_for_help(ana)
    with clock.at(began + timedelta(minutes=70)):
        post_id = post_answer(tom, path)
        ana.send(path, f"{path}/answers/{post_id}/accept", {})
    with clock.at(began + timedelta(minutes=130, seconds=5)):
        ana.send(path, f"{path}/resolve", FIX)
    rows = session.scalars(select(StatementRow).order_by(StatementRow.seq)).all()
    asked, replied, accepted, resolved = made = statements(session)
    conversation = session.scalars(select(Conversation)).one()
    acceptance = session.scalars(select(Acceptance)).one()
    opening, answer = session.scalars(select(Post).order_by(Post.id)).all()
    assert [(row.event, row.subject_id) for row in rows] == [
        ("help_asked", opening.id),
        ("answer_posted", answer.id),
        ("answer_accepted", acceptance.id),
        ("request_resolved", session.scalars(select(ConversationChange.id)).one()),
    ]
    assert [statement["verb"]["id"] for statement in made] == [
        "http://adlnet.gov/expapi/verbs/asked",
        "http://id.tincanapi.com/verb/replied",
        "http://activitystrea.ms/accept",
        "http://activitystrea.ms/resolve",
    ]
    doubt = {
        "objectType": "Activity",
        "id": f"{A}/{conversation.id}",
        "definition": {"type": "http://id.tincanapi.com/activitytype/doubt"},
    }
    solution = {
        "objectType": "Activity",
        "id": f"{A}/{answer.id}",
        "definition": {"type": "http://id.tincanapi.com/activitytype/solution"},
    }
    assert [without_kind(statement["object"]) for statement in made] == [
        without_kind(thing) for thing in (doubt, solution, solution, doubt)
    ]
    parents = [
        [one["id"] for one in statement["context"]["contextActivities"]["parent"]] for statement in made
    ]
    assert parents == [
        [f"{A}/{conversation.placement_id}"],
        [doubt["id"]],
        [doubt["id"]],
        [f"{A}/{conversation.placement_id}"],
    ]
    assert [statement["id"] for statement in made[:2]] == [
        str(opening.statement_id),
        str(answer.statement_id),
    ]
    assert [statement["context"].get("statement", {}).get("id") for statement in made] == [
        None,
        asked["id"],
        replied["id"],
        asked["id"],
    ]
    assert [statement["actor"]["account"]["name"] for statement in made] == [
        "ana-ruiz",
        "tom-becker",
        "ana-ruiz",
        "ana-ruiz",
    ]
    wanted = "https://segue-lti.github.io/xapi/extensions/help-wanted"
    assert asked["context"]["extensions"][wanted] == "example"
    assert "result" not in accepted
    assert resolved["result"] == {"success": True, "duration": "PT2H10M5S"}
    assert resolved["timestamp"] == "2026-03-02T11:10:05.000Z"
    texts = json.dumps(made, ensure_ascii=False)
    for written in (
        "manager",
        "deadlines",
        "facts",
        "listens",
        "manage fine",
        "shared history",
        "changed first",
    ):
        assert written not in texts


def without_kind(thing: dict[str, Any]) -> dict[str, Any]:
    """`objectType` may be left out of an Activity."""
    return {key: value for key, value in thing.items() if key != "objectType"}
