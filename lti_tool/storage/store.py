"""Where files are kept, by the address in SEGUE_MEDIA_URL; under var/ where it names none."""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from lti_tool.core.errors import SegueError, SettingsError
from lti_tool.settings import Settings, var_dir

_PROBE = "probe"
_TROUBLE = (BaseError, OSError)


class StorageError(SegueError):
    """The place where files are kept does not answer, or refuses."""


class Storage:
    """Files by their key. To put one again replaces it whole; to delete one that is not there is fine."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, key: str, content: bytes) -> None:
        """Raises StorageError."""
        try:
            obstore.put(self._store, key, content)
        except _TROUBLE as error:
            raise StorageError(type(error).__name__) from None

    def get(self, key: str) -> bytes:
        """Raises FileNotFoundError for a key that nothing is kept under, and StorageError."""
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError:
            raise
        except _TROUBLE as error:
            raise StorageError(type(error).__name__) from None

    def delete(self, key: str) -> None:
        """Raises StorageError."""
        try:
            obstore.delete(self._store, key)
        except FileNotFoundError:
            return
        except _TROUBLE as error:
            raise StorageError(type(error).__name__) from None

    def keys(self) -> list[str]:
        """Of everything that is kept."""
        return sorted(entry["path"] for page in obstore.list(self._store) for entry in page)


def storage_of(settings: Settings) -> Storage:
    """The one that the settings name. Raises SettingsError where it can't be opened."""
    return _open(settings.media_url or (var_dir() / "media").as_uri())


def check_storage(settings: Settings) -> str:
    """Write, read and delete a file: where it was, in words. Raises SettingsError when that fails."""
    storage, key, content = storage_of(settings), f"{_PROBE}/{uuid4()}", b"Segue was here."
    try:
        storage.put(key, content)
        is_kept = storage.get(key) == content
        storage.delete(key)
    except (StorageError, FileNotFoundError) as error:
        raise SettingsError(f"files can't be stored there ({error})") from None
    if not is_kept:
        raise SettingsError("a file was read back with different content")
    return "files can be written, read and deleted"


@cache
def _open(url: str) -> Storage:
    parts = urlsplit(url)
    try:
        if parts.scheme == "file":
            folder = Path(url2pathname(parts.path))
            return Storage(LocalStore(folder, mkdir=True, automatic_cleanup=True))
        return Storage(from_url(url))
    # The address may hold a password, and the error's text the address.
    except (*_TROUBLE, ValueError) as error:
        raise SettingsError(f"SEGUE_MEDIA_URL can't be opened ({type(error).__name__})") from None
