"""Asking and answering anonymously: the pages, and what would tell that two faces are one person."""

import pytest

from tests.anonymity.world import ANONYMOUS, AUTHOR, World
from tests.help_requests.asking import FIX, listed, post_answer


def test_a_request_through_its_whole_life(world: World) -> None:
    path = world.request()
    for reader in (world.peer, world.teacher):
        world.check_hidden(reader.get(path))
    answer = post_answer(world.peer, path)
    for reader in (world.peer, world.teacher):
        world.check_hidden(reader.get(path), reader.get("/help?show=answered"))
    world.author.send(path, f"{path}/answers/{answer}/accept", {})
    world.author.send(path, f"{path}/resolve", FIX)
    name = world.pseudonym(world.opening(path))
    for reader in (world.peer, world.teacher):
        page = reader.get(path)
        world.check_hidden(page, reader.get("/help?show=resolved"))
        assert f"This helped {name}" in page.text


def test_an_anonymous_answer(world: World) -> None:
    path = world.request(post_as="name")
    other = world.course.visitor("Mara Lind")
    post_id = world.reply(other, path, "Try this", **ANONYMOUS)
    page = world.peer.get(path).text
    assert "Mara" not in page
    assert world.pseudonym(post_id) in page


@pytest.mark.parametrize("asked_as", ["anonymous", "name"])
def test_an_answer_of_the_asker_under_the_other_name_counts(world: World, asked_as: str) -> None:
    """A request that still waited would say that asker and answerer are one person."""
    path = world.request(post_as=asked_as)
    assert listed(world.peer, "waiting")
    world.reply(world.author, path, "An answer", post_as="name" if asked_as == "anonymous" else "anonymous")
    assert not listed(world.peer, "waiting")
    assert listed(world.peer, "answered")


def test_the_asker_under_the_same_face_adds_to_the_request(world: World) -> None:
    path = world.request()
    world.reply(world.author, path, "And this", **ANONYMOUS)
    assert listed(world.peer, "waiting")
    assert AUTHOR not in world.peer.get(path).text
