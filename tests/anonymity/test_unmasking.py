"""Looking up who wrote an anonymous post: only with a reason, logged, and told to its author."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from lti_tool.audit.models import ModerationLog, StaffAct
from lti_tool.core.actor import Role
from lti_tool.launch.models import Launch
from lti_tool.moderation.models import AuthorNotice, NoticeKind, Unmasking
from lti_tool.statements.models import StatementRow
from tests.anonymity.world import AUTHOR, World
from tests.moderation.test_moderation import decide

WHY = "Somebody may be in danger."


@pytest.fixture
def post_id(world: World) -> UUID:
    return world.opening(world.thread())


def look_up(world: World, post_id: UUID, reason: str = WHY) -> str:
    """The path of the page with the name."""
    path = f"/moderation/posts/{post_id}/author"
    answer = world.teacher.send(path, path, {"reason": reason})
    assert answer.status_code == 303, answer.text
    return str(answer.location).removeprefix(world.teacher.base)


def test_it_is_logged_told_and_shown_to_who_asked(world: World, post_id: UUID) -> None:
    world.check_hidden(world.teacher.get(f"/moderation/posts/{post_id}/author"))
    page = world.teacher.get(look_up(world, post_id)).text
    assert AUTHOR in page
    assert WHY in page
    entry = world.session.scalars(select(ModerationLog)).one()
    assert (entry.act, entry.reason, entry.person_id) == (StaffAct.UNMASK, WHY, None)
    told = world.author.get("/threads").text
    assert "looked up who wrote one of your anonymous posts" in told
    assert WHY in told
    assert "looked up" not in world.peer.get("/threads").text


def test_without_a_reason_there_is_no_name(world: World, post_id: UUID) -> None:
    path = f"/moderation/posts/{post_id}/author"
    answer = world.teacher.send(path, path, {"reason": " "})
    assert answer.status_code == 422
    world.check_hidden(answer)
    assert world.session.scalars(select(ModerationLog)).all() == []


def test_everywhere_else_the_pseudonym_stays(world: World, post_id: UUID) -> None:
    look_up(world, post_id)
    for page in (f"/moderation/posts/{post_id}", "/moderation", "/moderation/log", "/threads"):
        world.check_hidden(world.teacher.get(page))
    assert "looked up who wrote" in world.teacher.get("/moderation/log").text


def test_it_is_of_one_post(world: World, post_id: UUID) -> None:
    other = world.opening(world.thread(title="Another one"))
    look_up(world, post_id)
    world.check_hidden(world.teacher.get(f"/moderation/posts/{other}/author"))


def test_the_name_is_shown_to_nobody_else(world: World, post_id: UUID) -> None:
    path = look_up(world, post_id)
    colleague = world.course.visitor("Jonas Weiss", role=Role.INSTRUCTOR)
    for visitor in (colleague, world.peer, world.author):
        assert visitor.get(path).status_code == 404
    world.session.execute(update(Launch).values(role=Role.LEARNER))
    world.session.commit()
    assert world.teacher.get(path).status_code == 404


def test_learners_and_named_posts(world: World, post_id: UUID) -> None:
    named = world.opening(world.thread(title="Named", post_as="name"))
    assert world.teacher.get(f"/moderation/posts/{named}/author").status_code == 404
    form = world.teacher.form("/threads/new")
    sent = world.teacher.post(f"/moderation/posts/{named}/author", {**form, "reason": WHY})
    assert sent.status_code == 404
    for visitor in (world.peer, world.author):
        assert visitor.get(f"/moderation/posts/{post_id}/author").status_code == 404


def test_a_withdrawn_post_can_be_looked_up_too(world: World, post_id: UUID) -> None:
    world.author.send("/threads", f"/posts/{post_id}/withdraw", {})
    assert AUTHOR in world.teacher.get(look_up(world, post_id)).text


def test_twenty_presses_are_one_looking_up(world: World, post_id: UUID) -> None:
    path = f"/moderation/posts/{post_id}/author"
    form = {**world.teacher.form(path), "reason": WHY}
    windows = [world.course.visitor("Ines Koch", role=Role.INSTRUCTOR) for _ in range(20)]
    forms = [{**form, "csrf_token": it.form("/threads/new")["csrf_token"]} for it in windows]
    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(lambda n: windows[n].post(path, forms[n]).status_code, range(20)))
    assert answers == {303}
    for model in (ModerationLog, Unmasking):
        assert len(world.session.scalars(select(model)).all()) == 1
    assert len(world.session.scalars(select(AuthorNotice)).all()) == 1


def test_its_statement_tells_of_staff_and_names_nobody_else(world: World, post_id: UUID) -> None:
    look_up(world, post_id)
    row = world.session.scalars(select(StatementRow).filter_by(event="post_moderated")).one()
    assert row.person_id == world.teacher.actor.person_id
    assert "verbs/unmasked" in row.body
    assert not [told for told in (*world.identifying(), WHY) if told in row.body]


@pytest.mark.parametrize("missing", ["log_id", "notice_id"])
def test_the_database_refuses_one_that_is_not_logged_or_not_told(
    world: World, post_id: UUID, missing: str
) -> None:
    decide(world.teacher, post_id, "hide")
    ids = {
        "log_id": world.session.scalars(select(ModerationLog.id)).one(),
        "notice_id": world.session.scalars(select(AuthorNotice.id)).one(),
    }
    world.session.add(
        Unmasking(
            **{**ids, missing: uuid4()},
            course_id=world.teacher.actor.course_id,
            post_id=post_id,
            staff_id=world.teacher.actor.person_id,
            submission_key=uuid4(),
        )
    )
    with pytest.raises(IntegrityError, match=missing):
        world.session.commit()


def test_the_notice_outlasts_whoever_would_take_it_back(world: World, post_id: UUID) -> None:
    look_up(world, post_id)
    with pytest.raises(IntegrityError, match="fk_unmasking_notice"):
        world.session.execute(delete(AuthorNotice).filter_by(kind=NoticeKind.UNMASKED))
