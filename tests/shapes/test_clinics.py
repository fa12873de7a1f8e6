"""Case clinics: questions, ideas while the giver listens, and what is taken along; each in its stage."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.core.schedule import Stage
from lti_tool.courses.models import Placement
from lti_tool.posts.models import Post
from lti_tool.statements.models import StatementRow
from lti_tool.threads.models import CaseStage
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.shapes.shaped import ANSWER, OWN, reply, set_up, teacher
from tests.threads.test_threads import post_thread, write_replies

__all__ = ["teacher"]
TAKEN = "I will ask him before I show any figures."


@pytest.fixture
def ana(course: Course, teacher: Visitor) -> Visitor:
    set_up(teacher, "clinic", anonymous="y")
    return course.visitor("Ana Ruiz")


@pytest.fixture
def tom(course: Course) -> Visitor:
    return course.visitor("Tom Becker")


@pytest.fixture
def path(ana: Visitor) -> str:
    """Ana's case."""
    return post_thread(ana)


def move(visitor: Visitor, path: str, stage: str) -> int:
    return visitor.send("/threads/new", f"{path}/stage", {"stage": stage}).status_code


def stage_of(session: Session, post_id: UUID) -> Stage | None:
    return session.scalars(select(Post.stage).filter_by(id=post_id)).one()


def moved(session: Session) -> list[Stage]:
    return list(session.scalars(select(CaseStage.stage).order_by(CaseStage.id)))


def test_a_case_goes_through_its_stages(path: str, ana: Visitor, tom: Visitor, session: Session) -> None:
    page = tom.get(path).text
    assert "Ask questions only, for now." in page
    assert "Next: ideas." in page
    assert "Move on to ideas" not in page
    asked = reply(tom, path, OWN, stage="questions")
    answered = reply(ana, path, "He was my manager.")
    assert "Answer their questions." in ana.get(path).text
    assert move(ana, path, "ideas") == 303
    assert "Say what you would do." in tom.get(path).text
    assert "Listen now." in ana.get(path).text
    idea = reply(tom, path, ANSWER)
    assert move(ana, path, "taking") == 303
    assert "After that, you can reply again." in tom.get(path).text
    taken = reply(ana, path, TAKEN)
    after = reply(tom, path, "Tell us how it went.")
    stages = [stage_of(session, it) for it in (asked, answered, idea, taken, after)]
    assert stages == [Stage.QUESTIONS, Stage.QUESTIONS, Stage.IDEAS, Stage.TAKING, None]
    page = tom.get(path).text
    for word in ("Question", "Answer", "Idea", "Takeaways"):
        assert f"{word}</span>" in page
    at_top = page.partition('id="taken"')[2].partition("</section>")[0]
    assert TAKEN in at_top
    assert "Carry forward" not in at_top
    assert f"/follow-ups/new?source={taken}" in ana.get(path).text.partition('id="taken"')[2]
    assert "Finished" in tom.get("/threads").text


