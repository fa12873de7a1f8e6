"""The gradebook's column for an activity: the known one, one that is there, or a new one."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Activity, Placement, PlannedActivity
from lti_tool.demo.lms.vocabulary import LINE_ITEM_CONTAINER, SCOPE_LINE_ITEM_READ, SCOPE_SCORE
from lti_tool.grades.asking import below, origin
from lti_tool.grades.models import LineItem, Problem
from tests.factories.entrances import Visitor
from tests.grades.conftest import ANA, COURSE, GRADED, INES, UNGRADED, Gradebook
from tests.grades.test_sending import give, scores_sent
from tests.servers import Counterpart, serving

ITEMS = f"/ags/{COURSE.key}/lineitems"
Change = Callable[[Response], Response]


@pytest.fixture
def ana(gradebook: Gradebook) -> Visitor:
    return gradebook.enter(ANA, UNGRADED)


@pytest.fixture
def ines(gradebook: Gradebook) -> Visitor:
    """Staff of an activity that the LMS has no column for, and that is out of 20 here."""
    ines = gradebook.enter(INES, UNGRADED)
    gradebook.change_placement(ines.actor, settings={"points": 20})
    return ines


def asked(gradebook: Gradebook) -> list[tuple[str, str]]:
    """What was asked of the gradebook, in order."""
    requests = gradebook.lms.server.requests
    return [(one.method, one.path) for one in requests if one.path.startswith("/ags/")]


def answer_items(gradebook: Gradebook, **changes: Change) -> None:
    """The LMS, with its answers at the line items changed by method."""
    passes_on = gradebook.lms.server.answer

    def answer(request: Request) -> Response:
        answered = passes_on(request)
        change = changes.get(request.method)
        return change(answered) if change and request.path.startswith(ITEMS) else answered

    gradebook.lms.server.answer = answer


def says(status: int) -> Change:
    return lambda _answer: Response("", status)


def with_items(change: Callable[[list[Any]], Any]) -> Change:
    """The list of line items, changed."""

    def changed(answer: Response) -> Response:
        body = json.dumps(change(json.loads(answer.get_data())))
        return Response(body, answer.status_code, content_type=answer.content_type)

    return changed


def test_a_column_is_made_once_for_all_scores_of_an_activity(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    give(gradebook, ines, ana, "15")
    gradebook.send()
    column = gradebook.columns()[gradebook.column_of(UNGRADED)]
    assert column == {
        "label": UNGRADED.title,
        "scoreMaximum": 20,
        "resourceLinkId": UNGRADED.id,
        "resourceId": f"segue:{ines.actor.placement_id}",
    }
    assert gradebook.kept(ANA, UNGRADED)["scoreGiven"] == 15  # type: ignore[index]
    give(gradebook, ines, ana, "16")
    gradebook.send()
    assert [method for method, _ in asked(gradebook)] == ["GET", "POST", "POST", "POST"]
    assert gradebook.kept(ANA, UNGRADED)["scoreGiven"] == 16  # type: ignore[index]


def test_a_column_that_a_dead_worker_made_is_found_and_not_made_again(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    """The platform made it, and the worker ended (or its answer was lost) before we knew."""
    lms = gradebook.lms.server.answer
    answer_items(gradebook, POST=says(504))
    give(gradebook, ines, ana, "15")
    assert gradebook.send() is not None
    assert gradebook.column_of(UNGRADED)
    gradebook.lms.server.answer = lms
    gradebook.let_time_pass()
    assert gradebook.send() is None
    assert gradebook.kept(ANA, UNGRADED)["scoreGiven"] == 15  # type: ignore[index]


def test_our_column_is_found_on_a_later_page(gradebook: Gradebook, ana: Visitor, ines: Visitor) -> None:
    """Platforms ignore filters, and cut into pages: 150 others come first."""
    state = gradebook.lms.lms.state
    for number in range(150):
        state.add_line_item(COURSE, {"label": str(number), "scoreMaximum": 1, "resourceLinkId": UNGRADED.id})
    ours = state.add_line_item(
        COURSE,
        {
            "label": UNGRADED.title,
            "scoreMaximum": 20,
            "resourceLinkId": UNGRADED.id,
            "resourceId": f"segue:{ines.actor.placement_id}",
        },
    )
    give(gradebook, ines, ana, "15")
    gradebook.send()
    assert state.scores(ours)[ANA.sub]["scoreGiven"] == 15
    assert [method for method, _ in asked(gradebook)] == ["GET", "GET", "POST"]


def test_the_only_column_of_the_link_is_taken_whoever_made_it(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    """Deep linking makes one, under a resource id of its own; its name stays the instructor's."""
    made = gradebook.lms.lms.state.add_line_item(
        COURSE,
        {
            "label": "Week 3",
            "scoreMaximum": 5,
            "resourceLinkId": UNGRADED.id,
            "resourceId": "planned",
            "tag": "t",
        },
    )
    give(gradebook, ines, ana, "15")
    gradebook.send()
    column = gradebook.columns()[made]
    assert gradebook.kept(ANA, UNGRADED)["scoreGiven"] == 15  # type: ignore[index]
    assert (column["label"], column["scoreMaximum"], column["tag"]) == ("Week 3", 20, "t")


