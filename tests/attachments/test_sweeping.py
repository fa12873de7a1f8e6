"""Files that nobody posts, or that a process left half-way, are swept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.attachments import keeping, tasks
from lti_tool.attachments.models import Attachment
from lti_tool.core import clock
from lti_tool.posts.models import Post
from lti_tool.storage.store import Storage
from tests.attachments.files import (
    ids_in,
    posted_file,
    rows,
    said,
    upload,
    waiting_file,
)
from tests.factories.entrances import Visitor
from tests.threads.test_threads import THREAD


def test_what_is_taken_out_is_deleted_by_the_sweep(
    ana: Visitor, session: Session, sessions: sessionmaker[Session], storage: Storage
) -> None:
    answer, form = upload(ana, ("a.txt", b"a"), ("b.txt", b"b"))
    one, other = ids_in(answer.text)
    assert ana.post(f"/attachments/{one}/remove", form).status_code == 303
    sent = {**form, **THREAD, **said(other, "b.txt"), f"remove-{other}": "yes"}
    assert ana.post("/threads/new", sent).status_code == 303
    assert ana.get(f"/attachments/{one}").status_code == 404
    assert session.scalars(select(Post.attachment_count)).one() == 0
    tasks.sweep_files(sessions)
    assert (rows(session), storage.keys()) == ([], [])
    # And can be chosen again.
    assert len(ids_in(upload(ana, ("a.txt", b"a"), form=form)[0].text)) == 1


def test_unposted_files_are_deleted_after_a_day(
    ana: Visitor, session: Session, sessions: sessionmaker[Session], storage: Storage
) -> None:
    posted, waiting = posted_file(ana, session), waiting_file(ana)
    tasks.sweep_files(sessions)
    assert len(rows(session)) == 2
    with clock.at(clock.now() + timedelta(hours=25)):
        tasks.sweep_files(sessions)
    assert [row.id for row in rows(session)] == [posted]
    assert [key.rpartition("/")[2] for key in storage.keys()] == [str(posted)]  # noqa: SIM118
    assert str(waiting) not in str(storage.keys())


class Killed(BaseException):
    """As a process ends: nothing of ours catches it."""


@contextmanager
def killed(monkeypatch: pytest.MonkeyPatch, verb: str, *, after: bool) -> Iterator[None]:
    """In the middle of a verb of the storage: before it did its work, or after it."""
    whole = getattr(Storage, verb)

    def half(self: Storage, *arguments: object) -> None:
        if after:
            whole(self, *arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Storage, verb, half)
        with pytest.raises(Killed):
            yield


@pytest.mark.parametrize("after", [False, True])
def test_a_process_killed_while_storing_a_file(
    ana: Visitor,
    session: Session,
    sessions: sessionmaker[Session],
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    after: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    form = ana.form("/threads/new")

    def keep() -> Attachment:
        return keeping.keep_file(
            sessions, ana.actor, form_id=UUID(form["submission"]), claimed_name="a.txt", content=b"a"
        )

    with killed(monkeypatch, "put", after=after):
        keep()
    (row,) = rows(session)
    assert row.kept_at is None
    assert ana.get(f"/attachments/{row.id}").status_code == 404
    # Chosen again, it is there; else it goes, row and file.
    assert keep().id == row.id
    assert ana.get(f"/attachments/{row.id}").data == b"a"
    with clock.at(clock.now() + timedelta(hours=25)):
        tasks.sweep_files(sessions)
    assert (rows(session), storage.keys()) == ([], [])


@pytest.mark.parametrize("after", [False, True])
def test_a_process_killed_while_sweeping(
    ana: Visitor,
    session: Session,
    sessions: sessionmaker[Session],
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    after: bool,  # noqa: FBT001
) -> None:
    waiting_file(ana)
    with clock.at(clock.now() + timedelta(hours=25)):
        with killed(monkeypatch, "delete", after=after):
            tasks.sweep_files(sessions)
        assert len(rows(session)) == 1
        tasks.sweep_files(sessions)
    assert (rows(session), storage.keys()) == ([], [])
