"""What peers and staff are shown of somebody who posted anonymously: one test for each surface."""

from uuid import UUID

import pytest
from sqlalchemy import select

from lti_tool.posts.models import Post
from lti_tool.web.filters import hue, initials
from tests.anonymity.world import ANONYMOUS, AUTHOR, World, avatars
from tests.factories.entrances import Visitor
from tests.follow_ups.planning import plan

HTMX = {"HX-Request": "true"}


@pytest.fixture(params=["peer", "teacher"])
def reader(world: World, request: pytest.FixtureRequest) -> Visitor:
    """Staff are shown no more than peers are."""
    return getattr(world, request.param)  # type: ignore[no-any-return]


def test_the_thread_page(world: World, reader: Visitor) -> None:
    path = world.thread()
    own = world.reply(world.author, path, "And this too.", **ANONYMOUS)
    world.reply(world.peer, path, "To you", in_reply_to=str(own))
    for place in ("", "?at=first", f"?at={own}", f"?reply_to={own}"):
        page = reader.get(f"{path}{place}")
        world.check_hidden(page)
        assert page.text.count(world.pseudonym(own)) >= 2
        assert "Anonymous" in page.text


def test_the_list_of_threads_and_of_requests(world: World, reader: Visitor) -> None:
    world.thread()
    world.request()
    for page in ("/threads", "/threads?where=course", "/threads?sort=newest", "/help?show=all", "/help"):
        world.check_hidden(reader.get(page))


def test_fragments_that_come_while_a_page_is_open(world: World, reader: Visitor) -> None:
    path = world.thread()
    world.reply(world.author, path, "And this too.", **ANONYMOUS)
    for part in ("/threads/news", f"{path}/news?after=0"):
        answer = reader.get(part, headers=HTMX)
        assert answer.status_code in {200, 204}
        assert AUTHOR not in answer.text
    arrived = reader.get(f"{path}/replies?after=0", headers=HTMX)
    assert "And this too." in arrived.text
    world.check_hidden(arrived)


def test_the_answer_to_somebodys_reply_by_htmx(world: World, reader: Visitor) -> None:
    path = world.thread()
    form = {**reader.form(path), "body": "Mine", "in_reply_to": str(world.opening(path))}
    world.check_hidden(reader.post(f"{path}/replies", form, headers=HTMX))


def test_marks_and_by_whom(world: World, reader: Visitor) -> None:
    path = world.thread()
    post_id = world.opening(path)
    marks = f"/posts/{post_id}/marks"
    note = {"mark": "used", "note": "It held."}
    assert world.author.send(marks, marks, note).status_code == 303
    page = reader.get(marks)
    world.check_hidden(page)
    assert page.text.count(world.pseudonym(post_id)) >= 2
    fragment = reader.post(marks, {**reader.form(marks), "mark": "useful"}, headers=HTMX)
    world.check_hidden(fragment, reader.get(path))


def test_the_history_of_an_edited_post(world: World, reader: Visitor) -> None:
    path = world.thread()
    edit = f"/posts/{world.opening(path)}/edit"
    changed = {"title": "Another title", "body": "Another text", "revision": "1"}
    assert world.author.send(edit, edit, changed).status_code == 303
    world.check_hidden(reader.get(f"/posts/{world.opening(path)}/history"), reader.get(path))


def test_a_withdrawn_post(world: World, reader: Visitor) -> None:
    path = world.thread()
    withdraw = f"/posts/{world.opening(path)}/withdraw"
    assert world.author.send(withdraw, withdraw, {}).status_code == 303
    world.check_hidden(reader.get(path), reader.get("/threads"))


def test_the_search(world: World, reader: Visitor) -> None:
    path = world.thread(title="Openings that fail", body="Zebras are rare.")
    world.reply(world.author, path, "Zebras again.", **ANONYMOUS)
    found = reader.get("/search?q=zebras")
    assert found.text.count(world.pseudonym(world.opening(path))) == 2
    world.check_hidden(found)
    assert world.pseudonym(world.opening(path)) not in reader.get(f"/search?q={AUTHOR}").text


