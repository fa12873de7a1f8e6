"""Writing opens and closes by date: for learners; staff write, and everybody reads, all the time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.schedule import Phase, Schedule
from lti_tool.courses.models import Placement
from lti_tool.drafts.models import Draft
from lti_tool.posts.models import Conversation, Post
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import ask_for_help, post_answer
from tests.shapes.shaped import OWN, reply, set_up, teacher
from tests.threads.test_threads import THREAD, post_thread

__all__ = ["teacher"]
OPENS = datetime(2031, 5, 5, 7, 0, tzinfo=UTC)
CLOSES = datetime(2031, 5, 9, 16, 0, tzinfo=UTC)
BEFORE, DURING, AFTER = OPENS - timedelta(minutes=5), OPENS, CLOSES
BERLIN = {"zone": "Europe/Berlin"}


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


@pytest.fixture
def path(teacher: Visitor) -> str:
    """A thread in an activity whose writing opens and closes by date."""
    path = post_thread(teacher)
    set_up(teacher, "discussion", opens="2031-05-05T09:00", closes="2031-05-09T18:00", **BERLIN)
    return path


def placement(session: Session) -> Placement:
    return session.scalars(select(Placement).execution_options(populate_existing=True)).one()


def go_to(session: Session, moment: datetime) -> None:
    """Have the activity's moments be as far off as they are at this one: sessions live by the clock too."""
    shift = clock.now() - moment
    session.execute(update(Placement).values(opens_at=OPENS + shift, closes_at=CLOSES + shift))
    session.commit()


def test_moments_are_the_instructors_own(path: str, session: Session, teacher: Visitor) -> None:
    assert path
    assert placement(session).opens_at == OPENS
    assert placement(session).closes_at == CLOSES
    page = teacher.get("/activity").text
    assert f'data-at="{OPENS.isoformat()}"' in page
    set_up(teacher, "discussion", opens="", closes="", **BERLIN)
    assert placement(session).schedule.opens_at is None


@pytest.mark.parametrize(
    ("opens", "closes", "kept"),
    [
        # Of an hour that comes twice its first is taken to open, and its last to close.
        ("2031-10-26T02:30", "2031-10-26T02:30", ("2031-10-26T00:30", "2031-10-26T01:30")),
        ("2031-03-30T01:59", "2031-03-30T03:00", ("2031-03-30T00:59", "2031-03-30T01:00")),
        ("2031-03-30T03:00", "", ("2031-03-30T01:00", None)),
    ],
)
def test_clocks_that_are_put_back(
    teacher: Visitor, session: Session, opens: str, closes: str, kept: tuple[str, str | None]
) -> None:
    set_up(teacher, "discussion", opens=opens, closes=closes, **BERLIN)
    it = placement(session)
    told = [moment and moment.astimezone(UTC).isoformat()[:16] for moment in (it.opens_at, it.closes_at)]
    assert tuple(told) == kept


@pytest.mark.parametrize(
    ("opens", "closes", "said"),
    [
        ("2031-03-30T02:30", "", "This time does not exist"),
        ("", "2031-03-30T02:30", "This time does not exist"),
        ("2031-05-09T18:00", "2031-05-09T18:00", "The closing time must be after"),
        ("2031-05-09T18:00", "2031-05-05T18:00", "The closing time must be after"),
        ("1031-05-09T18:00", "", "Please choose a date in a nearby year."),
    ],
)
def test_moments_that_can_not_be_are_said(
    teacher: Visitor, session: Session, opens: str, closes: str, said: str
) -> None:
    data = {"activity": "discussion", "prompt": "Why?", "opens": opens, "closes": closes, **BERLIN}
    answer = teacher.send("/activity", "/activity", data)
    assert answer.status_code == 422
    assert said in answer.text
    assert (opens or closes) in answer.text
    assert placement(session).opens_at is None


def test_the_database_holds_their_order(path: str, session: Session) -> None:
    assert path
    with pytest.raises(IntegrityError, match="ck_placement_phases"):
        session.execute(update(Placement).values(closes_at=OPENS))
    session.rollback()


def test_they_hold_to_the_moment() -> None:
    schedule, least = Schedule(opens_at=OPENS, closes_at=CLOSES), timedelta(microseconds=1)
    phases = []
    for moment in (OPENS - least, OPENS, CLOSES - least, CLOSES):
        with clock.at(moment):
            phases.append(schedule.phase)
    assert phases == [Phase.BEFORE, Phase.OPEN, Phase.OPEN, Phase.AFTER]


