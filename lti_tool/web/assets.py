"""Static files, under an address that changes with their content and so can be cached for a year."""

import hashlib
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

_YEAR = 365 * 24 * 3600


def init_assets(app: Flask, folder: Path) -> None:
    prefix = f"/static/{_digest(folder)}"
    app.add_template_global(lambda name: f"{prefix}/{name}", "asset")
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=prefix,
        max_age=_YEAR,
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
    )


def _digest(folder: Path) -> str:
    """One short digest of all files: links between them stay as they are."""
    sum_of_all = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            sum_of_all.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return sum_of_all.hexdigest()[:12]
