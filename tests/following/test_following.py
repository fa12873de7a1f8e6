"""Follow levels: defaults, changes told of once, and the condition for lists."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.following.models import ConversationFollow, PlacementFollow
from lti_tool.following.queries import following
from lti_tool.posts.models import Conversation
from tests.factories.entrances import Course, Visitor
from tests.marks.test_marks import A, told
from tests.threads.test_threads import post_thread


def follow(visitor: Visitor, path: str, level: str) -> int:
    return visitor.send("/threads", f"/follow/{path.rpartition('/')[2]}", {"level": level}).status_code


def followed(session: Session, visitor: Visitor) -> list[UUID]:
    session.expire_all()
    return list(session.scalars(select(Conversation.id).where(following(visitor.actor))))


def test_authors_and_repliers_follow_by_default(course: Course, session: Session) -> None:
    ana, tom, yusuf = (course.visitor(name) for name in ("Ana Ruiz", "Tom Becker", "Yusuf Demir"))
    path = post_thread(ana)
    tom.send(path, f"{path}/replies", {"body": "Mine too"})
    levels = {row.person_id: row.level for row in session.scalars(select(ConversationFollow))}
    assert levels == {ana.actor.person_id: "everything", tom.actor.person_id: "replies"}
    assert "Following: all posts" in ana.get(path).text
    assert "Following: replies and mentions" in tom.get(path).text
    assert "Following: same as the activity" in yusuf.get(path).text
    assert len(followed(session, tom)) == 1
    assert followed(session, yusuf) == []
    assert list(told(session, "follow_changed")) == []


def test_a_chosen_level_stays_and_is_recorded_once(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    path = post_thread(ana)
    for level in ("digest", "digest", "mute", "mute"):
        assert follow(tom, path, level) == 303
    tom.send(path, f"{path}/replies", {"body": "A reply changes nothing of it"})
    assert session.scalars(
        select(ConversationFollow.level).filter_by(person_id=tom.actor.person_id)
    ).one() == ("mute")
    first, second = told(session, "follow_changed")
    assert first["verb"]["id"] == "http://activitystrea.ms/follow"
    assert "digest" in first["context"]["extensions"].values()
    assert second["verb"]["id"] == "http://activitystrea.ms/stop-following"
    assert first["object"]["id"] == second["object"]["id"] == f"{A}/{path.rpartition('/')[2]}"


def test_following_an_activity_covers_its_threads_except_muted_ones(course: Course, session: Session) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    muted, other = post_thread(ana), post_thread(ana, title="Another")
    follow(tom, muted, "mute")
    assert tom.send("/threads", "/follow/activity", {"level": "everything"}).status_code == 303
    assert [str(found) for found in followed(session, tom)] == [other.rpartition("/")[2]]
    assert "Following: all posts" in tom.get("/threads").text
    assert session.scalars(select(PlacementFollow.level)).one() == "everything"


def test_fifty_concurrent_changes_are_one_change(course: Course, session: Session) -> None:
    path = post_thread(course.visitor("Ana Ruiz"))
    windows = [course.visitor("Tom Becker") for _ in range(50)]
    forms = [window.form("/threads") for window in windows]
    address = f"/follow/{path.rpartition('/')[2]}"

    def press(number: int) -> int:
        return windows[number].post(address, {**forms[number], "level": "everything"}).status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(press, range(50))) == {303}
    assert len(list(told(session, "follow_changed"))) == 1


def test_an_unknown_level_is_refused_and_htmx_gets_the_control(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    path = post_thread(ana)
    answer = ana.send(path, f"/follow/{path.rpartition('/')[2]}", {"level": "loudly"})
    assert answer.status_code == 422
    assert "Please choose one of these." in answer.text
    data = {**ana.form(path), "level": "digest"}
    part = ana.post(f"/follow/{path.rpartition('/')[2]}", data, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Following: digest" in part.text