def plan(gradebook: Gradebook, ines: Visitor) -> str:
    """As if the activity had been chosen in the platform's dialogue: by this id it was named there."""
    with unit_of_work(gradebook.sessions) as session:
        planned = PlannedActivity(
            author_id=ines.actor.person_id,
            submission_key=uuid4(),
            registration_id=ines.actor.registration_id,
            course_id=ines.actor.course_id,
            activity=Activity.DISCUSSION,
            title=UNGRADED.title,
            settings={"points": 20},
        )
        session.add(planned)
        session.flush()
        here = update(Placement).filter_by(id=ines.actor.placement_id)
        session.execute(here.values(planned_activity_id=planned.id))
        return str(planned.id)


@pytest.mark.parametrize("is_linked", [True, False])
def test_the_column_that_the_platform_made_from_the_choice_is_the_activitys(
    gradebook: Gradebook, ana: Visitor, ines: Visitor, *, is_linked: bool
) -> None:
    """Also beside another one of the link, where no launch says which; and where it is tied to no link."""
    state = gradebook.lms.lms.state
    link = {"resourceLinkId": UNGRADED.id}
    state.add_line_item(COURSE, {"label": "Attendance", "scoreMaximum": 5, **link})
    made = state.add_line_item(
        COURSE,
        {
            "label": "Week 3",
            "scoreMaximum": 20,
            "resourceId": plan(gradebook, ines),
            "tag": "discussion",
            **(link if is_linked else {}),
        },
    )
    if not is_linked:
        state.add_line_item(COURSE, {"label": "Homework", "scoreMaximum": 5, **link})
    before = gradebook.columns()
    give(gradebook, ines, ana, "15")
    gradebook.send()
    assert state.scores(made)[ANA.sub]["scoreGiven"] == 15
    assert gradebook.columns() == before


