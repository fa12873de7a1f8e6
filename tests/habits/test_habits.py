"""Each LMS that the demo LMS can play, from its page into the tool and back."""

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Course, Placement
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.demo.lms.habits import known_habits
from lti_tool.people.models import Person
from lti_tool.people.sync import sync_course
from tests.habits.world import COURSE, TIMEOUT, World

KEYS = list(known_habits())
OPEN, GRADED = COURSES[0].links
ANA, TOM, YUSUF, PRIYA, INES = PEOPLE
NAMELESS = {"moodle-by-hand", "openedx"}


def activity(person: str, link: str = GRADED.id) -> str:
    return f"{COURSE}/as/{person}/activities/{link}"


@pytest.mark.parametrize("key", KEYS)
def test_people_get_in_as_what_they_are(world: World, session: Session, key: str) -> None:
    world.behave_as(key)
    for person, role in (("tom", "learner"), ("ines", "instructor")):
        visit = world.open(activity(person))
        assert world.launch().role == role
        assert visit.page.url.startswith(world.tool_url)
    world.open(activity("priya"))
    # Moodle and Open edX have no word for those who assist.
    assert world.launch().role == ("instructor" if key.startswith(("moodle", "openedx")) else "assistant")
    names = set(session.scalars(select(Person.name)))
    assert names == ({""} if key in NAMELESS else {"Tom Becker", "Ines Duarte", "Priya Nair"})
    assert session.scalars(select(Placement.resource_link_id)).all() == [GRADED.id]


@pytest.mark.parametrize("key", KEYS)
def test_what_the_course_offers_is_known(world: World, session: Session, key: str) -> None:
    world.behave_as(key)
    world.open(activity("tom"))
    services = known_habits()[key].services
    course = session.scalars(select(Course)).one()
    placement = session.scalars(select(Placement)).one()
    assert (course.roster_url is not None) is ("roster" in services)
    assert (course.groups_url is not None) is ("groups" in services)
    assert (course.line_items_url is not None) is ("grades" in services)
    assert (placement.line_item_url is not None) is ("grades" in services)


@pytest.mark.parametrize("key", KEYS)
def test_an_instructor_adds_an_activity_that_opens(world: World, session: Session, key: str) -> None:
    world.behave_as(key)
    chosen = world.open(f"{COURSE}/as/ines/add").choose(
        activity="help", title="Ask each other", prompt="How?"
    )
    assert chosen.status_code == 200, chosen.text
    *_, added = world.lms.state.links(COURSES[0])
    assert added.title == "Ask each other"
    world.behave_as(key if key != "moodle" else "moodle-by-hand")  # its empty column has a test of its own
    visit = world.open(activity("tom", added.id))
    assert visit.page.url.endswith("/help")
    assert session.scalars(select(Placement.activity)).all() == ["help"]


@pytest.mark.parametrize("key", [key for key in KEYS if "roster" in known_habits()[key].services])
def test_its_roster_is_read(world: World, session: Session, key: str) -> None:
    world.behave_as(key)
    world.open(activity("tom"))
    sync_course(world.sessions, session.scalars(select(Course.id)).one())
    session.rollback()
    assert set(session.scalars(select(Person.sub))) == {person.sub for person in PEOPLE}
    assert set(session.scalars(select(Person.name))) == {person.name for person in PEOPLE}


@pytest.mark.parametrize("key", ["", "moodle"])
def test_the_gradebook_opens_one_learners_work(world: World, key: str) -> None:
    world.behave_as(key)
    world.open(activity("tom"))
    [item_id] = world.lms.state.line_items(COURSES[0])
    visit = world.open(f"{COURSE}/as/ines/review/{item_id}/tom")
    assert "Tom Becker" in visit.page.text
    assert world.launch().kind == "submission_review"


@pytest.mark.parametrize("key", [key for key in KEYS if key and key != "moodle"])
def test_an_activity_without_a_column_opens(world: World, key: str) -> None:
    world.behave_as(key)
    assert "Talk it through" in world.open(activity("tom", OPEN.id)).page.text or key == "openedx"


def test_moodles_empty_column_lets_people_in(world: World, session: Session) -> None:
    """As after an instructor unticked the grade box, or Segue made a column by itself."""
    world.behave_as("moodle")
    assert "Talk it through" in world.open(activity("tom", OPEN.id)).page.text
    assert session.scalars(select(Placement.line_item_url)).all() == [None]


def test_moodles_own_names_of_languages_let_people_in(world: World) -> None:
    """Ana reads in es_mx_kids, Ines in pt_br."""
    world.behave_as("moodle")
    for person in ("ana", "ines"):
        assert world.open(activity(person)).page.status_code == 200


def test_moodles_review_of_a_column_opens_the_points(world: World) -> None:
    """From the column's menu: about nobody in particular."""
    world.behave_as("moodle")
    world.open(activity("tom"))
    [item_id] = world.lms.state.line_items(COURSES[0])
    assert world.open(f"{COURSE}/as/ines/review/{item_id}").page.status_code == 200


def test_a_new_habit_is_told_at_the_next_launch(world: World, session: Session) -> None:
    """The same course, first with a roster and then without: nothing is asked of what is gone."""
    world.behave_as("canvas")
    world.open(activity("tom"))
    assert session.scalars(select(Course.roster_url)).one()
    world.behave_as("openedx")
    world.open(activity("tom"))
    session.rollback()
    assert session.scalars(select(Course.roster_url)).one() is None


def test_the_page_says_how_it_behaves(world: World) -> None:
    world.behave_as("blackboard")
    assert "behaves as <b>Blackboard</b>" in requests.get(world.url, timeout=TIMEOUT).text
