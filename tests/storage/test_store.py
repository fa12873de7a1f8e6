"""Keeping files: in a local folder and in memory, the two that are tried here."""

from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from lti_tool.core.errors import SettingsError
from lti_tool.settings import Settings
from lti_tool.storage.store import Storage, StorageError, check_storage, storage_of
from tests.conftest import SECRET


def settings_with(media_url: str | None) -> Settings:
    return Settings(secret_key=SecretStr(SECRET), media_url=media_url)


@pytest.fixture(params=["file", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    url = "memory:///" if request.param == "memory" else (tmp_path / "a folder" / "media").as_uri()
    return storage_of(settings_with(url))


def test_a_file_is_kept_replaced_and_deleted(storage: Storage) -> None:
    key = f"attachments/ab/{uuid4()}"
    storage.put(key, b"one")
    storage.put(key, b"\x00two")
    assert storage.get(key) == b"\x00two"
    assert key in storage.keys()  # noqa: SIM118  # it is no mapping
    storage.delete(key)
    storage.delete(key)
    assert key not in storage.keys()  # noqa: SIM118
    with pytest.raises(FileNotFoundError):
        storage.get(key)


def test_a_folder_is_left_as_empty_as_it_was(tmp_path: Path) -> None:
    storage = storage_of(settings_with((tmp_path / "media").as_uri()))
    storage.put("a/b/c", b"x")
    assert (tmp_path / "media/a/b/c").read_bytes() == b"x"
    storage.delete("a/b/c")
    assert list((tmp_path / "media").iterdir()) == []


def test_without_an_address_it_is_a_folder_in_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    storage_of(settings_with(None)).put("key", b"x")
    assert (tmp_path / "var/media/key").read_bytes() == b"x"


@pytest.mark.parametrize("url", ["ftp://keeper:secret@files.example/x", "nonsense", "file:///proc/nowhere"])
def test_what_cannot_be_opened_is_said_without_the_address(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        storage_of(settings_with(url))
    assert "SEGUE_MEDIA_URL" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_place_that_does_not_answer_is_an_error_of_ours(tmp_path: Path) -> None:
    storage = storage_of(settings_with((tmp_path / "media").as_uri()))
    (tmp_path / "media/taken").write_bytes(b"a file where a folder is needed")
    with pytest.raises(StorageError):
        storage.put("taken/key", b"x")


def test_the_check_leaves_nothing_behind(tmp_path: Path) -> None:
    settings = settings_with((tmp_path / "media").as_uri())
    assert check_storage(settings) == "files can be written, read and deleted"
    assert storage_of(settings).keys() == []
