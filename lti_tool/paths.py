"""Where templates, static files and migrations lie: in the wheel's bundle, or in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "_bundle"
_ROOT = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent


def templates_dir() -> Path:
    return _ROOT / "templates"


def static_dir() -> Path:
    return _ROOT / "static"


def migrations_dir() -> Path:
    return _ROOT / "migrations"
