"""`segue person`: handing out and erasing, at the command line."""

import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from lti_tool.attachments.models import Attachment
from lti_tool.people.models import Person
from lti_tool.posts.models import Post
from lti_tool.settings import Settings
from lti_tool.storage.store import Storage, StorageError
from tests.attachments.files import HEIC, photo, post_with_files, post_with_pictures
from tests.conftest import folder_of
from tests.contract.conftest import everything, everything_written
from tests.factories.entrances import ISSUER, Course, Visitor, make_tenant
from tests.test_cli import Segue
from tests.test_cli import segue as segue  # noqa: PLC0414  # a fixture
from tests.threads.test_threads import post_thread

ANA = ("--platform", ISSUER, "--sub", "ana-ruiz")
TEXT = "A plan that nobody else has."


@pytest.fixture(autouse=True)
def media(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    """The folder of files; the command keeps them where the pages do."""
    monkeypatch.setenv("SEGUE_MEDIA_URL", settings.media_url or "")
    return folder_of(settings)


def files_in(folder: Path) -> list[Path]:
    return [it for it in folder.rglob("*") if it.is_file()]


@pytest.fixture
def ana(course: Course) -> Visitor:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana, title="Mine", body=TEXT)
    post_with_pictures(ana, {"A whiteboard of mine": photo((300, 200))})
    return ana


def test_an_export_is_a_folder_with_rows_statements_and_files(
    segue: Segue, ana: Visitor, course: Course
) -> None:
    post_thread(course.visitor("Tom Becker"), body="What Tom wrote, to @Ana Ruiz, is his.")
    made = segue("person", "export", *ANA, "--to", "ana")
    assert (made.exit_code, made.stderr) == (0, "")
    whole = json.loads(Path("ana/person.json").read_text(encoding="utf-8"))
    assert whole["rows"]["person"][0]["name"] == "Ana Ruiz"
    assert TEXT in {row["body"] for row in whole["rows"]["post"]}
    assert {"posted", "mentioned"} <= {it["verb"]["display"]["en"] for it in whole["statements"]}
    (file,) = whole["files"]
    assert Path("ana", file).stat().st_size > 0
    told = Path("ana/person.json").read_text(encoding="utf-8")
    assert "is his" not in told
    assert "Tom" not in told
    assert "tom-becker" not in told
    assert 'digest": "sha' not in told
    assert "secret" not in told
    assert stat.S_IMODE(Path("ana/person.json").stat().st_mode) == 0o600
    again = segue("person", "export", *ANA, "--to", "ana")
    assert again.exit_code == 2
    assert "is not empty" in again.stderr


def test_an_original_is_exported_and_erased_with_the_picture(
    segue: Segue, course: Course, media: Path
) -> None:
    post_with_files(course.visitor("Ana Ruiz"), ("IMG_1.heic", HEIC))
    assert segue("person", "export", *ANA, "--to", "ana").exit_code == 0
    files = {file.suffix: file.read_bytes() for file in Path("ana", "files").iterdir()}
    assert set(files) == {".jpg", ".heic"}
    assert files[".heic"] == HEIC
    assert len(list(media.rglob("*-original"))) == 1
    assert segue("person", "erase", *ANA, "--yes").exit_code == 0
    assert files_in(media) == []


def test_without_yes_nothing_is_changed_and_counts_are_shown(
    segue: Segue, ana: Visitor, engine: Engine
) -> None:
    before = everything(engine)
    dry = segue("person", "erase", *ANA, "--list", "list.json")
    assert (dry.exit_code, dry.stderr) == (0, "")
    assert "Nothing was changed" in dry.stdout
    assert "emptied  post                           2" in dry.stdout
    assert everything(engine) == before
    assert not Path("var/erased.txt").exists()
    assert not Path("list.json").exists()


