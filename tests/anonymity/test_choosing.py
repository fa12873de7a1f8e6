"""Choosing to post anonymously: where staff allow it, for each post, and never by mistake under the name."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.core.errors import ConflictError
from lti_tool.courses.models import Placement
from lti_tool.posts.anonymity import pseudonyms
from lti_tool.posts.models import Post
from lti_tool.posts.writing import Writing
from lti_tool.threads import service
from tests.anonymity.world import ANONYMOUS, AUTHOR, World, allow, make_world
from tests.attachments.files import PDF, post_with_files, upload
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import QUESTION
from tests.threads.test_threads import THREAD, post_thread

OFFER = 'value="anonymous"'
PAGES = ("/threads/new", "/help/new")


def test_it_is_off_until_staff_allow_it(course: Course, session: Session) -> None:
    learner, teacher = course.visitor(), course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    assert not any(OFFER in learner.get(page).text for page in PAGES)
    settings = {"activity": "discussion", "prompt": "", "anonymous": "y"}
    assert teacher.send("/activity", "/activity", settings).status_code == 303
    assert all(OFFER in learner.get(page).text for page in PAGES)
    (box,) = re.findall(r'<input[^>]*name="anonymous"[^>]*>', teacher.get("/activity").text)
    assert "checked" in box
    teacher.send("/activity", "/activity", {**settings, "anonymous": ""})
    assert session.scalars(select(Placement.settings)).one() == {}
    assert not any(OFFER in learner.get(page).text for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_allowed_is_refused_with_the_text_kept(
    course: Course, session: Session, page: str
) -> None:
    """Never posted under the name in its place."""
    answer = course.visitor().send(page, page, {**THREAD, **QUESTION, **ANONYMOUS})
    assert answer.status_code == 422
    assert "You can't post anonymously here now" in answer.text
    assert QUESTION["title"] in answer.text
    assert session.scalars(select(Post)).all() == []


def test_a_reply_is_refused_where_staff_took_it_back_meanwhile(world: World) -> None:
    path = world.thread()
    form = world.author.form(path)
    allow(world.session, anonymous=False)
    for headers in ({}, {"HX-Request": "true"}):
        answer = world.author.post(
            f"{path}/replies", {**form, "body": "My words", **ANONYMOUS}, headers=headers
        )
        assert answer.status_code == 422
        assert "You can't post anonymously here now" in answer.text
        assert "My words" in answer.text
    world.check_hidden(world.peer.get(path))


def test_staff_post_under_their_names(world: World) -> None:
    path = world.thread()
    assert not any(OFFER in world.teacher.get(page).text for page in (path, *PAGES))
    answer = world.teacher.send(path, f"{path}/replies", {"body": "Hidden?", **ANONYMOUS})
    assert answer.status_code == 422
    with pytest.raises(ConflictError):
        service.post_reply(
            world.session,
            world.teacher.actor,
            thread_id=UUID(path.rpartition("/")[2]),
            writing=Writing(body="Hidden?", submission_key=uuid4(), anonymous=True),
        )


def checked(visitor: Visitor, path: str, **options: object) -> str:
    page = visitor.get(path, **options).text
    field = page.partition('id="post_as"')[2].partition("</fieldset>")[0]
    return next(part.partition('"')[0] for part in field.split('value="')[1:] if "checked" in part)


def test_who_is_anonymous_in_a_conversation_stays_so_by_default(world: World) -> None:
    for path in (world.thread(), world.request()):
        assert checked(world.author, path) == "anonymous"
        assert checked(world.peer, path) == "name"
        assert world.pseudonym(world.opening(path)) in world.author.get(path).text.partition("post_as")[2]
    assert [checked(world.author, page) for page in PAGES] == ["name", "name"]


def test_the_composer_that_comes_after_a_reply_offers_it_too(world: World) -> None:
    for path, kind in ((world.thread(), "replies"), (world.request(), "answers")):
        form = {**world.author.form(path), "body": "By htmx", **ANONYMOUS}
        answer = world.author.post(f"{path}/{kind}", form, headers={"HX-Request": "true"})
        assert "You (anonymous)" in answer.text
        assert "checked" in answer.text.partition(OFFER)[2].partition(">")[0]


def test_a_draft_keeps_the_choice(world: World) -> None:
    path = world.thread(post_as="name")
    place = f"reply:{path.rpartition('/')[2]}"
    data = {"draft_place": place, "body": "Half a word", **ANONYMOUS}
    assert world.author.send(path, "/drafts", data).status_code == 303
    assert checked(world.author, path) == "anonymous"
    assert AUTHOR not in world.author.get("/drafts").text


def test_the_same_text_under_the_other_face_is_another_post(world: World) -> None:
    path = world.thread()
    form = {**world.author.form(path), "body": "Twice"}
    for _ in range(2):
        world.author.post(f"{path}/replies", {**form, **ANONYMOUS})
    assert len(world.session.scalars(select(Post).filter_by(is_opening=False)).all()) == 1


def test_files_that_may_name_their_author_stay_out(world: World) -> None:
    _, form = upload(world.author, ("plan.pdf", PDF))
    with pytest.raises(AssertionError, match="often contain their author"):
        post_with_files(world.author, ("plan.pdf", PDF), post_as="anonymous")
    assert form
    assert post_with_files(world.author, ("plan.txt", b"Plain words"), post_as="anonymous")


def test_nobody_bears_anothers_pseudonym(world: World) -> None:
    name = world.pseudonym(world.opening(world.thread()))
    path = world.thread(title="Another")
    world.reply(world.peer, path, "Named")
    with pytest.raises(IntegrityError, match="fk_post_pseudonym"):
        world.session.execute(text("update post set pseudonym = :name where not is_opening"), {"name": name})


def test_names_that_meet_are_drawn_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With four names for ten people: none is there twice, and the later ones get a number."""
    monkeypatch.setattr(pseudonyms, "_FIRST", ["Calm", "Kind"])
    monkeypatch.setattr(pseudonyms, "_SECOND", ["owl", "crane"])
    path = world.thread()
    for number in range(9):
        world.reply(world.course.visitor(f"Learner {number}"), path, f"{number}", **ANONYMOUS)
    names = world.session.scalars(select(Post.pseudonym)).all()
    assert len(set(names)) == 10
    assert {str(name).rstrip(" 0123456789") for name in names} <= {
        "Calm owl",
        "Calm crane",
        "Kind owl",
        "Kind crane",
    }


def test_anonymous_posts_cost_a_page_no_query(
    course: Course, session: Session, count_queries: QueryCounter
) -> None:
    named = course.visitor("Tom Becker")
    path = post_thread(named)
    with count_queries() as before:
        named.get(path)
    world = make_world(course, session)
    path = world.thread()
    world.reply(world.author, path, "One", **ANONYMOUS)
    with count_queries() as after:
        world.peer.get(path)
    assert len(after) == len(before)
