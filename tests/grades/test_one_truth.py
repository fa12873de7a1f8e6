"""What an activity is out of: one truth, wherever it was changed last."""

import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Placement
from lti_tool.grades.models import LineItem, Problem
from tests.factories.entrances import Visitor
from tests.grades.conftest import ANA, COURSE, GRADED, INES, UNGRADED, Gradebook
from tests.grades.test_line_items import ITEMS, asked
from tests.grades.test_sending import give
from tests.help_requests.asking import ask_for_help

DELETED = "was deleted from the gradebook"


@pytest.fixture
def ines(gradebook: Gradebook) -> Visitor:
    """Staff of the activity that the LMS has a column for, out of 10."""
    return gradebook.enter(INES, GRADED)


@pytest.fixture
def ana(gradebook: Gradebook) -> Visitor:
    return gradebook.enter(ANA, GRADED)


def come_again(gradebook: Gradebook) -> Visitor:
    """Half a minute later; what the launch asks for is done."""
    with unit_of_work(gradebook.sessions) as session:
        session.execute(update(LineItem).values(checked_at=None))
    visitor = gradebook.enter(INES, GRADED)
    assert gradebook.send() is None
    return visitor


def change_there(gradebook: Gradebook, **changes: Any) -> None:
    """As a teacher does in the gradebook."""
    column = gradebook.column_of(GRADED)
    state = gradebook.lms.lms.state
    assert state.replace_line_item(COURSE, column, {**gradebook.columns()[column], **changes})


def set_up(ines: Visitor, points: str) -> int:
    data = {"activity": "discussion", "prompt": "", "points": points}
    return ines.send("/activity", "/activity", data).status_code


def shown(ines: Visitor) -> tuple[str, bool]:
    """What the set-up says, and whether the page of points says the same."""
    page = ines.get("/activity").text
    points = page.partition('name="points"')[2].partition('value="')[2].partition('"')[0]
    return points, f"Maximum {points}." in ines.get("/grades").text


def test_what_the_platform_has_is_shown_before_any_score(gradebook: Gradebook, ines: Visitor) -> None:
    assert gradebook.send() is None
    assert shown(ines) == ("10", True)
    assert [method for method, _ in asked(gradebook)] == ["GET"]


@pytest.mark.parametrize(("there", "expected"), [(25, "25"), (12.5, "12.5"), (5000, "5000")])
def test_a_maximum_that_was_changed_there_counts_here(
    gradebook: Gradebook, ines: Visitor, there: float, expected: str
) -> None:
    assert set_up(ines, "20") == 303
    gradebook.send()
    assert gradebook.columns()[gradebook.column_of(GRADED)]["scoreMaximum"] == 20
    change_there(gradebook, scoreMaximum=there)
    ines = come_again(gradebook)
    page = ines.get("/activity").text
    assert f'value="{expected}"' in page
    with gradebook.sessions() as session:
        assert session.get_one(LineItem, ines.actor.placement_id).maximum == Decimal(str(there))
    assert gradebook.columns()[gradebook.column_of(GRADED)]["scoreMaximum"] == there
    # To save the page as it is changes nothing there.
    assert set_up(ines, expected) == 303
    gradebook.send()
    assert gradebook.columns()[gradebook.column_of(GRADED)]["scoreMaximum"] == there


def test_points_that_are_changed_here_are_told_at_once(gradebook: Gradebook, ines: Visitor) -> None:
    gradebook.send()
    assert set_up(ines, "30") == 303
    gradebook.send()
    assert gradebook.columns()[gradebook.column_of(GRADED)]["scoreMaximum"] == 30
    assert shown(ines) == ("30", True)


def test_a_column_that_was_deleted_there_is_said_and_not_made_by_a_contribution(
    gradebook: Gradebook, ines: Visitor, ana: Visitor
) -> None:
    give(gradebook, ines, ana, "5")
    gradebook.send()
    gradebook.lms.lms.state.delete_line_item(COURSE, gradebook.column_of(GRADED))
    ines = come_again(gradebook)
    for path in ("/grades", "/activity"):
        assert DELETED in ines.get(path).text
    ask_for_help(gradebook.enter(ANA, GRADED))
    gradebook.send()
    assert not any(item.get("resourceLinkId") == GRADED.id for item in gradebook.columns().values())
    give(gradebook, ines, ana, "6")
    gradebook.send()
    assert gradebook.kept(ANA)["scoreGiven"] == 6  # type: ignore[index]
    assert DELETED not in ines.get("/grades").text


def test_an_activity_that_was_deleted_there_is_said(
    gradebook: Gradebook, ines: Visitor, ana: Visitor
) -> None:
    give(gradebook, ines, ana, "5")
    gradebook.send()
    gradebook.lms.lms.state.delete_line_item(COURSE, gradebook.column_of(GRADED))
    passes_on = gradebook.lms.server.answer

    def without_the_link(request: Request) -> Response:
        if (request.method, request.path) == ("POST", ITEMS):
            body = json.dumps({"error": "not_found"})
            return Response(body, 404, content_type="application/json")
        return passes_on(request)

    gradebook.lms.server.answer = without_the_link
    give(gradebook, ines, ana, "6")
    assert gradebook.send() is None
    assert gradebook.score(ana.actor.person_id).problem is Problem.NO_ACTIVITY
    assert "is no longer in the course" in ines.get("/grades").text


def test_points_chosen_with_the_activity_give_way_to_a_change_there(
    gradebook: Gradebook, ines: Visitor
) -> None:
    """The platform had them with the choice; the instructor changed the column since."""
    with unit_of_work(gradebook.sessions) as session:
        session.execute(
            update(Placement)
            .filter_by(id=ines.actor.placement_id)
            .values(settings={"points": 40}, copied_from_id=ines.actor.placement_id)
        )
    gradebook.change_placement(ines.actor, activity="discussion")
    ines = come_again(gradebook)
    assert shown(ines) == ("10", True)


def test_a_learner_who_comes_asks_nothing_of_the_gradebook(gradebook: Gradebook) -> None:
    gradebook.enter(ANA, GRADED)
    gradebook.send()
    assert asked(gradebook) == []


def test_no_column_is_made_only_to_look(gradebook: Gradebook) -> None:
    ines = gradebook.enter(INES, UNGRADED)
    gradebook.change_placement(ines.actor, settings={"points": 20})
    ines = gradebook.enter(INES, UNGRADED)
    before = gradebook.columns()
    assert gradebook.send() is None
    assert gradebook.columns() == before
    assert DELETED not in ines.get("/grades").text
