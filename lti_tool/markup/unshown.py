"""What can't be displayed stands as it was written, in its place, with a word that says so."""

from markdown_it.common.utils import escapeHtml

UNSHOWN = '<span class="unshown"></span>'
"""Where the word stands. It is put in when a page is shown, in the reader's language (web/filters.py).

Nobody can write this: in texts "<" is escaped, and in attributes the quotation marks are.
"""


def unshown_block(source: str) -> str:
    return f"<p>{UNSHOWN}</p>\n<pre><code>{escapeHtml(source)}</code></pre>\n"


def unshown_inline(source: str) -> str:
    return f"{UNSHOWN} <code>{escapeHtml(source)}</code>"
