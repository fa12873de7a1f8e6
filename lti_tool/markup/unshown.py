"""Placeholders for parts that can't be displayed; their source is shown instead."""

from markdown_it.common.utils import escapeHtml

UNSHOWN = '<span class="unshown"></span>'
"""Placeholder for the note. It is filled in when a page is shown, in the reader's language (web/filters.py).

Nobody can write this: in texts "<" is escaped, and in attributes the quotation marks are.
"""


def unshown_block(source: str) -> str:
    return f"<p>{UNSHOWN}</p>\n<pre><code>{escapeHtml(source)}</code></pre>\n"


def unshown_inline(source: str) -> str:
    return f"{UNSHOWN} <code>{escapeHtml(source)}</code>"
