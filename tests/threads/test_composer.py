"""The composer by itself, as a page asks for it when somebody quotes a post."""

from tests.conftest import QueryCounter
from tests.factories.entrances import Course
from tests.threads.test_threads import post_thread

SCRIPT = {"HX-Request": "true"}


def test_it_answers_the_post_that_is_named_and_holds_what_was_left_there(
    course: Course, count_queries: QueryCounter
) -> None:
    ana = course.visitor("Ana Ruiz")
    path = post_thread(ana)
    reply = ana.send(path, f"{path}/replies", {"body": "Ask first."}).headers["Location"].split("post-")[1]
    place = f"reply_to:{reply}"
    ana.send(path, "/drafts", {"draft_place": place, "body": "I began"})
    with count_queries() as asked:
        page = ana.get(f"{path}/composer", query_string={"reply_to": reply}, headers=SCRIPT).text
    assert len(asked) <= 4
    assert "In reply to Ana Ruiz" in page
    assert f'value="{place}"' in page
    assert "I began" in page
    assert "<h1" not in page


def test_another_conversations_post_is_no_post_to_answer(course: Course) -> None:
    ana = course.visitor("Ana Ruiz")
    path, other = post_thread(ana), post_thread(ana, title="Another")
    reply = ana.send(other, f"{other}/replies", {"body": "There."}).headers["Location"].split("post-")[1]
    page = ana.get(f"{path}/composer", query_string={"reply_to": reply}, headers=SCRIPT).text
    assert "In reply to" not in page
    assert f'value="reply:{path.rsplit("/", 1)[1]}"' in page