def test_the_giver_listens_and_only_the_giver_takes_along(
    path: str, ana: Visitor, tom: Visitor, teacher: Visitor, session: Session
) -> None:
    move(ana, path, "ideas")
    refused = ana.send(path, f"{path}/replies", {"body": OWN})
    assert refused.status_code == 409
    assert OWN in refused.text
    # Nor under another face.
    assert ana.send(path, f"{path}/replies", {"body": OWN, "post_as": "anonymous"}).status_code == 409
    part = ana.send(path, f"{path}/replies", {"body": OWN}, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"]) == (409, "#composer")
    move(teacher, path, "taking")
    refused = tom.send(path, f"{path}/replies", {"body": ANSWER})
    assert refused.status_code == 409
    assert ANSWER in refused.text
    assert stage_of(session, reply(teacher, path, "Take your time.")) is None
    assert len(session.scalars(select(Post.id)).all()) == 2


def test_what_was_written_for_the_stage_before_is_looked_at_again(
    path: str, ana: Visitor, tom: Visitor, session: Session
) -> None:
    form = {**tom.form(path), "body": OWN, "stage": "questions"}
    move(ana, path, "ideas")
    answer = tom.post(f"{path}/replies", form)
    assert answer.status_code == 422
    assert "The case was moved on while you were writing." in answer.text
    assert OWN in answer.text
    assert 'name="stage" value="ideas"' in answer.text
    assert stage_of(session, reply(tom, path, OWN, stage="ideas")) is Stage.IDEAS


def test_sent_again_after_the_move_it_is_the_same_reply(
    path: str, ana: Visitor, tom: Visitor, session: Session
) -> None:
    form = {**tom.form(path), "body": OWN, "stage": "questions"}
    first = tom.post(f"{path}/replies", form)
    move(ana, path, "ideas")
    move(ana, path, "taking")
    assert tom.post(f"{path}/replies", form).location == first.location
    form = {**ana.form(path), "body": TAKEN, "stage": "taking"}
    first = ana.post(f"{path}/replies", form)
    assert (first.status_code, ana.post(f"{path}/replies", form).location) == (303, first.location)
    assert len(session.scalars(select(Post.id)).all()) == 3


def test_only_the_giver_and_staff_move_it_on_and_one_step_at_a_time(
    path: str, course: Course, ana: Visitor, tom: Visitor, teacher: Visitor, session: Session
) -> None:
    assert move(tom, path, "ideas") == 404
    assert [move(ana, path, stage) for stage in ("taking", "over", "")] == [404, 404, 404]
    assert move(teacher, path, "ideas") == 303
    assert [move(ana, path, stage) for stage in ("ideas", "questions", "taking")] == [303, 303, 303]
    assert moved(session) == [Stage.IDEAS, Stage.TAKING]
    set_up(teacher, "discussion")
    assert move(ana, post_thread(ana), "ideas") == 404


def test_a_withdrawn_end_lets_the_giver_say_it_anew(path: str, ana: Visitor, session: Session) -> None:
    move(ana, path, "ideas")
    move(ana, path, "taking")
    first = reply(ana, path, TAKEN)
    assert ana.send(f"/posts/{first}/withdraw", f"/posts/{first}/withdraw", {}).status_code == 303
    assert 'id="taken"' not in ana.get(path).text
    second = reply(ana, path, "Rather something else.")
    assert stage_of(session, second) is Stage.TAKING
    with pytest.raises(IntegrityError, match="uq_post_taking"):
        session.execute(update(Post).where(Post.id == first).values(state="published"))


def test_stages_come_by_date_too(path: str, ana: Visitor, tom: Visitor, session: Session) -> None:
    now, week = clock.now(), timedelta(days=7)
    session.execute(update(Placement).values(ideas_at=now - week, taking_at=now + week))
    session.commit()
    assert "Say what you would do." in tom.get(path).text
    assert "It starts <relative-time" in tom.get(path).text
    assert stage_of(session, reply(tom, path, OWN)) is Stage.IDEAS
    session.execute(update(Placement).values(taking_at=now - timedelta(seconds=1)))
    session.commit()
    assert stage_of(session, reply(ana, path, TAKEN)) is Stage.TAKING
    assert moved(session) == []


@pytest.mark.parametrize(
    ("ideas", "taking", "status"),
    [
        ("2031-05-06T09:00", "2031-05-07T09:00", 303),
        ("", "2031-05-07T09:00", 303),
        ("2031-05-07T09:00", "2031-05-06T09:00", 422),
        ("2031-05-05T09:00", "", 422),
        ("", "2031-05-10T09:00", 422),
    ],
)
def test_dates_of_stages_are_in_order(
    teacher: Visitor, session: Session, ideas: str, taking: str, status: int
) -> None:
    moments = {"opens": "2031-05-05T09:00", "closes": "2031-05-09T18:00", "zone": "UTC"}
    data = {"activity": "clinic", "ideas": ideas, "taking": taking, **moments}
    assert teacher.send("/activity", "/activity", data).status_code == status
    kept = session.scalars(select(Placement.taking_at)).one()
    assert (kept is not None) is (status == 303)
    now = clock.now()
    with pytest.raises(IntegrityError, match="ck_placement_stages"):
        session.execute(update(Placement).values(ideas_at=now, taking_at=now))


def test_an_anonymous_giver_is_told_by_nothing(
    ana: Visitor, tom: Visitor, teacher: Visitor, session: Session
) -> None:
    path = post_thread(ana, post_as="anonymous")
    named = reply(ana, path, "Said under my name", post_as="name")
    unnamed = reply(ana, path, "Said as who brought it", post_as="anonymous")
    page = tom.get(path).text
    assert "Question</span>" in page.partition(f'id="post-{named}"')[2].partition("</article>")[0]
    assert "Answer</span>" in page.partition(f'id="post-{unnamed}"')[2].partition("</article>")[0]
    move(ana, path, "ideas")
    move(ana, path, "taking")
    assert ana.send(path, f"{path}/replies", {"body": TAKEN, "post_as": "name"}).status_code == 409
    reply(ana, path, TAKEN, post_as="anonymous")
    for visitor in (tom, teacher):
        taken = visitor.get(path).text.partition('id="taken"')[2].partition("</section>")[0]
        assert TAKEN in taken
        assert "Ana" not in taken
    made = session.scalars(select(StatementRow).filter_by(event="case_moved_on")).all()
    assert [row.person_id for row in made] == [None, None]
    assert not any("Ana" in row.body or "ana-ruiz" in row.body for row in made)


def test_statements_say_the_stage_once(path: str, ana: Visitor, tom: Visitor, session: Session) -> None:
    reply(tom, path, OWN)
    for _ in range(2):
        move(ana, path, "ideas")
    bodies = session.scalars(
        select(StatementRow.body)
        .where(StatementRow.event.in_(["reply_posted", "case_moved_on"]))
        .order_by(StatementRow.created_at)
    )
    told = [json.loads(body) for body in bodies]
    assert [it["verb"]["display"]["en"] for it in told] == ["replied", "moved on"]
    stages = [
        [value for name, value in it["context"]["extensions"].items() if name.endswith("/extensions/stage")]
        for it in told
    ]
    assert stages == [["questions"], ["ideas"]]
    assert OWN not in json.dumps(told)


def test_fifty_moves_at_once_are_one(path: str, course: Course, session: Session) -> None:
    windows = [course.visitor("Ana Ruiz") for _ in range(50)]
    forms = [window.form("/threads/new") for window in windows]

    def go(number: int) -> int:
        return windows[number].post(f"{path}/stage", {**forms[number], "stage": "ideas"}).status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(go, range(50))) == {303}
    assert moved(session) == [Stage.IDEAS]
    assert len(session.scalars(select(StatementRow.id).filter_by(event="case_moved_on")).all()) == 1


