"""What the files of one person in one course may have together."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.attachments.models import Attachment
from lti_tool.settings import Settings
from tests.attachments.files import ids_in, upload
from tests.factories.entrances import Course, Visitor

SIXTY_PERCENT = 600 * 1024


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"files_megabytes": 1})


def rows(session: Session) -> list[Attachment]:
    session.rollback()
    return list(session.scalars(select(Attachment).where(Attachment.removed_at.is_(None))))


def test_a_refusal_names_the_remaining_space(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    kept, form = upload(ana, ("a.txt", b"a" * SIXTY_PERCENT))
    refused, _ = upload(ana, ("b.txt", b"b" * SIXTY_PERCENT))
    assert refused.status_code == 422
    assert "remaining space in this course (0.4 MB)" in refused.text
    assert len(rows(session)) == 1
    # What is in another course, is another's, or was taken out, does not count.
    elsewhere, tom = course.visitor("Ana Ruiz", context_id="course-2"), course.visitor("Tom Becker")
    for visitor in (elsewhere, tom):
        assert upload(visitor, ("b.txt", b"b" * SIXTY_PERCENT))[0].status_code == 200
    ana.post(f"/attachments/{ids_in(kept.text)[0]}/remove", form)
    assert upload(ana, ("b.txt", b"b" * SIXTY_PERCENT))[0].status_code == 200


def test_concurrent_uploads_share_one_limit(app: Flask, course: Course, session: Session) -> None:
    ana, together = course.visitor("Ana Ruiz"), threading.Barrier(6)
    cookie = ana.client.get_cookie("segue_launch", domain="127.0.0.1", path=ana.base)
    assert cookie

    def send(number: int) -> int:
        visitor = Visitor(app, ana.actor, cookie.value)
        form = visitor.form("/threads/new")
        together.wait(20)
        return upload(visitor, (f"{number}.txt", b"%d" % number * SIXTY_PERCENT), form=form)[0].status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, range(6))) == [200, *[422] * 5]
    assert len(rows(session)) == 1