def test_mention_suggestions_know_no_pseudonyms(world: World, reader: Visitor) -> None:
    """Everybody of the course is suggested, by name; that is no trace of what they wrote."""
    name = world.pseudonym(world.opening(world.thread()))

    def found(typed: str) -> str:
        return reader.send("/threads/new", "/mentions/suggestions", {"typed": typed}).text

    assert AUTHOR in found(AUTHOR[:4])
    assert name not in found(name[:4])


def test_the_source_of_a_follow_up(world: World, reader: Visitor) -> None:
    path = world.thread()
    source = world.opening(path)
    world.check_hidden(reader.get(f"/follow-ups/new?source={source}"))
    planned = plan(reader, source=str(source))
    for page in (planned, "/follow-ups", f"{planned}/calendar.ics"):
        world.check_hidden(reader.get(page))
    assert world.pseudonym(source) in reader.get(planned).text


def test_the_readers_drafts(world: World, reader: Visitor) -> None:
    post_id = world.opening(world.thread())
    data = {"draft_place": f"reply_to:{post_id}", "body": "Half a word"}
    assert reader.send("/threads/new", "/drafts", data).status_code == 303
    world.check_hidden(reader.get("/drafts"))


def test_hues_and_initials_are_the_pseudonyms(world: World) -> None:
    path = world.thread()
    name = world.pseudonym(world.opening(path))
    for reader in (world.peer, world.teacher, world.author):
        assert avatars(reader.get(path).text) == {(str(hue(name)), initials(name))}


def test_who_takes_part_counts_pseudonyms(world: World) -> None:
    """The same person under both is two: one would say that they are the same."""
    path = world.thread()
    world.reply(world.author, path, "Under my name.", post_as="name")
    page = world.peer.get(path).text
    aside = page.rpartition('<ul class="plain-list people">')[2].partition("</ul>")[0]
    assert aside.count("<li>") == 2
    assert world.pseudonym(world.opening(path)) in aside
    assert AUTHOR in aside


def test_the_order_is_that_of_time(world: World) -> None:
    """And of nothing that belongs to a person."""
    path = world.thread()
    ids = [
        world.reply(world.author, path, f"Reply {n}", post_as="anonymous" if n % 2 else "name")
        for n in range(6)
    ]
    page = world.peer.get(path).text
    assert sorted(ids, key=lambda it: page.index(f'id="post-{it}"')) == ids


def test_one_is_you_to_oneself_and_knows_what_the_others_see(world: World) -> None:
    path = world.thread()
    name = world.pseudonym(world.opening(path))
    page = world.author.get(path).text
    assert "You (anonymous)" in page
    assert f"others see “{name}”" in page
    assert "You (anonymous)" in world.author.get("/threads").text


def test_two_threads_of_one_person_have_nothing_in_common(world: World) -> None:
    first, second = (world.opening(world.thread(title=title)) for title in ("One", "Two"))
    assert world.pseudonym(first) != world.pseudonym(second)


def test_a_pseudonym_lasts_through_its_conversation(world: World) -> None:
    path = world.thread()
    first = world.pseudonym(world.opening(path))
    later = world.reply(world.author, path, "Still me", **ANONYMOUS)
    assert world.pseudonym(later) == first
    other = world.reply(world.peer, path, "Somebody else", **ANONYMOUS)
    assert world.pseudonym(other) != first


def test_error_pages(world: World, reader: Visitor) -> None:
    post_id = world.opening(world.thread())
    for path in (f"/posts/{post_id}/edit", f"/posts/{post_id}/withdraw"):
        answer = reader.get(path)
        assert answer.status_code == 404
        world.check_hidden(answer)


def test_the_check_would_find_a_name(world: World) -> None:
    """The control: the same post under the name."""
    path = world.thread(post_as="name")
    assert world.session.scalars(select(Post.pseudonym)).one() is None
    with pytest.raises(AssertionError, match=path):
        world.check_hidden(world.peer.get(path))
    assert UUID(path.rpartition("/")[2])
