"""What staff are shown: no page puts name and post together."""

import re

import pytest
from sqlalchemy import select

from lti_tool.audit.models import ModerationLog
from lti_tool.core.actor import Role
from lti_tool.grades.models import Score
from lti_tool.launch.models import LaunchKind
from tests.anonymity.world import ANONYMOUS, AUTHOR, SUB, World, allow
from tests.attachments.files import picture, post_with_files
from tests.factories.entrances import Course
from tests.moderation.test_moderation import decide, pre_moderate, report
from tests.threads.test_threads import THREAD

WORDS = "Nobody knows that these are mine."


def test_one_learners_work_is_without_what_they_wrote_anonymously(world: World) -> None:
    world.thread(title="An anonymous title", body=WORDS)
    world.request(title="An anonymous question?", trying_to=WORDS)
    named = world.thread(title="A named title", post_as="name")
    world.reply(world.author, named, WORDS, **ANONYMOUS)
    reviewer = world.course.visitor(
        "Ines Koch",
        role=Role.INSTRUCTOR,
        kind=LaunchKind.SUBMISSION_REVIEW,
        details={"for_user": SUB, "name": AUTHOR},
    )
    for page in (
        world.teacher.get(f"/people/{world.author.actor.person_id}"),
        reviewer.get("/review"),
    ):
        assert page.status_code == 200
        assert "A named title" in page.text
        for hidden in ("An anonymous", WORDS):
            assert hidden not in page.text


def test_what_a_learner_answered_is_shown_with_the_pseudonym(world: World) -> None:
    path = world.thread(body=WORDS)
    world.reply(world.peer, path, "An answer")
    page = world.teacher.get(f"/people/{world.peer.actor.person_id}")
    world.check_hidden(page)
    assert world.pseudonym(world.opening(path)) in page.text


def test_grades_count_nothing_anonymous_and_hear_nothing_of_it(world: World) -> None:
    allow(world.session, points=10)
    world.thread()
    world.request()
    assert world.session.scalars(select(Score)).all() == []
    assert world.teacher.get("/grades").text.count("no contribution yet") == 2
    world.thread(post_as="name")
    assert "1 contribution" in world.teacher.get("/grades").text
    world.session.expire_all()
    assert world.session.scalars(select(Score.person_id)).all() == [world.author.actor.person_id]


def test_the_moderation_queue_and_the_post_in_it(world: World) -> None:
    path = world.thread()
    post_id = world.opening(path)
    assert report(world.peer, post_id) == 303
    queue, post = world.teacher.get("/moderation"), world.teacher.get(f"/moderation/posts/{post_id}")
    world.check_hidden(queue, post, world.peer.get(f"/moderation/report/{post_id}"))
    for page in (queue, post):
        assert world.pseudonym(post_id) in page.text
    assert "Require approval" not in post.text


def test_the_log_of_what_staff_did(world: World) -> None:
    post_id = world.opening(world.thread())
    assert decide(world.teacher, post_id, "hide") == 303
    assert decide(world.teacher, post_id, "restore") == 303
    for page in ("/moderation/log", f"/moderation/log?post={post_id}"):
        shown = world.teacher.get(page)
        world.check_hidden(shown)
        assert world.pseudonym(post_id) in shown.text
    about = world.teacher.get(f"/moderation/log?person={world.author.actor.person_id}")
    assert "hid a post" not in about.text
    assert world.session.scalars(select(ModerationLog.person_id)).all() == [None, None]


def test_the_author_is_told_of_decisions_all_the_same(world: World) -> None:
    post_id = world.opening(world.thread())
    decide(world.teacher, post_id, "hide")
    assert "Staff have hidden one of your posts" in world.author.get("/threads").text


@pytest.mark.parametrize("path", ["/threads/new", "/help/new"])
def test_whose_posts_wait_can_not_post_anonymously(world: World, path: str) -> None:
    """Of the few whose posts wait, staff would know whose it is."""
    pre_moderate(world.teacher, world.author)
    data = {**THREAD, "trying_to": WORDS, "help_wanted": "hint", **ANONYMOUS}
    answer = world.author.send(path, path, data)
    assert answer.status_code == 422
    assert "Please post under your name" in answer.text
    assert THREAD["title"] in answer.text


def test_the_lists_of_people_and_of_threads_say_nothing_together(world: World) -> None:
    world.thread(title="An anonymous title")
    people = world.teacher.get("/people").text
    assert AUTHOR in people
    assert "An anonymous title" not in people


def test_files_of_anonymous_posts(world: World, course: Course) -> None:
    """Neither their names nor their addresses nor what comes with them."""
    del course
    path = post_with_files(world.author, ("Zora Quartermain at work.png", picture()), post_as="anonymous")
    page = world.peer.get(path)
    world.check_hidden(page)
    address = re.search(r"/attachments/[0-9a-f-]{36}", page.text)
    assert address
    file = world.peer.get(address[0])
    told = f"{file.headers}".lower() + file.get_data().decode("latin-1").lower()
    assert not [it for it in world.identifying() if it.lower() in told]