def test_fifty_ends_at_once_leave_one_at_the_top(path: str, course: Course, session: Session) -> None:
    windows = [course.visitor("Ana Ruiz") for _ in range(50)]
    move(windows[0], path, "ideas")
    move(windows[0], path, "taking")
    forms = [window.form("/threads/new") for window in windows]

    def end(number: int) -> int:
        return windows[number].post(f"{path}/replies", {**forms[number], "body": TAKEN}).status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(end, range(50))) == {303}
    stages = session.scalars(select(Post.stage).filter_by(is_opening=False)).all()
    assert sorted(stages, key=str) == [*[None] * 49, Stage.TAKING]


def test_replies_and_a_move_at_once_are_told_apart(path: str, course: Course, session: Session) -> None:
    """Whatever was written for the questions is one, or was refused: none becomes an idea."""
    ana = course.visitor("Ana Ruiz")
    tom = [course.visitor("Tom Becker") for _ in range(20)]
    forms = [window.form(path) for window in tom]
    going = ana.form("/threads/new")

    def act(number: int) -> int:
        if number == 10:
            return ana.post(f"{path}/stage", {**going, "stage": "ideas"}).status_code
        data = {**forms[number], "body": f"{OWN} {number}", "stage": "questions"}
        return tom[number].post(f"{path}/replies", data).status_code

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(act, range(20)))
    assert set(answers) <= {303, 422}
    moved_at = session.scalars(select(CaseStage.created_at)).one()
    assert moved_at
    stages = session.scalars(select(Post.stage).filter_by(is_opening=False)).all()
    assert list(stages) == [Stage.QUESTIONS] * (answers.count(303) - 1)


def test_it_holds_from_another_activity_too(
    path: str, course: Course, ana: Visitor, session: Session
) -> None:
    move(ana, path, "ideas")
    elsewhere = course.visitor("Mia Lang", link="link-2")
    assert "Say what you would do." in elsewhere.get(path).text
    assert stage_of(session, reply(elsewhere, path, OWN)) is Stage.IDEAS


def test_queries_are_a_constant_number(
    path: str, course: Course, ana: Visitor, tom: Visitor, count_queries: QueryCounter
) -> None:
    reply(tom, path, OWN)
    with count_queries() as few:
        tom.get(path)
    write_replies(course, tom, path, 60)
    with count_queries() as many:
        tom.get(path)
    with count_queries() as one_case:
        tom.get("/threads")
    for number in range(5):
        other = post_thread(ana, title=f"Case {number}")
        move(ana, other, "ideas")
    move(ana, path, "ideas")
    move(ana, path, "taking")
    reply(ana, path, TAKEN)
    with count_queries() as cases:
        tom.get("/threads")
    with count_queries() as over:
        tom.get(path)
    assert (len(few), len(many), len(over)) == (7, 7, 8)
    assert len(one_case) == len(cases) <= 9
