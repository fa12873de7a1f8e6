"""Who is gone from the roster is out; but never by a mistake, and never somebody who has just come in."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Placement
from lti_tool.demo.lms.vocabulary import INSTRUCTOR, LEARNER
from tests.factories.entrances import Visitor
from tests.people.rosters import INES, Platform, entries, entry, page

TEACHER = entry(INES.sub, role=INSTRUCTOR)
OBSERVER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/threads").status_code == 200


def is_staff(visitor: Visitor) -> bool:
    return visitor.get("/people").status_code == 200


@pytest.fixture
def teacher(platform: Platform) -> Visitor:
    """A course of a teacher and 20 learners, all of them on the roster."""
    teacher = platform.visitor(platform.enter())
    platform.roster([TEACHER, *entries(20)])
    platform.sync()
    return teacher


@pytest.mark.parametrize("status", [None, "Inactive", "Deleted"])
def test_the_session_of_who_is_gone_ends(platform: Platform, teacher: Visitor, status: str | None) -> None:
    gone, stays = (platform.visitor(platform.enter(sub)) for sub in ("sub-0", "sub-1"))
    named = [entry("sub-0", status=status)] if status else []
    platform.roster([TEACHER, *entries(19, start=1), *named])
    platform.sync()
    assert (is_in(gone), is_in(stays), is_in(teacher)) == (False, True, True)
    assert gone.get("/threads").status_code == 401
    membership = platform.memberships()["sub-0"]
    assert membership.left_at
    assert membership.role == "learner"
    assert "sub-0" not in platform.present()


def test_who_comes_back_is_in_again(platform: Platform, teacher: Visitor) -> None:
    platform.roster([TEACHER, *entries(19, start=1)])
    platform.sync()
    assert "sub-0" not in platform.present()
    platform.roster([TEACHER, *entries(20)])
    platform.sync()
    assert "sub-0" in platform.present()
    platform.roster([TEACHER, *entries(19, start=1)])
    platform.sync()
    again = platform.visitor(platform.enter("sub-0"))
    platform.sync()
    # The platform let them in, and no roster has named them since: an administrator, for example.
    assert is_in(again)


def test_who_is_not_on_rosters_but_comes_in_stays(platform: Platform, teacher: Visitor) -> None:
    guest = platform.visitor(platform.enter("guest"))
    platform.sync()
    platform.sync()
    assert is_in(guest)
    platform.roster([TEACHER, *entries(20), entry("guest", status="Inactive")])
    platform.sync()
    assert not is_in(guest)


def test_who_comes_in_while_the_roster_is_read_stays_with_the_newer_role(
    platform: Platform, teacher: Visitor
) -> None:
    come: list[Visitor] = []

    def answer(_: Request) -> Response:
        come.extend(
            [
                platform.visitor(platform.enter("sub-0")),
                platform.visitor(platform.enter("sub-1", role=INSTRUCTOR)),
            ]
        )
        return page([TEACHER, *entries(19, start=1)])

    platform.answer(answer)
    platform.sync()
    assert "sub-0" in platform.present()
    assert all(is_in(visitor) for visitor in come)
    assert platform.role("sub-1") == "instructor"
    assert is_staff(come[1])


def test_a_roster_that_changed_its_mind_ends_rights_at_once(platform: Platform, teacher: Visitor) -> None:
    platform.roster([TEACHER, entry("sub-0", role=INSTRUCTOR), *entries(19, start=1)])
    platform.sync()
    assistant = platform.visitor(platform.enter("sub-0", role=INSTRUCTOR))
    assert is_staff(assistant)
    platform.roster([TEACHER, entry("sub-0", role=LEARNER), *entries(19, start=1)])
    platform.sync()
    assert not is_staff(assistant)
    assert is_in(assistant)
    assert platform.role("sub-0") == "learner"


@pytest.mark.parametrize("was_named_before", [True, False])
def test_a_roster_that_differs_from_the_launch_takes_nothing_away(
    platform: Platform,
    teacher: Visitor,
    was_named_before: bool,  # noqa: FBT001
) -> None:
    """As Moodle's does: it launches non-editing teachers as instructors, and lists them as learners."""
    sub = "sub-0" if was_named_before else "sub-20"
    non_editing = platform.visitor(platform.enter(sub, role=INSTRUCTOR))
    platform.roster([TEACHER, *entries(21)])
    for _ in range(2):
        platform.sync()
        assert is_staff(non_editing)
        assert platform.role(sub) == "instructor"
    assert non_editing.post("/people/update", non_editing.form("/people")).status_code == 303
    platform.sync()
    assert is_staff(non_editing)
    again = platform.visitor(platform.enter(sub, role=LEARNER))
    assert not is_staff(again)  # the newest launch counts, as ever
    platform.sync()
    assert platform.role(sub) == "learner"