@pytest.mark.parametrize(
    ("moment", "said", "status"),
    [
        (BEFORE, "Not open for writing yet.", 409),
        (DURING, "Open for writing.", 303),
        (AFTER - timedelta(minutes=5), "Open for writing.", 303),
        (AFTER, "Closed for writing.", 409),
    ],
)
def test_learners_write_between_them(
    path: str, session: Session, ana: Visitor, moment: datetime, said: str, status: int
) -> None:
    form = ana.form("/threads/new")
    go_to(session, moment)
    for address in ("/threads", "/threads/new", path):
        assert said in ana.get(address).text
    is_open = status == 303
    assert ('id="new-thread"' in ana.get("/threads").text) is is_open
    assert ("Post reply" in ana.get(path).text) is is_open
    answers = (
        ana.post(f"{path}/replies", {**form, "body": OWN, "submission": ""}),
        ana.post("/threads/new", {**form, **THREAD, "body": "Mine alone", "submission": ""}),
    )
    assert [answer.status_code for answer in answers] == [status, status]
    if not is_open:
        assert "Your reply was not posted. You can copy it here:" in answers[0].text
        assert OWN in answers[0].text
        assert "Your thread was not posted. You can copy it here:" in answers[1].text
        assert THREAD["title"] in answers[1].text
        assert "Mine alone" in answers[1].text
    assert len(session.scalars(select(Post.id)).all()) == (3 if is_open else 1)
    assert len(session.scalars(select(Conversation.id)).all()) == (2 if is_open else 1)


def test_a_reply_by_script_is_refused_in_its_place(path: str, session: Session, ana: Visitor) -> None:
    form = ana.form("/threads/new")
    go_to(session, AFTER)
    answer = ana.post(f"{path}/replies", {**form, "body": OWN}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#composer"
    assert OWN in answer.text


def test_what_was_posted_in_time_is_posted_once(path: str, session: Session, ana: Visitor) -> None:
    go_to(session, DURING)
    form = ana.form("/threads/new")
    sent = {**form, **THREAD}
    answered = {**ana.form("/threads/new"), "body": OWN}
    first = ana.post("/threads/new", sent), ana.post(f"{path}/replies", answered)
    go_to(session, AFTER)
    again = ana.post("/threads/new", sent), ana.post(f"{path}/replies", answered)
    assert [answer.location for answer in again] == [answer.location for answer in first]
    assert len(session.scalars(select(Post.id)).all()) == 3


def test_a_draft_stays(path: str, session: Session, ana: Visitor) -> None:
    go_to(session, DURING)
    thread_id = path.rpartition("/")[2]
    form = ana.form(path)
    data = {**form, "draft_place": f"reply:{thread_id}", "body": OWN, "draft_edit": "1"}
    assert ana.post("/drafts", data).status_code == 303
    go_to(session, AFTER)
    assert ana.post(f"{path}/replies", data).status_code == 409
    assert OWN in ana.get(path).text
    assert OWN in str([draft.fields for draft in session.scalars(select(Draft))])


def test_staff_write_at_any_time(path: str, session: Session, teacher: Visitor) -> None:
    for moment in (BEFORE, AFTER):
        go_to(session, moment)
        assert "Staff can write at any time." in teacher.get("/threads").text
        reply(teacher, path, f"At {moment}")
        post_thread(teacher, title=f"At {moment}")


def test_it_holds_from_another_activity_too(path: str, session: Session, course: Course) -> None:
    go_to(session, AFTER)
    elsewhere = course.visitor("Mia Lang", link="link-2")
    there = {**elsewhere.form("/threads/new"), "body": OWN}
    assert elsewhere.post(f"{path}/replies", there).status_code == 409
    post_thread(elsewhere, title="Open here")


def test_help_is_asked_for_at_any_time(path: str, session: Session, ana: Visitor) -> None:
    assert path
    go_to(session, AFTER)
    post_answer(ana, ask_for_help(ana), OWN)


def test_other_activities_have_no_moments(path: str, session: Session, teacher: Visitor) -> None:
    assert path
    set_up(teacher, "help", opens="2031-05-05T09:00", closes="2031-05-09T18:00", **BERLIN)
    assert placement(session).opens_at is None


def test_no_query_more(path: str, session: Session, ana: Visitor, count_queries: QueryCounter) -> None:
    go_to(session, AFTER)
    with count_queries() as reading:
        ana.get(path)
    with count_queries() as listing:
        ana.get("/threads")
    assert (len(reading), len(listing)) == (5, 6)
