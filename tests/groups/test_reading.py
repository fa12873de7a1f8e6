"""A group's threads are its own, wherever they could be seen; the gallery opens them, at its time."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.courses.models import Placement
from lti_tool.mentions.models import Mention
from lti_tool.people.models import GroupMembership
from lti_tool.posts.models import Conversation, Post
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.follow_ups.planning import plan
from tests.groups.grouping import Grouped, titles
from tests.threads.test_threads import THREAD, post_thread, write_replies

SECRET = "Only Kestrels may know this."


@pytest.fixture
def nest(grouped: Grouped) -> str:
    """A thread of Ana's group, with a reply."""
    path = post_thread(grouped.ana, title="Our nest", body=SECRET)
    grouped.ana.send(path, f"{path}/replies", {"body": SECRET})
    return path


def test_a_learners_thread_is_their_groups_and_the_others_do_not_see_it(grouped: Grouped, nest: str) -> None:
    assert titles(grouped.ana) == titles(grouped.ines) == ["Our nest"]
    for outsider in (grouped.tom, grouped.mia):
        assert titles(outsider) == titles(outsider, "?where=course") == []
        assert titles(outsider, "?show=unread") == titles(outsider, "?sort=newest") == []
        assert titles(outsider, f"?group={grouped.kestrels}") == []
        assert outsider.get(nest).status_code == 404
    assert "Kestrels" in grouped.ana.get("/threads").text
    assert "Kestrels and staff can read it." in grouped.ana.get(nest).text


def test_what_one_kept_of_it_goes_with_the_membership(grouped: Grouped, nest: str, session: Session) -> None:
    reply = session.scalars(select(Post.id).filter_by(is_opening=False)).one()
    follow_up = plan(grouped.ana, source=str(reply))
    grouped.ana.send(nest, "/drafts", {"draft_place": f"reply:{nest.rpartition('/')[2]}", "body": "Mine"})
    assert SECRET in grouped.ana.get(follow_up).text
    assert "Our nest" in grouped.ana.get("/drafts").text
    grouped.place({grouped.ana: None})
    assert SECRET not in grouped.ana.get(follow_up).text
    drafts = grouped.ana.get("/drafts").text
    assert "Our nest" not in drafts
    assert "Mine" in drafts
    assert grouped.ana.get(nest).status_code == 404


def test_posts_stay_with_their_group_whoever_moves(grouped: Grouped, nest: str) -> None:
    grouped.place({grouped.ana: grouped.herons, grouped.tom: grouped.kestrels})
    assert titles(grouped.ana) == []
    assert titles(grouped.tom) == ["Our nest"]
    grouped.ines.send("/groups", "/groups/choose", {"group_set": ""})
    assert titles(grouped.ana) == []
    assert titles(grouped.tom) == ["Our nest"]


def test_who_is_in_no_group_is_told_so_and_has_the_whole_courses_threads(grouped: Grouped) -> None:
    path = post_thread(grouped.ines, title="For all of you")
    page = grouped.mia.get("/threads").text
    assert "You are not in a group here yet." in page
    assert "For all of you" in page
    assert grouped.mia.send(path, f"{path}/replies", {"body": "Here I am."}).status_code == 303
    post_thread(grouped.mia, title="Is anybody there?")
    assert titles(grouped.tom) == ["Is anybody there?", "For all of you"]


def test_staff_choose_whose_a_thread_is_and_filter_by_group(grouped: Grouped, session: Session) -> None:
    form = grouped.ines.get("/threads/new").text
    assert "Who can read it?" in form
    assert "Who can read it?" not in grouped.ana.get("/threads/new").text
    post_thread(grouped.ines, title="For Herons", group=str(grouped.herons))
    post_thread(grouped.ana, title="Ours")
    assert titles(grouped.ines) == ["Ours", "For Herons"]
    assert titles(grouped.ines, f"?group={grouped.herons}") == titles(grouped.tom) == ["For Herons"]
    # A learner is not asked; what they send all the same is passed over.
    post_thread(grouped.ana, title="Smuggled", group=str(grouped.herons))
    smuggled = session.scalars(select(Conversation.group_id).filter_by(title="Smuggled")).one()
    assert smuggled == grouped.kestrels
    answer = grouped.ines.send("/threads/new", "/threads/new", {**THREAD, "group": str(UUID(int=1))})
    assert answer.status_code == 422