def test_who_teaches_by_the_launch_alone_is_not_among_those_to_be_graded(
    platform: Platform, teacher: Visitor
) -> None:
    platform.enter("sub-0", role=INSTRUCTOR)
    platform.sync()
    with unit_of_work(platform.lms.sessions) as session:
        session.execute(update(Placement).values(settings={"points": 10}))
    page = teacher.get("/grades").get_data(as_text=True)
    assert "Name of sub-1" in page
    assert "Name of sub-0" not in page


def test_a_change_of_mind_during_a_launch_counts_with_the_next_reading(
    platform: Platform, teacher: Visitor
) -> None:
    """The launch is newer than the reading, so its role holds; but the change is not forgotten."""
    platform.roster([TEACHER, entry("sub-0", role=INSTRUCTOR), *entries(19, start=1)])
    platform.sync()
    come: list[Visitor] = []
    now = [TEACHER, *entries(20)]

    def answer(_: Request) -> Response:
        come.append(platform.visitor(platform.enter("sub-0", role=INSTRUCTOR)))
        return page(now)

    platform.answer(answer)
    platform.sync()
    assert is_staff(come[0])
    platform.roster(now)
    platform.sync()
    assert not is_staff(come[0])


def test_who_left_and_comes_back_has_the_rosters_role(platform: Platform, teacher: Visitor) -> None:
    platform.enter("sub-0", role=INSTRUCTOR)
    platform.sync()
    platform.roster([TEACHER, *entries(19, start=1)])
    platform.sync()
    platform.roster([TEACHER, *entries(20)])
    platform.sync()
    assert platform.role("sub-0") == "learner"


def test_a_higher_role_waits_for_the_next_launch(platform: Platform, teacher: Visitor) -> None:
    """Who looks at a course as its learners do is not made a teacher behind their back."""
    as_learner = platform.visitor(platform.enter(INES.sub, role=LEARNER))
    platform.sync()
    assert not is_staff(as_learner)
    assert platform.role(INES.sub) == "instructor"


def test_who_left_one_course_stays_in_another(platform: Platform, teacher: Visitor) -> None:
    here = platform.visitor(platform.enter("sub-0"))
    course_id = platform.course_id
    context = "https://purl.imsglobal.org/spec/lti/claim/context"
    there = platform.visitor(platform.enter("sub-0", claims={context: {"id": "other"}}))
    platform.course_id = course_id
    platform.roster([TEACHER, *entries(19, start=1)])
    platform.sync()
    assert (is_in(here), is_in(there)) == (False, True)


@pytest.mark.parametrize(("gone", "waits"), [(6, False), (7, True), (20, True)])
def test_more_than_thirty_percent_waits_for_staff(
    platform: Platform,
    teacher: Visitor,
    gone: int,
    waits: bool,  # noqa: FBT001
) -> None:
    """6 of 21 are 28.6 percent, and 7 are 33.3."""
    first = platform.visitor(platform.enter("sub-0"))
    platform.roster([TEACHER, *entries(20 - gone, start=gone), entry("new")])
    state = platform.sync()
    assert (len(platform.present()), is_in(first)) == ((22, True) if waits else (22 - gone, False))
    assert (state.gone_since is not None, state.gone_count, state.gone_of) == (
        waits,
        gone * waits,
        21 * waits,
    )


def test_thirty_one_of_a_hundred_wait_and_thirty_do_not(platform: Platform) -> None:
    platform.enter()
    platform.roster([TEACHER, *entries(99)])
    platform.sync()
    platform.roster([TEACHER, *entries(68)])
    assert platform.sync().gone_count == 31
    platform.roster([TEACHER, *entries(69)])
    assert platform.sync().gone_count == 0
    assert len(platform.present()) == 70


