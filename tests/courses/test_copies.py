"""Settings follow a copied course, and nothing else does."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.schedule import ALWAYS
from lti_tool.courses.models import Activity, Course, CourseCopy, Placement
from tests.conftest import QueryCounter
from tests.courses.copied import SETTINGS, CopyingPlatform
from tests.demo.tool_stand_in import LocalServer
from tests.factories.entrances import enter, make_tenant


def links(*ids: str) -> dict[str, str]:
    return {"resource_link_history": ",".join(ids)}


def contexts(*ids: str) -> dict[str, str]:
    return {"context_history": ",".join(ids)}


def check_taken(placement: Placement, source: Placement) -> None:
    assert (placement.activity, placement.settings) == (source.activity, source.settings)
    assert (placement.is_copy, placement.copied_from_id) == (True, source.id)
    assert placement.copy_is_open


def check_plain(placement: Placement) -> None:
    assert (placement.activity, placement.settings) == (Activity.DISCUSSION, {})
    assert (placement.is_copy, placement.copied_from_id) == (False, None)
    assert not placement.copy_is_open


def test_a_copied_link_takes_activity_and_settings(copying: CopyingPlatform) -> None:
    copying.come("old", "l1")
    source = copying.configure("old", "l1")
    copying.come("new", "l2", title="Renamed", custom={**links("l1"), **contexts("old")})
    check_taken(copying.placement("new", "l2"), source)
    assert copying.placement("new", "l2").title == "Renamed"


def test_moments_stay_behind(copying: CopyingPlatform, sessions: sessionmaker[Session]) -> None:
    copying.come("old", "l1")
    with unit_of_work(sessions) as session:
        session.execute(update(Placement).values(opens_at=clock.now(), closes_at=clock.now() + timedelta(1)))
    source = copying.configure("old", "l1")
    assert source.schedule != ALWAYS
    copying.come("new", "l2", custom=links("l1"))
    check_taken(copying.placement("new", "l2"), source)
    assert copying.placement("new", "l2").schedule == ALWAYS


def test_a_course_without_a_past_is_plain(copying: CopyingPlatform) -> None:
    copying.come("old", "l1")
    copying.configure("old", "l1")
    copying.come("new", "l2", custom={**links(""), **contexts("")})
    check_plain(copying.placement("new", "l2"))


def test_the_whole_chain_is_searched(copying: CopyingPlatform) -> None:
    """Nobody came into the copies in between: what they were copied from counts."""
    copying.come("old", "l1")
    source = copying.configure("old", "l1")
    copying.come("new", "l9", custom=links("l8", "l7", "l1"))
    check_taken(copying.placement("new", "l9"), source)


@pytest.mark.parametrize("came_last", ["l1", "l2"])
def test_the_newest_known_link_of_the_chain_counts(copying: CopyingPlatform, came_last: str) -> None:
    """The first of the chain is the newest; when the tool got to know them does not matter."""
    for link in sorted(("l1", "l2"), key=lambda link: link == came_last):
        copying.come(f"course of {link}", link)
        copying.configure(f"course of {link}", link, {"prompt": link})
    copying.come("new", "l3", custom=links("unknown", "l2", "l1"))
    check_taken(copying.placement("new", "l3"), copying.placement("course of l2", "l2"))


def test_a_copy_of_a_copy_takes_what_was_changed_in_between(copying: CopyingPlatform) -> None:
    copying.come("first", "l1")
    copying.configure("first", "l1")
    copying.come("second", "l2", custom=links("l1"))
    copying.configure("second", "l2", {"prompt": "changed"})
    copying.come("third", "l3", custom=links("l2", "l1"))
    check_taken(copying.placement("third", "l3"), copying.placement("second", "l2"))


def test_another_registrations_ids_are_nobodys(
    copying: CopyingPlatform, sessions: sessionmaker[Session]
) -> None:
    with unit_of_work(sessions) as session:
        other = make_tenant(session, issuer="https://other.example", client_id="other")
        actor, _ = enter(session, other, context_id="old", link="l1")
        session.get_one(Placement, actor.placement_id).settings = {"prompt": "of somebody else"}
    copying.come("new", "l2", custom={**links("l1"), **contexts("old")})
    check_plain(copying.placement("new", "l2"))
    copying.come("new", "l3", custom=contexts("old"))
    check_plain(copying.placement("new", "l3"))


def test_the_own_deployment_comes_before_others(copying: CopyingPlatform) -> None:
    elsewhere = copying.add_deployment("deployment-2")
    copying.come("old here", "l1")
    copying.configure("old here", "l1", {"prompt": "here"})
    copying.come("old there", "l1", claims=elsewhere)
    copying.configure("old there", "l1", {"prompt": "there"})
    copying.come("new here", "l2", custom=links("l1"))
    check_taken(copying.placement("new here", "l2"), copying.placement("old here", "l1"))
    copying.come("new there", "l2", custom=links("l1"), claims=elsewhere)
    check_taken(copying.placement("new there", "l2"), copying.placement("old there", "l1"))


def test_a_copy_into_another_deployment_takes_settings_too(copying: CopyingPlatform) -> None:
    copying.come("old", "l1")
    source = copying.configure("old", "l1")
    copying.come("new", "l2", custom=links("l1"), claims=copying.add_deployment("deployment-2"))
    check_taken(copying.placement("new", "l2"), source)


def test_blackboards_deployments_are_institutions_and_give_each_other_nothing(
    copying: CopyingPlatform,
) -> None:
    blackboard = {
        "https://purl.imsglobal.org/spec/lti/claim/tool_platform": {
            "guid": "1",
            "product_family_code": "BlackboardLearn",
        }
    }
    copying.come("old", "_1_1", claims=blackboard)
    source = copying.configure("old", "_1_1")
    other = {**blackboard, **copying.add_deployment("deployment-2")}
    copying.come("new there", "_2_1", custom={**links("_1_1"), **contexts("old")}, claims=other)
    check_plain(copying.placement("new there", "_2_1"))
    copying.come("new", "_2_1", custom=links("_1_1"), claims=blackboard)
    check_taken(copying.placement("new", "_2_1"), source)


# Where the platform keeps no history of links


@pytest.mark.parametrize("custom", [{}, {"resource_link_history": "$ResourceLink.id.history"}])
def test_without_a_history_of_links_the_title_tells(
    copying: CopyingPlatform, custom: Mapping[str, str]
) -> None:
    copying.come("old", "l1", title="Openings")
    source = copying.configure("old", "l1")
    copying.come("new", "l2", title="Openings", custom={**custom, **contexts("unknown", "old")})
    check_taken(copying.placement("new", "l2"), source)
    copying.come("new", "l3", title="Something new", custom={**custom, **contexts("old")})
    check_plain(copying.placement("new", "l3"))


def test_a_platform_that_says_that_there_is_no_history_is_believed(copying: CopyingPlatform) -> None:
    copying.come("old", "l1", title="Openings")
    copying.configure("old", "l1")
    copying.come("new", "l2", title="Openings", custom={**links(""), **contexts("old")})
    check_plain(copying.placement("new", "l2"))


def test_two_of_one_title_cant_be_told_apart(copying: CopyingPlatform) -> None:
    for link in ("l1", "l2"):
        copying.come("old", link, title="Openings")
        copying.configure("old", link)
    copying.come("new", "l3", title="Openings", custom=contexts("old"))
    check_plain(copying.placement("new", "l3"))


def test_the_title_is_looked_for_in_the_newest_earlier_course(copying: CopyingPlatform) -> None:
    for course in ("first", "second"):
        copying.come(course, f"link of {course}", title="Openings")
        copying.configure(course, f"link of {course}", {"prompt": course})
    copying.come("third", "l3", title="Openings", custom=contexts("second", "first"))
    check_taken(copying.placement("third", "l3"), copying.placement("second", "link of second"))


def test_a_notice_of_the_platform_tells_the_origin_as_well(
    copying: CopyingPlatform, sessions: sessionmaker[Session]
) -> None:
    copying.come("old", "l1", title="Openings")
    source = copying.configure("old", "l1")
    with unit_of_work(sessions) as session:
        deployment_id = session.get_one(Course, source.course_id).deployment_id
        for origins in (["unheard of"], ["old"]):
            session.add(CourseCopy(deployment_id=deployment_id, context_id="new", origin_context_ids=origins))
    copying.come("new", "l2", title="Openings")
    check_taken(copying.placement("new", "l2"), source)


# What was planned in deep linking


def test_a_planned_activity_begins_as_it_was_planned(copying: CopyingPlatform) -> None:
    copying.come("old", "another")
    planned = copying.plan("old")
    copying.come("old", "l1", title="", custom={"segue_activity": str(planned)})
    placement = copying.placement("old", "l1")
    assert (placement.activity, placement.settings) == (Activity.FOLLOW_UP, {"prompt": "planned"})
    assert (placement.planned_activity_id, placement.title) == (planned, "Planned")
    assert not placement.is_copy
    copying.come("old", "l1", title="", custom={"segue_activity": str(planned)})
    assert copying.placement("old", "l1").title == "Planned"


def test_in_another_course_it_is_a_copy_of_what_became_of_it(copying: CopyingPlatform) -> None:
    copying.come("old", "another")
    custom = {"segue_activity": str(copying.plan("old"))}
    copying.come("old", "l1", custom=custom)
    source = copying.configure("old", "l1")
    copying.come("new", "l2", custom=custom)
    check_taken(copying.placement("new", "l2"), source)
    assert copying.placement("new", "l2").planned_activity_id == source.planned_activity_id
    # A third course, from the second, says so by its history.
    copying.configure("new", "l2", {"prompt": "changed"})
    copying.come("third", "l3", custom={**custom, **contexts("new", "old")})
    check_taken(copying.placement("third", "l3"), copying.placement("new", "l2"))


def test_a_plan_that_nobody_launched_at_home_is_a_copy_all_the_same(copying: CopyingPlatform) -> None:
    copying.come("old", "another")
    copying.come("new", "l2", custom={"segue_activity": str(copying.plan("old"))})
    placement = copying.placement("new", "l2")
    assert (placement.settings, placement.copied_from_id) == ({"prompt": "planned"}, None)
    assert placement.copy_is_open


@pytest.mark.parametrize(
    "value", ["", "x", "$segue", 5, None, ["x"], "00000000-0000-0000-0000-000000000000", "x" * 30_000, "\x00"]
)
def test_a_plan_that_is_none_counts_as_none(copying: CopyingPlatform, value: object) -> None:
    copying.come("new", "l1", custom={"segue_activity": value})
    check_plain(copying.placement("new", "l1"))


def test_another_registrations_plan_counts_as_none(
    copying: CopyingPlatform, sessions: sessionmaker[Session]
) -> None:
    copying.come("old", "another")
    with unit_of_work(sessions) as session:
        other = make_tenant(session, issuer="https://other.example", client_id="other")
    planned = copying.plan("old", registration_id=other.registration_id)
    copying.come("old", "l1", custom={"segue_activity": str(planned)})
    check_plain(copying.placement("old", "l1"))


# Hostile histories


@pytest.mark.parametrize(
    "value",
    [
        "$ResourceLink.id.history", "l2", "l2,l2,l2", ",,,", "'; drop table placement; --", "\x00", "\ud800",
        "l1\x00", "{l1}", '"l1"', "%", "_", "x" * 20_000, ",".join(["x"] * 10_000), 7, ["l1"], {"l1": 1},
        True,
    ],
)  # fmt: skip
def test_garbage_finds_nothing_and_breaks_nothing(copying: CopyingPlatform, value: Any) -> None:
    copying.come("old", "l1", title="Openings")
    copying.configure("old", "l1")
    copying.come("new", "l2", custom={"resource_link_history": value, "context_history": value})
    check_plain(copying.placement("new", "l2"))


def test_a_chain_in_a_circle_ends(copying: CopyingPlatform) -> None:
    copying.come("old", "l1")
    source = copying.configure("old", "l1")
    circle = {**links("l2", "l1", "l2", "l1"), **contexts("new", "old", "new")}
    copying.come("new", "l2", custom=circle)
    check_taken(copying.placement("new", "l2"), source)
    copying.come("old", "l1", custom=circle)
    assert copying.placement("old", "l1").copied_from_id is None


def test_what_stands_behind_the_fiftieth_is_not_looked_for(copying: CopyingPlatform) -> None:
    copying.come("old", "l1")
    source = copying.configure("old", "l1")
    copying.come("far", "l2", custom=links(*(f"x{number}" for number in range(50)), "l1"))
    check_plain(copying.placement("far", "l2"))
    copying.come("near", "l2", custom=links(*(f"x{number}" for number in range(49)), "l1"))
    check_taken(copying.placement("near", "l2"), source)


# Once, and nothing but settings


def test_a_later_launch_changes_nothing_of_it(copying: CopyingPlatform) -> None:
    copying.come("old", "l1")
    copying.configure("old", "l1")
    copying.come("new", "l2")
    copying.come("new", "l2", custom=links("l1"))
    check_plain(copying.placement("new", "l2"))


def test_twenty_first_launches_make_one_placement_with_one_set_of_settings(
    copying: CopyingPlatform, engine: Engine
) -> None:
    copying.come("old", "l1")
    source = copying.configure("old", "l1")
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: copying.come("new", "l2", custom=links("l1")), range(20)))
    check_taken(copying.placement("new", "l2"), source)
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from placement")) == 2
        assert connection.scalar(text("select count(*) from launch")) == 21


def test_nothing_but_settings_follows(
    copying: CopyingPlatform, app: Flask, engine: Engine, key_server: LocalServer
) -> None:
    """Every table is compared: the launch into the copy makes the rows of any launch, and no others."""
    grading = {
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
            "scope": [],
            "lineitems": f"{key_server.url}/items",
            "lineitem": f"{key_server.url}/items/1",
        }
    }
    copying.come("old", "l1", claims=grading)
    source = copying.configure("old", "l1")
    assert source.line_item_url
    with engine.begin() as connection:
        post_in(connection, source)
    before = counts(engine)
    copying.come("new", "l2", custom={**links("l1"), **contexts("old")})
    check_taken(copying.placement("new", "l2"), source)
    assert copying.placement("new", "l2").line_item_url is None
    after = counts(engine)
    made = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    usual = {"course", "placement", "membership", "launch", "launch_attempt", "statement"}
    # What any first launch sets going: jobs, how far the roster and the registration are, and names to look
    # people up by.
    going = {
        "procrastinate_jobs",
        "procrastinate_events",
        "roster_sync",
        "registration_health",
        "course_name",
    }
    assert set(made) <= usual | going
    assert all(made[name] == 1 for name in usual)


def post_in(connection: Any, placement: Placement) -> None:
    author = connection.scalar(text("select id from person"))
    connection.execute(
        text(
            "insert into conversation (id, created_at, course_id, placement_id, kind, author_id, title,"
            " reply_count, last_activity_at, submission_key, audience) values"
            " (:id, now(), :course, :placement, 'thread', :author, 'Old talk', 0, now(), :id, 'course')"
        ),
        {"id": uuid4(), "course": placement.course_id, "placement": placement.id, "author": author},
    )


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        names = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        return {name: connection.scalar(text(f"select count(*) from {name}")) or 0 for name in names}


def test_the_queries_of_a_first_launch_do_not_grow_with_the_chain(
    copying: CopyingPlatform, count_queries: QueryCounter
) -> None:
    for number in range(5):
        copying.come(f"old {number}", f"l{number}")
    seen = []
    for length in (1, 5, 50):
        with count_queries() as queries:
            copying.come(f"new {length}", "link", custom=links(*(f"l{number}" for number in range(length))))
        seen.append(len(queries))
    assert len(set(seen)) == 1
    with count_queries() as again:
        copying.come("new 50", "link", custom=links("l1"))
    assert len(again) < seen[0]


def test_settings_of_the_copy_are_its_own(copying: CopyingPlatform) -> None:
    copying.come("old", "l1")
    copying.configure("old", "l1")
    copying.come("new", "l2", custom=links("l1"))
    copying.configure("new", "l2", {"prompt": "changed"})
    assert copying.placement("old", "l1").settings == SETTINGS
