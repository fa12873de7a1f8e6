"""What the record says of follow-ups."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.follow_ups.models import FollowUp, FollowUpReport
from lti_tool.posts.models import Post
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Course
from tests.follow_ups.planning import ACTION, BASE, CUE, in_days, plan, post_thread, report, statements
from xapi import vocabulary


def part_of(statement: dict[str, Any]) -> list[str]:
    """The follow-ups that it is a part of, by the profile of follow-ups; none where it does not name that."""
    categories = [it["id"] for it in statement["context"]["contextActivities"]["category"]]
    parts = statement["context"]["extensions"].get(vocabulary.SUBREGISTRATION, [])
    assert {part["profile"] for part in parts} == {*categories} & {vocabulary.FOLLOW_UPS_VERSION}
    return [part["subregistration"] for part in parts]


def test_the_statements_tell_what_was_planned_and_what_came_of_it(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_thread(ana)
    post = session.scalars(select(Post)).one()
    path = plan(tom, source=str(post.id))
    report(tom, path, "did", note="It worked")
    report(tom, path, "tried", due_on=in_days(9))
    report(tom, path, "not_yet")
    report(tom, path, "changed", cue="Jan calls", due_on=in_days(20))
    plan(tom)
    follow_up = session.scalars(select(FollowUp).where(FollowUp.source_post_id == post.id)).one()
    posted, planned, *reported, unsourced = statements(session)
    assert planned["id"] == str(follow_up.statement_id)
    assert planned["actor"]["account"] == {"homePage": "https://lms.example", "name": "tom-becker"}
    assert planned["verb"]["id"] == "https://w3id.org/xapi/tla/verbs/planned"
    profile = "https://segue-lti.github.io/xapi"
    thing = {"type": f"{profile}/activity-types/workplace-action"}
    assert planned["object"] == {
        "id": f"{BASE}/{follow_up.id}",
        "objectType": "Activity",
        "definition": thing,
    }
    assert planned["context"]["contextActivities"]["parent"] == [posted["object"]]
    assert "parent" not in unsourced["context"]["contextActivities"]
    assert planned["context"]["statement"]["id"] == posted["id"]
    assert "result" not in planned
    due_date, outcome = "https://w3id.org/xapi/tla/extensions/due_date", f"{profile}/extensions/outcome"
    assert planned["context"]["extensions"][due_date] == in_days(7)
    for statement in reported:
        assert statement["verb"]["id"] == "https://w3id.org/xapi/acrossx/verbs/reported"
        assert statement["object"] == planned["object"]
        assert statement["context"]["contextActivities"]["parent"] == [posted["object"]]
        assert statement["context"]["statement"]["id"] == planned["id"]
        assert statement["context"]["registration"] == planned["context"]["registration"]
    told = [
        (s["result"], s["context"]["extensions"][outcome], s["context"]["extensions"][due_date])
        for s in reported
    ]
    assert told == [
        ({"success": True, "completion": True}, "did", in_days(7)),
        ({"success": False, "completion": True}, "tried", in_days(9)),
        ({"completion": False}, "not_yet", in_days(9)),
        ({"completion": False}, "changed", in_days(20)),
    ]
    assert "statement" not in unsourced["context"]
    assert part_of(planned) == [str(follow_up.id)]
    assert {tuple(part_of(it)) for it in reported} == {(str(follow_up.id),)}
    assert part_of(unsourced) not in ([], part_of(planned))
    rows = session.execute(
        select(StatementRow.event, StatementRow.subject_id).order_by(StatementRow.created_at)
    ).all()
    reports = session.scalars(select(FollowUpReport.id).order_by(FollowUpReport.id)).all()
    assert rows[1:-1] == [
        ("follow_up_planned", follow_up.id),
        *(("outcome_reported", each) for each in reports),
    ]
    texts = json.dumps([planned, *reported, unsourced])
    for word in (CUE, ACTION, "It worked", "Jan calls"):
        assert word not in texts


def test_a_report_of_a_plan_that_was_not_recorded_is_no_part(course: Course, session: Session) -> None:
    """Whoever was a test user when they planned; without its plan it would break the profile's pattern."""
    path = plan(course.visitor("Ana Ruiz", is_test=True))
    assert statements(session) == []
    assert report(course.visitor("Ana Ruiz"), path, "did").status_code == 303
    (reported,) = statements(session)
    assert part_of(reported) == []
    assert "statement" not in reported["context"]
