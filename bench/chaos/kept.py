"""What a store of the chaos run keeps: in a file, since a million statements don't belong in memory."""

import sqlite3
from collections.abc import Iterator, MutableMapping
from pathlib import Path


class KeptInFile(MutableMapping[str, str]):
    """Statements' texts by their ids. The file needs to outlive no crash: the store is never killed."""

    def __init__(self, path: Path) -> None:
        # One thread at a time: the store's, and when that has ended the one that compares.
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("pragma journal_mode = off")
        self._file.execute("pragma synchronous = off")
        self._file.execute("create table kept (id text primary key, statement text not null)")
        self._count = 0

    def __getitem__(self, key: str) -> str:
        found = self._file.execute("select statement from kept where id = ?", (key,)).fetchone()
        if found is None:
            raise KeyError(key)
        return str(found[0])

    def __setitem__(self, key: str, text: str) -> None:
        self._count += key not in self
        self._file.execute("insert or replace into kept values (?, ?)", (key, text))

    def __delitem__(self, key: str) -> None:
        raise TypeError("a record store forgets nothing")

    def __iter__(self) -> Iterator[str]:
        return (key for (key,) in self._file.execute("select id from kept"))

    def __len__(self) -> int:
        return self._count
