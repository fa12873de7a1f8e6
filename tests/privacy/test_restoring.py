"""A backup older than an erasure is restored, and the erasure repeated from what was kept beside it."""

import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from lti_tool.core.db import make_engine
from lti_tool.settings import Settings
from lti_tool.statements.models import StatementRow
from lti_tool.storage.store import storage_of
from tests.attachments.files import photo, post_with_pictures
from tests.conftest import folder_of
from tests.contract.conftest import everything
from tests.factories.entrances import ISSUER, Course
from tests.privacy.canaries import deliver, everywhere
from tests.test_cli import Segue
from tests.test_cli import segue as segue  # noqa: PLC0414  # a fixture
from tests.threads.test_threads import post_thread


def test_who_was_erased_is_erased_again_from_a_restored_backup(
    segue: Segue,
    course: Course,
    session: Session,
    settings: Settings,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    media = folder_of(settings)
    monkeypatch.setenv("SEGUE_MEDIA_URL", media.as_uri())
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    post_thread(ana, body="A plan that nobody else has.")
    post_with_pictures(ana, {"A whiteboard of mine": photo((300, 200))})
    post_thread(tom, title="Of Tom", body="As @Ana Ruiz says, it helps.")
    deliver(course, settings, engine)
    shutil.copytree(media, tmp_path / "backup")
    session.close()
    engine.dispose()
    backup = f"backup_{uuid4().hex[:12]}"
    server = make_engine(engine.url.set(database="postgres").render_as_string(hide_password=False))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # All of it, its files and rows, as it is now.
        connection.execute(text(f"create database {backup} template {engine.url.database}"))
        try:
            done = segue("person", "erase", "--platform", ISSUER, "--sub", "ana-ruiz", "--yes")
            assert (done.exit_code, done.stderr) == (0, "")
            shutil.rmtree(media)
            shutil.copytree(tmp_path / "backup", media)
            url = engine.url.set(database=backup).render_as_string(hide_password=False)
            restored = make_engine(url)
            assert "A plan that nobody else has." in everywhere(restored)
            again = segue("person", "erase", "--again", "--yes", "--list", "list", SEGUE_DATABASE_URL=url)
            assert (again.exit_code, again.stderr) == (0, "")
            assert "Erased: 1." in again.stdout
            left = everywhere(restored)
            told = ("A plan that nobody else has.", "ana-ruiz", "Ana Ruiz", "A whiteboard of mine")
            assert not [it for it in told if it in left]
            assert "Of Tom" in left
            assert list(storage_of(settings).keys()) == []
            with Session(restored) as restored_session:
                voids = select(func.count(StatementRow.id)).filter_by(event="voided")
                assert restored_session.scalars(voids).one() == 3
            # And once more changes nothing.
            before = everything(restored)
            assert segue("person", "erase", "--again", "--yes", SEGUE_DATABASE_URL=url).exit_code == 0
            assert everything(restored) == before
            restored.dispose()
        finally:
            connection.execute(text(f"drop database {backup} with (force)"))
    server.dispose()