def test_another_links_column_of_the_same_choice_is_not_taken(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    """Somebody duplicated the activity in the course: both links name the same choice."""
    twin = gradebook.lms.lms.state.add_line_item(
        COURSE,
        {
            "label": "Twin",
            "scoreMaximum": 20,
            "resourceId": plan(gradebook, ines),
            "resourceLinkId": GRADED.id,
        },
    )
    give(gradebook, ines, ana, "15")
    gradebook.send()
    assert gradebook.lms.lms.state.scores(twin) == {}
    assert gradebook.kept(ANA, UNGRADED)["scoreGiven"] == 15  # type: ignore[index]


def test_a_column_that_we_make_can_be_reviewed(gradebook: Gradebook, ana: Visitor, ines: Visitor) -> None:
    sent: list[dict[str, Any]] = []
    passes_on = gradebook.lms.server.answer

    def listen(request: Request) -> Response:
        if (request.method, request.path) == ("POST", ITEMS):
            sent.append(json.loads(request.get_data()))
        return passes_on(request)

    gradebook.lms.server.answer = listen
    give(gradebook, ines, ana, "15")
    gradebook.send()
    reviewable = {"reviewableStatus": ["InProgress", "Submitted", "Completed"]}
    assert [item["submissionReview"] for item in sent] == [reviewable]


def test_title_and_points_that_change_here_change_the_column(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    give(gradebook, ines, ana, "15")
    gradebook.send()
    with unit_of_work(gradebook.sessions) as session:
        session.execute(
            update(Placement)
            .filter_by(id=ines.actor.placement_id)
            .values(title="Openings", settings={"points": 8})
        )
    give(gradebook, ines, ana, "4")
    gradebook.send()
    column = gradebook.columns()[gradebook.column_of(UNGRADED)]
    assert (column["label"], column["scoreMaximum"]) == ("Openings", 8)
    assert column["resourceId"] == f"segue:{ines.actor.placement_id}"


def test_a_column_of_the_platforms_is_left_as_it_is_where_nobody_chose_points_here(
    gradebook: Gradebook,
) -> None:
    """The launch names it; what it is out of is learned from it."""
    ana, ines = gradebook.enter(ANA, GRADED), gradebook.enter(INES, GRADED)
    before = gradebook.columns()
    give(gradebook, ines, ana, "50")  # out of 100, until we have looked
    gradebook.send()
    assert gradebook.columns() == before
    kept = gradebook.kept(ANA)
    assert kept is not None
    assert (kept["scoreGiven"], kept["scoreMaximum"]) == (50, 100)
    with gradebook.sessions() as session:
        column = session.get_one(LineItem, ines.actor.placement_id)
        assert column.maximum == 10
    assert "Maximum 10." in ines.get("/grades").text


def test_a_column_that_vanished_is_looked_for_once_and_made_anew(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    give(gradebook, ines, ana, "15")
    gradebook.send()
    gradebook.lms.lms.state.delete_line_item(COURSE, gradebook.column_of(UNGRADED))
    give(gradebook, ines, ana, "16")
    assert gradebook.send() is None
    assert gradebook.kept(ANA, UNGRADED)["scoreGiven"] == 16  # type: ignore[index]
    assert [method for method, _ in asked(gradebook)][-4:] == ["POST", "GET", "POST", "POST"]


def test_an_activity_that_takes_no_column_is_said_to_staff(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    answer_items(gradebook, POST=says(404))
    give(gradebook, ines, ana, "15")
    assert gradebook.send() is None
    assert gradebook.score(ana.actor.person_id).problem is Problem.NO_ACTIVITY


@pytest.mark.parametrize("scopes", [[SCOPE_SCORE], [SCOPE_SCORE, SCOPE_LINE_ITEM_READ]])
def test_where_no_column_may_be_made_the_score_is_kept_and_staff_are_told(
    gradebook: Gradebook, ana: Visitor, ines: Visitor, scopes: list[str]
) -> None:
    gradebook.change_course(ines.actor, service_scopes=scopes)
    give(gradebook, ines, ana, "15")
    assert gradebook.send() is None
    assert scores_sent(gradebook) == []
    assert gradebook.score(ana.actor.person_id).problem is Problem.NO_LINE_ITEM
    assert "has no permission to add one" in ines.get("/grades").text


def test_a_platform_without_the_service_is_asked_nothing(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    gradebook.change_course(ines.actor, line_items_url=None)
    give(gradebook, ines, ana, "15")
    assert gradebook.send() is None
    assert asked(gradebook) == []
    assert gradebook.score(ana.actor.person_id).problem is Problem.NO_LINE_ITEM


def test_a_known_column_takes_scores_also_where_it_may_not_be_read(gradebook: Gradebook) -> None:
    ana, ines = gradebook.enter(ANA, GRADED), gradebook.enter(INES, GRADED)
    gradebook.change_course(ines.actor, service_scopes=[SCOPE_SCORE])
    give(gradebook, ines, ana, "50")
    gradebook.send()
    assert [method for method, _ in asked(gradebook)] == ["POST"]
    assert gradebook.kept(ANA) is not None


def test_a_column_that_may_not_be_changed_takes_scores_all_the_same(gradebook: Gradebook) -> None:
    ana, ines = gradebook.enter(ANA, GRADED), gradebook.enter(INES, GRADED)
    gradebook.change_placement(ines.actor, settings={"points": 20})
    answer_items(gradebook, PUT=says(403))
    give(gradebook, ines, ana, "15")
    gradebook.send()
    kept = gradebook.kept(ANA)
    assert kept is not None
    assert (kept["scoreGiven"], kept["scoreMaximum"]) == (15, 20)


@pytest.mark.parametrize(
    "change",
    [
        with_items(lambda items: {"items": items}),
        lambda _answer: Response("<html>Log in</html>", 200, content_type="text/html"),
        lambda answer: Response(b"[" * 100_000, 200, content_type=LINE_ITEM_CONTAINER),
    ],
    ids=["an object", "a page", "deep"],
)
def test_an_unreadable_list_is_asked_for_again_later(
    gradebook: Gradebook, ana: Visitor, ines: Visitor, change: Change
) -> None:
    answer_items(gradebook, GET=change)
    give(gradebook, ines, ana, "15")
    assert gradebook.send() is not None
    assert gradebook.score(ana.actor.person_id).problem is Problem.UNAVAILABLE
    assert ("POST", ITEMS) not in asked(gradebook)


@pytest.mark.parametrize(
    "item_id",
    [
        "elsewhere",
        "javascript:alert(1)",
        "//elsewhere",
        "",
        7,
        None,
        "http://[",
        "x" * 5000,
        "/ags/x",
        "nul",
        "half",
    ],
)
def test_a_column_elsewhere_is_none_and_gets_no_token(
    gradebook: Gradebook, ana: Visitor, ines: Visitor, item_id: object
) -> None:
    elsewhere = Counterpart()
    with serving(elsewhere) as address:
        items = f"{gradebook.lms.lms.config.issuer}{ITEMS}"
        written = {"elsewhere": f"{address}/ags/1", "nul": f"{items}/\0", "half": f"{items}/\ud800"}
        url = written.get(item_id, item_id) if isinstance(item_id, str) else item_id
        item = {"id": url, "label": "x", "scoreMaximum": 20, "resourceLinkId": UNGRADED.id}
        answer_items(gradebook, GET=with_items(lambda _items: [item, 3, None, {"id": 1}]))
        give(gradebook, ines, ana, "15")
        assert gradebook.send() is None
    assert elsewhere.requests == []
    assert scores_sent(gradebook) == []
    assert gradebook.score(ana.actor.person_id).problem is Problem.NO_LINE_ITEM


def test_a_next_page_elsewhere_gets_no_token(gradebook: Gradebook, ana: Visitor, ines: Visitor) -> None:
    elsewhere = Counterpart()
    with serving(elsewhere) as address:

        def lead_away(answer: Response) -> Response:
            answer.headers["Link"] = f'<{address}/more>; rel="next"'
            return answer

        answer_items(gradebook, GET=lead_away)
        give(gradebook, ines, ana, "15")
        assert gradebook.send() is None
    assert elsewhere.requests == []
    assert gradebook.score(ana.actor.person_id).problem is Problem.NO_LINE_ITEM


def test_a_list_without_an_end_is_left_after_fifty_pages(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    def more(answer: Response) -> Response:
        answer.headers["Link"] = f'<{ITEMS}?page=again>; rel="next"'
        return Response("[]", 200, content_type=LINE_ITEM_CONTAINER, headers={"Link": answer.headers["Link"]})

    answer_items(gradebook, GET=more)
    give(gradebook, ines, ana, "15")
    assert gradebook.send() is None
    assert len(asked(gradebook)) <= 51
    assert gradebook.score(ana.actor.person_id).problem is Problem.NO_LINE_ITEM


@pytest.mark.parametrize("maximum", [0, -1, "10", None, True, 1e300, float("nan"), []])
def test_what_a_column_is_out_of_is_learned_from_numbers_alone(gradebook: Gradebook, maximum: object) -> None:
    ana, ines = gradebook.enter(ANA, GRADED), gradebook.enter(INES, GRADED)

    def strange(answer: Response) -> Response:
        body = {**json.loads(answer.get_data()), "scoreMaximum": maximum}
        return Response(json.dumps(body), 200, content_type=answer.content_type)

    answer_items(gradebook, GET=strange)
    give(gradebook, ines, ana, "50")
    assert gradebook.send() is None
    assert "Maximum 100." in ines.get("/grades").text


@pytest.mark.parametrize(
    ("line_item", "scores"),
    [
        ("https://lms.example/1/lineitem", "https://lms.example/1/lineitem/scores"),
        (
            "https://lms.example/1/lineitem?type_id=1&x=%20",
            "https://lms.example/1/lineitem/scores?type_id=1&x=%20",
        ),
        ("https://lms.example/1/lineitem/", "https://lms.example/1/lineitem/scores"),
        ("https://lms.example/1/lineitem#top", "https://lms.example/1/lineitem/scores"),
    ],
)
def test_scores_go_behind_the_path_and_before_the_query(line_item: str, scores: str) -> None:
    assert below(line_item, "scores") == scores


@pytest.mark.parametrize("url", ["", "lms.example", "ftp://lms.example", "http://[", "https:///x", "data:,"])
def test_what_is_no_address_has_no_origin(url: str) -> None:
    assert origin(url) is None


def test_an_address_that_the_launch_got_wrong_stops_nobody(
    gradebook: Gradebook, ana: Visitor, ines: Visitor
) -> None:
    other = gradebook.enter(INES, GRADED)
    gradebook.change_placement(ines.actor, line_item_url="http://[")
    gradebook.change_placement(other.actor, settings={"points": 10})
    give(gradebook, ines, ana, "15")
    give(gradebook, other, gradebook.enter(ANA, GRADED), "5")
    assert gradebook.send() is None
    assert gradebook.kept(ANA, UNGRADED)["scoreGiven"] == 15  # type: ignore[index]
    assert gradebook.kept(ANA, GRADED)["scoreGiven"] == 5  # type: ignore[index]
