"""What markdown becomes, and what it never becomes."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.markup import markdown
from lti_tool.markup.markdown import ATTRIBUTES, LARGEST_HTML, TAGS, render
from lti_tool.markup.unshown import UNSHOWN

OURS = {"a": {"rel", "target"}, "table": {"tabindex"}, "span": {"class"}}


class _Reader(HTMLParser):
    """A second opinion on the HTML: its tags and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_safe(html: str) -> None:
    for tag, attributes in _Reader(html).tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | OURS.get(tag, set())
        assert not any(name.startswith(("on", "hx-", "data-", "style", "id")) for name in attributes)
        assert (attributes.get("class") or "hl-").startswith(("hl-", "unshown"))
        href = attributes.get("href") or ""
        scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", href, re.IGNORECASE)
        assert scheme is None or scheme[1] in {"http", "https", "mailto"}, href
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer nofollow ugc"
            assert attributes["target"] == "_blank"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**bold** and *italic*", "<p><strong>bold</strong> and <em>italic</em></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>\n'),
        ("# Title", "<h3>Title</h3>\n"),
        ("###### Small", "<h6>Small</h6>\n"),
        ("~~gone~~", "<p><s>gone</s></p>\n"),
        ("`a < b`", "<p><code>a &lt; b</code></p>\n"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>\n"),
        ("<b>raw</b>", "<p>&lt;b&gt;raw&lt;/b&gt;</p>\n"),
        ("مرحبا", "<p>مرحبا</p>\n"),
        ("", ""),
    ],
)
def test_markdown(source: str, html: str) -> None:
    assert render(source) == html


def test_links_open_outside_the_frame_without_a_referrer() -> None:
    html = render("See https://example.org/a?b=1 and [this](https://example.org).")
    assert html.count('rel="noopener noreferrer nofollow ugc"') == 2
    assert html.count('target="_blank"') == 2


def test_an_image_becomes_a_link() -> None:
    html = render("![a cat](https://evil.test/pixel.png)")
    assert "<img" not in html
    assert ">a cat</a>" in html


def test_the_checker_notices_unsafe_html() -> None:
    for html in ("<script>", '<p onclick="x">', '<a href="javascript:x" rel="" target="">', "<img>"):
        with pytest.raises(AssertionError):
            assert_safe(html)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>[](){}!#*_`~|-\\\"'&;:/ \n\tajscript=onx1\u202e"), max_size=200))
def test_any_text_renders_to_safe_html(source: str) -> None:
    assert_safe(render(source))


WIDE = "|a" * 25 + "|\n" + "|-" * 25 + "|\n| b | c |"
LONG = "|a|b|\n|-|-|\n" + "|c\n" * 1500


@pytest.mark.parametrize("table", [WIDE, LONG.strip()], ids=["wide", "long"])
@pytest.mark.parametrize("before", ["", "> ", "- "])
def test_a_too_large_table_is_shown_as_source(table: str, before: str) -> None:
    inside = table.replace("\n", f"\n{before.replace('-', ' ')}")
    html = render(f"Look:\n\n{before}{inside}\n\nAnd *that*.")
    assert "<table" not in html
    assert html.count(UNSHOWN) == 1
    assert f"<pre><code>{table}</code></pre>" in html
    assert html.endswith("<p>And <em>that</em>.</p>\n")


def test_a_large_table_within_the_limit_is_a_table() -> None:
    html = render("|a" * 20 + "|\n" + "|-" * 20 + "|\n" + "|b\n" * 90)
    assert html.count("<tr>") == 91
    assert UNSHOWN not in html


@pytest.mark.parametrize("mark", ["> ", "- ", "1. ", "> - "])
def test_too_deep_nesting_is_shown_as_source_without_losing_what_follows(mark: str) -> None:
    html = render(f"{mark * 25}deep\n\nAnd *that*.")
    assert html.count(UNSHOWN) == 1
    assert "deep</code>" in html
    assert html.endswith("<p>And <em>that</em>.</p>\n")


def test_a_text_that_breaks_the_renderer_is_shown_as_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError("a bug somewhere")

    monkeypatch.setattr(markdown, "_to_html", fail)
    assert render("*a* <b>") == f"<p>{UNSHOWN}</p>\n<pre><code>*a* &lt;b&gt;</code></pre>\n"


def test_html_beyond_the_limit_is_replaced_by_the_source() -> None:
    html = render("\n".join("&" * 8 for _ in range(3600)))
    assert len(html) <= LARGEST_HTML
    assert render("x" * 40_000).count("x") == 32 * 1024


def test_authors_cannot_fake_the_note_on_undisplayed_parts() -> None:
    for source in (
        UNSHOWN,
        f"`{UNSHOWN}`",
        f"[a](/{UNSHOWN})",
        f"<https://a.b/{UNSHOWN}>",
        f"$\\text{{{UNSHOWN}}}$",
    ):
        assert UNSHOWN not in render(source)


@pytest.mark.parametrize(
    "source", ["[" * 32_000, "> " * 16_000, "*a " * 10_000, "- " * 16_000, "`" * 32_000, "(" * 32_000]
)
def test_deep_nesting_stays_small(source: str) -> None:
    assert len(render(source)) <= LARGEST_HTML