def test_with_yes_rows_and_files_are_gone_and_the_list_is_written(
    segue: Segue, ana: Visitor, engine: Engine, session: Session, media: Path
) -> None:
    assert files_in(media)
    done = segue("person", "erase", *ANA, "--yes", "--list", "list.json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Erased: 1." in done.stdout
    left = everything_written(engine)
    for it in ("ana-ruiz", "Ana Ruiz", TEXT, "A whiteboard of mine"):
        assert it not in left
    assert files_in(media) == []
    assert session.scalars(select(func.count(Attachment.id))).one() == 0
    named = json.loads(Path("list.json").read_text(encoding="utf-8"))
    assert {"homePage": ISSUER, "name": "ana-ruiz"} in named["accounts"]
    assert stat.S_IMODE(Path("list.json").stat().st_mode) == 0o600
    noted = Path("var/erased.txt").read_text(encoding="utf-8")
    assert "ana" not in noted
    unknown = segue("person", "erase", *ANA)
    assert unknown.exit_code == 1
    assert "No data of this person was found" in unknown.stderr


def test_killed_before_the_commit_it_is_done_by_doing_it_again(
    segue: Segue, ana: Visitor, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(engine)

    def die(_session: Session) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Session, "commit", die)
        assert segue("person", "erase", *ANA, "--yes").exit_code != 0
    assert everything(engine) == before
    again = segue("person", "erase", "--again", "--yes")
    assert (again.exit_code, again.stderr) == (0, "")
    assert "Erased: 1." in again.stdout
    assert TEXT not in everything_written(engine)


def test_a_line_that_a_crash_cut_off_takes_no_other_with_it(segue: Segue, ana: Visitor) -> None:
    """Neither who was erased nor what is to be deleted elsewhere stands behind half a line."""
    Path("var").mkdir()
    Path("var/erased.txt").write_text("5f1d 2026-01-01T00:00:00+00:00\n83ab11", encoding="utf-8")
    Path("list.json").write_text('{"record_store": "the def', encoding="utf-8")
    assert segue("person", "erase", *ANA, "--yes", "--list", "list.json").exit_code == 0
    whole, torn, ours = Path("var/erased.txt").read_text(encoding="utf-8").splitlines()
    assert (whole[:4], torn) == ("5f1d", "83ab11")
    assert len(ours.partition(" ")[0]) == 64
    half, told = Path("list.json").read_text(encoding="utf-8").splitlines()
    assert half == '{"record_store": "the def'
    assert json.loads(told)["accounts"]


def test_killed_after_the_commit_the_files_follow(
    segue: Segue, ana: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    def fail(_storage: Storage, _key: str) -> None:
        raise StorageError("away")

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "delete", fail)
        done = segue("person", "erase", *ANA, "--yes")
    assert done.exit_code == 1
    assert "1 files could not be deleted yet" in done.stderr
    assert session.scalars(select(Attachment.name)).one() == ""
    assert segue("person", "erase", "--again", "--yes").exit_code == 0
    assert files_in(media) == []


def test_again_erases_nobody_who_came_back(
    segue: Segue, ana: Visitor, course: Course, session: Session
) -> None:
    assert segue("person", "erase", *ANA, "--yes").exit_code == 0
    back = course.visitor("Ana Ruiz")
    post_thread(back, body="I am back.")
    assert segue("person", "erase", "--again", "--yes").exit_code == 0
    assert session.get_one(Person, back.actor.person_id).name == "Ana Ruiz"
    assert "I am back." in session.scalars(select(Post.body)).all()


def test_who_is_meant_must_be_said(segue: Segue, ana: Visitor, session: Session) -> None:
    assert segue("person", "erase", "--sub", "ana-ruiz").exit_code == 2
    assert segue("person", "export", "--platform", ISSUER, "--to", "x").exit_code == 2
    assert segue("person", "erase", "--again", *ANA).exit_code == 2
    other = make_tenant(session, client_id="another")
    session.commit()
    several = segue("person", "erase", *ANA)
    assert several.exit_code == 1
    assert str(other.registration_id) in several.stderr
    one = segue("person", "erase", "--registration", str(ana.actor.registration_id), "--sub", "ana-ruiz")
    assert (one.exit_code, one.stderr) == (0, "")