def test_four_of_eight_are_few(platform: Platform) -> None:
    platform.enter()
    platform.roster([TEACHER, *entries(7)])
    platform.sync()
    platform.roster([TEACHER, *entries(3)])
    assert platform.sync().gone_since is None
    assert len(platform.present()) == 4


def test_other_people_altogether_wait_too(platform: Platform, teacher: Visitor) -> None:
    platform.roster([TEACHER, *entries(100, start=1000)])
    assert (platform.sync().gone_count, len(platform.present())) == (20, 121)


def decide(teacher: Visitor, decision: str, count: int) -> int:
    data = {"decision": decision, "count": str(count)}
    return teacher.send("/people", "/people/removal", data).status_code


def test_staff_confirm_a_removal(platform: Platform, teacher: Visitor) -> None:
    first = platform.visitor(platform.enter("sub-0"))
    platform.roster([TEACHER, *entries(10, start=10)])
    platform.sync()
    since = platform.state().gone_since
    assert platform.sync().gone_since == since
    assert "10 people are no longer on the roster" in teacher.get("/people").text
    assert decide(teacher, "remove", 10) == 303
    assert len(platform.present()) == 11
    assert not is_in(first)
    assert platform.state().gone_since is None
    assert decide(teacher, "remove", 10) == 303  # sent twice is no error, and changes nothing
    assert platform.sync().gone_count == 0
    assert len(platform.present()) == 11


def test_staff_keep_people_until_the_roster_names_them(platform: Platform, teacher: Visitor) -> None:
    away = [entry(f"sub-{n}", status="Inactive") for n in range(5)]  # five say so, five are not named
    platform.roster([TEACHER, *away, *entries(10, start=10)])
    platform.sync()
    assert decide(teacher, "keep", 10) == 303
    assert platform.sync().gone_since is None
    assert len(platform.present()) == 21
    assert "Kept by staff" in teacher.get("/people").text
    # Others are still removed, ...
    platform.roster([TEACHER, *away, *entries(9, start=11)])
    platform.sync()
    assert len(platform.present()) == 20
    # ... and so are they once they were back.
    platform.roster([TEACHER, *entries(10), *entries(9, start=11)])
    platform.sync()
    platform.roster([TEACHER, *entries(9, start=1), *entries(9, start=11)])
    platform.sync()
    assert "sub-0" not in platform.present()


def test_what_has_moved_on_is_not_decided(platform: Platform, teacher: Visitor) -> None:
    platform.roster([TEACHER, *entries(10)])
    platform.sync()
    platform.roster([TEACHER, *entries(3)])
    assert platform.sync().gone_count == 17
    assert decide(teacher, "remove", 10) == 409
    assert teacher.post("/people/removal", {"decision": "remove", "count": "17"}).status_code == 422
    assert decide(teacher, "all", 17) == 422
    assert len(platform.present()) == 21


def test_who_comes_in_while_a_removal_waits_is_not_removed(platform: Platform, teacher: Visitor) -> None:
    platform.roster([TEACHER, *entries(10)])
    platform.sync()
    came = platform.visitor(platform.enter("sub-15"))
    assert decide(teacher, "remove", 10) == 303
    assert is_in(came)
    assert len(platform.present()) == 12


def test_two_at_once_leave_what_one_leaves(platform: Platform, teacher: Visitor) -> None:
    """Both read, then both write; and the one that began earlier never undoes what the later one wrote."""
    both = threading.Barrier(2)
    rosters = iter([page([TEACHER, *entries(18)]), page([TEACHER, *entries(18)])])

    def answer(_: Request) -> Response:
        mine = next(rosters)
        both.wait(10)
        return mine

    platform.answer(answer)
    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(platform.sync) for _ in range(2)]:
            one.result()
    assert len(platform.present()) == 19
    assert platform.state().problem is None


def test_a_late_worker_undoes_nothing(platform: Platform, teacher: Visitor) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def slow(_: Request) -> Response:
        platform.roster([TEACHER, *entries(20), entry("newest")])  # for those who ask from now on
        begun.set()
        may_go_on.wait(10)
        return page([TEACHER, *entries(20)])

    platform.answer(slow)
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(platform.sync)
        assert begun.wait(10)
        newest = platform.sync().synced_at
        may_go_on.set()
        late.result()
    assert "newest" in platform.present()
    assert platform.state().synced_at == newest