def test_a_learner_in_two_groups_has_to_choose(grouped: Grouped, session: Session) -> None:
    session.add(GroupMembership(group_id=grouped.herons, person_id=grouped.ana.actor.person_id))
    session.commit()
    assert "Who can read it?" in grouped.ana.get("/threads/new").text
    assert grouped.ana.send("/threads/new", "/threads/new", THREAD).status_code == 422
    for group in (grouped.kestrels, grouped.herons):
        post_thread(grouped.ana, group=str(group))
    groups = session.scalars(select(Conversation.group_id).order_by(Conversation.id)).all()
    assert groups == [grouped.kestrels, grouped.herons]


@pytest.mark.parametrize(("seconds", "there"), [(-1, []), (0, ["Our nest"]), (1, ["Our nest"])])
def test_the_gallery_opens_at_its_second(
    grouped: Grouped, nest: str, session: Session, seconds: int, there: list[str]
) -> None:
    opens_at = clock.now() + timedelta(hours=1)
    session.execute(update(Placement).values(gallery_at=opens_at))
    session.commit()
    assert "The gallery opens <relative-time" in grouped.tom.get("/threads").text
    with clock.at(opens_at + timedelta(seconds=seconds)):
        assert titles(grouped.tom) == titles(grouped.tom, "?where=course") == there
        assert grouped.tom.get(nest).status_code == (200 if there else 404)
        assert ("The gallery is open" in grouped.tom.get("/threads").text) == bool(there)


def test_the_gallery_is_for_reading_unless_replies_are_allowed(
    grouped: Grouped, nest: str, session: Session
) -> None:
    grouped.gallery(now="yes")
    page = grouped.tom.get(nest).text
    assert SECRET in page
    assert "This thread belongs to another group. You can read it." in page
    assert f'action="{grouped.tom.base}{nest}/replies"' not in page
    refused = grouped.tom.send("/threads/new", f"{nest}/replies", {"body": "From outside"})
    assert refused.status_code == 409
    assert "Your reply was not posted" in refused.text
    assert "From outside" in refused.text
    assert "Kestrels" in grouped.mia.get("/threads").text
    assert grouped.ana.send(nest, f"{nest}/replies", {"body": "From inside"}).status_code == 303
    grouped.gallery(now="yes", replies="y")
    assert grouped.tom.send(nest, f"{nest}/replies", {"body": "From outside"}).status_code == 303
    grouped.gallery(opens="")
    assert grouped.tom.get(nest).status_code == 404
    bodies = session.scalars(select(Post.body).filter_by(is_opening=False).order_by(Post.id)).all()
    assert bodies == [SECRET, "From inside", "From outside"]


def test_nobody_is_mentioned_in_a_group_who_is_not_there(grouped: Grouped, session: Session) -> None:
    post_thread(grouped.ana, title="Names", body="@Tom Becker and @Ines Koch and @Kestrels, @Herons")
    named = {(row[0], row[1]) for row in session.execute(select(Mention.person_id, Mention.group_id))}
    assert named == {(grouped.ines.actor.person_id, None), (None, grouped.kestrels)}
    kept = grouped.ana.send("/threads/new", "/mentions/suggestions", {"typed": "t"}).text
    assert "Tom Becker" in kept
    inside = {"typed": "t", "group": str(grouped.kestrels)}
    assert "Tom Becker" not in grouped.ana.send("/threads/new", "/mentions/suggestions", inside).text
    # Of another group, nobody learns who is in it.
    assert (
        "Ana Ruiz"
        not in grouped.tom.send(
            "/threads/new", "/mentions/suggestions", {"typed": "ana", "group": str(grouped.kestrels)}
        ).text
    )


def test_statements_name_the_team_and_nothing_that_was_written(
    grouped: Grouped, nest: str, session: Session
) -> None:
    del nest
    bodies = session.scalars(
        select(StatementRow.body).where(StatementRow.event.in_(["thread_posted", "reply_posted"]))
    ).all()
    assert len(bodies) == 2
    teams = [json.loads(body)["context"]["team"] for body in bodies]
    account = {"homePage": "http://127.0.0.1:8000", "name": str(grouped.kestrels)}
    assert teams == [{"objectType": "Group", "account": account}] * 2
    assert not any("Kestrels" in body for body in bodies)


def test_the_lists_and_pages_queries_are_few_and_do_not_grow(
    grouped: Grouped, nest: str, count_queries: QueryCounter
) -> None:
    def cost() -> tuple[int, int]:
        with count_queries() as listing:
            grouped.ana.get("/threads")
        with count_queries() as thread:
            grouped.ana.get(nest)
        return len(listing), len(thread)

    few = cost()
    for number in range(12):
        post_thread(grouped.ana, title=f"Thread {number}")
        grouped.make(f"Group {number}")
    write_replies(grouped.course, grouped.ana, nest, 30)
    assert cost() == few == (7, 5)
