"""person.json, written while it is read: what is kept of one person may be much."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from lti_tool.core import clock
from lti_tool.privacy.exporting import Kept

_OWNER_ALONE = 0o600


def write_person(file: Path, kept: Kept, *, platform: str, files: Sequence[str]) -> tuple[Counter[str], int]:
    """One JSON object, on the disk when this returns: how many rows of each table, how many statements."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(file, flags, _OWNER_ALONE), "w", encoding="utf-8") as opened:
        opened.write(
            f'{{\n "made_at": {_json(clock.now().isoformat())},\n "platform": {_json(platform)},\n "rows": {{'
        )
        rows = _write_rows(opened, kept)
        opened.write('\n },\n "statements": [')
        statements = 0
        for statement in kept.statements:
            opened.write(f"{',' if statements else ''}\n  {_json(statement)}")
            statements += 1
        opened.write(f'\n ],\n "files": {_json(list(files))}\n}}\n')
        opened.flush()
        os.fsync(opened.fileno())
    return rows, statements


def _write_rows(opened: TextIO, kept: Kept) -> Counter[str]:
    rows: Counter[str] = Counter()
    for table, row in kept.rows:
        if table not in rows:
            opened.write(f"{chr(10) + '  ],' if rows else ''}\n  {_json(table)}: [")
        opened.write(f"{',' if rows[table] else ''}\n   {_json(row)}")
        rows[table] += 1
    opened.write("\n  ]")
    return rows


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
