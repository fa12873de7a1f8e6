"""What the files of anonymous posts are called: nothing of their author's is in it, on any page."""

import re

import pytest
from sqlalchemy import select

from lti_tool.attachments.models import Attachment
from lti_tool.core.db import settings_of
from lti_tool.storage.store import storage_of
from tests.anonymity.world import World
from tests.attachments.files import HEIC, ids_in, picture, post_with_files, said, upload
from tests.threads.test_threads import THREAD

NAMES = [
    "ZoraQuartermain",
    "ZQuartermain",
    "Quartermain2",
    "Zora+Quartermain",
    "Zora\u2013Quartermain",
    "佐良",
    "zq-1",
]


def names_of(world: World) -> list[str]:
    world.session.rollback()
    return list(world.session.scalars(select(Attachment.name).order_by(Attachment.position)))


@pytest.mark.parametrize("name", NAMES)
def test_no_name_that_was_chosen_is_left(world: World, name: str) -> None:
    files = [(f"{name}.png", picture()), (f"{name}.py", b"a = 1"), (f"{name}.HEIC", HEIC), (name, b"words")]
    path = post_with_files(world.author, *files, post_as="anonymous")
    assert names_of(world) == ["picture-1.png", "text-1.py", "picture-2.jpg", "text-2.txt"]
    for reader in (world.peer, world.teacher):
        page = reader.get(path)
        assert name not in page.text
        for address in set(re.findall(r"/attachments/[0-9a-f-]{36}", page.text)):
            assert name not in str(reader.get(address).headers)
        assert THREAD["title"] not in reader.get(f"/search?q={name}").text
    assert not [key for key in storage_of(settings_of(world.session)).keys() if name in key]  # noqa: SIM118


def test_a_name_that_is_typed_counts_for_a_named_post_alone(world: World) -> None:
    """Whichever face is chosen last decides, and the form keeps what was typed."""
    answer, form = upload(world.author, ("Quartermain.png", picture()))
    (one,) = ids_in(answer.text)
    fields = {**form, **THREAD, **said(one, "Zora at work")}
    shown = world.author.post("/threads/new", {**fields, "post_as": "anonymous", "preview": "yes"})
    assert 'value="Zora at work"' in shown.text
    sent = world.author.post("/threads/new", {**fields, "post_as": "name"})
    assert sent.status_code == 303
    assert names_of(world) == ["Zora at work.png"]
    answer, form = upload(world.author, ("Quartermain.png", picture()))
    (one,) = ids_in(answer.text)
    fields = {**form, **THREAD, **said(one, "Zora at work")}
    assert world.author.post("/threads/new", {**fields, "post_as": "anonymous"}).status_code == 303
    assert sorted(names_of(world)) == ["Zora at work.png", "picture-1.png"]


def test_nobody_but_the_author_gets_the_original_of_an_anonymous_picture(world: World) -> None:
    path = post_with_files(world.author, ("Quartermain.HEIC", HEIC), post_as="anonymous")
    address = f"/attachments/{world.session.scalars(select(Attachment.id)).one()}/original"
    for reader in (world.peer, world.teacher):
        assert "/original" not in reader.get(path).text
        assert reader.get(address).status_code == 404
    answer = world.author.get(address)
    assert answer.data == HEIC
    assert answer.headers["Content-Disposition"] == "attachment; filename=picture-1.heic"
