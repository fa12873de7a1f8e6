"""Small elements that a page has hundreds of: made here, once for all that look the same.

Templates call them like macros; what was made is kept.
"""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from flask import Flask
from markupsafe import Markup

from lti_tool.web.filters import hue, initials, moment_in
from lti_tool.web.locale import language

_ICON = Markup('<svg class="icon" {}focusable="false"><use href="{}#i-{}"></use></svg>')
_DECORATION = Markup('aria-hidden="true" ')
_LABELLED = Markup('role="img" aria-label="{}" ')
_TIME = Markup('<relative-time datetime="{0}" lang="{1}"><time datetime="{0}">{2}</time></relative-time>')
_AVATAR = Markup('<span class="avatar hue-{}" aria-hidden="true">{}</span>')


def init_elements(app: Flask) -> None:
    sprite = app.jinja_env.globals["asset"]("vendor/icons.svg")  # type: ignore[operator]

    @lru_cache(512)
    def icon(name: str, label: str | None = None) -> Markup:
        """An icon beside words: decoration. Give a label only where it stands alone."""
        return _ICON.format(_LABELLED.format(label) if label else _DECORATION, sprite, name)

    app.add_template_global(icon, "icon")
    app.add_template_global(time, "time")
    app.add_template_global(avatar, "avatar")


def time(value: datetime) -> Markup:
    """A moment: relative where our script runs, in full where it does not and for who asks."""
    return _time(value, language())


@lru_cache(4096)
def _time(value: datetime, tag: str) -> Markup:
    return _TIME.format(value.isoformat(), tag, moment_in(value, tag))


@lru_cache(4096)
def avatar(name: str, key: UUID | str) -> Markup:
    """The picture beside a name: letters on one of twelve colours, the same for `key` everywhere."""
    return _AVATAR.format(hue(key), initials(name))
