"""Writing: toolbar, preview, pasting and words to begin with, by keyboard, in frames, without script."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.browser.conftest import NewContext, own_context
from tests.browser.running import Demo
from tests.browser.test_keyboard import tab_to, window_of_ana
from tests.browser.test_pages import look_at
from tests.browser.visits import ANA, TALK, Visit

pytestmark = pytest.mark.browser

FORMATTED = """<meta charset="utf-8"><b id="docs-internal-guid-1" style="font-weight:normal"><h2>Openings</h2>
<p>One is <strong>good</strong>, see <a href="https://a.example/b">here</a>
<a href="javascript:alert(1)">or there</a><img src="https://evil.example/x.png" alt="a cat"
onerror="alert(1)"></p>
<ul><li>first</li><li>second</li></ul>
<table><tr><th>a</th><th>b|c</th></tr><tr><td>1</td><td>2</td></tr></table><script>alert(1)</script></b>"""
AS_MARKDOWN = """## Openings

One is **good**, see [here](https://a.example/b) or therea cat

-   first
-   second

| a | b\\|c |
| --- | --- |
| 1 | 2 |"""


@pytest.fixture(scope="module")
def writer(chromium: Browser, demo: Demo) -> Iterator[tuple[Page, str]]:
    """Somebody's window, and the address of the form for a new thread."""
    with own_context(chromium) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit = Visit.enter_in_window(context.new_page(), demo, ANA, TALK)
        yield visit.page, f"{visit.base}/threads/new"


@pytest.fixture
def page(writer: tuple[Page, str], demo: Demo) -> Iterator[Page]:
    """The empty form; no page of the test before is left that could save or discard a draft."""
    page, address = writer
    page.goto(address)
    for _ in range(5):
        if not page.get_by_label("Your post").input_value():
            break
        # What the test before sent as it ended came only now.
        leave(page)
        demo.run("delete from draft")
        page.goto(address)
    yield page
    leave(page)


def leave(page: Page) -> None:
    """Without a last word, and with nothing kept."""
    page.evaluate(
        "sessionStorage.clear(); for (const it of document.querySelectorAll('textarea')) it.value = ''"
    )
    page.goto("about:blank")


@pytest.fixture
def text(page: Page) -> Locator:
    return page.get_by_label("Your post")


TOOLS = [
    ("Bold", "b", "**word**"),
    ("Italic", "i", "_word_"),
    ("Quote", "Shift+.", "> word"),
    ("Code", "e", "`word`"),
    ("Link", "k", "[word](url)"),
    ("List", "Shift+8", "- word"),
    ("Numbered list", "Shift+7", "1. word"),
    ("Formula", "Shift+E", "$word$"),
]


@pytest.mark.parametrize(("name", "keys", "expected"), TOOLS, ids=[name for name, *_ in TOOLS])
def test_each_tool_by_click_and_by_shortcut(
    page: Page, text: Locator, name: str, keys: str, expected: str
) -> None:
    for by_click in (True, False):
        text.fill("word")
        text.select_text()
        if by_click:
            page.get_by_role("button", name=name, exact=True).click()
        else:
            page.keyboard.press(f"Control+{keys}")
        expect(text).to_have_value(expected)
        expect(text).to_be_focused()
        page.keyboard.press("Control+z")
        expect(text).to_have_value("word")


def test_the_toolbar_is_one_stop_and_arrows_move_in_it(page: Page, text: Locator) -> None:
    text.fill("word")
    text.select_text()
    tab_to(page, page.get_by_role("button", name="Bold"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Formula")).to_be_focused()
    page.keyboard.press("Enter")
    expect(text).to_have_value("$word$")


def test_the_preview_is_one_key_away_and_back(page: Page, text: Locator) -> None:
    text.fill("So **it** is $x^2$\n\n```python\ndef f(): pass\n```")
    write, look = (page.get_by_role("tab", name=name) for name in ("Write", "Preview"))
    expect(write).to_have_attribute("aria-selected", "true")
    write.focus()
    page.keyboard.press("ArrowRight")
    expect(look).to_be_focused()
    panel = page.get_by_role("tabpanel", name="Preview")
    expect(panel.locator("strong")).to_have_text("it")
    expect(panel.locator("math msup")).to_be_visible()
    expect(panel.locator(".hl-keyword").first).to_have_text("def")
    expect(text).to_be_hidden()
    look_at(page, "composer-preview")
    page.keyboard.press("Home")
    expect(text).to_be_visible()
    text.fill("")
    look.click()
    expect(panel).to_have_text("There is nothing to preview yet.")


def test_pasted_formatting_becomes_markdown_and_undo_takes_it_back(page: Page, text: Locator) -> None:
    copy(page, html=FORMATTED, plain="whatever")
    text.fill("Before: ")
    text.press("End")
    page.keyboard.press("Control+v")
    expect(text).to_have_value(f"Before: {AS_MARKDOWN}")
    page.keyboard.press("Control+z")
    expect(text).to_have_value("Before: ")


def test_pasted_brackets_become_neither_formulas_nor_links(page: Page, text: Locator) -> None:
    copy(page, html="<p><b>[note]</b></p><p>[note]</p><p>[a](b.io), see [1]</p><p>[x]: y.io</p>", plain="x")
    text.fill("")
    page.keyboard.press("Control+v")
    expect(text).to_have_value("**[note]**\n\n[note]\n\n[a]\\(b.io), see [1]\n\n[x]\\: y.io")
    page.get_by_role("tab", name="Preview").click()
    panel = page.get_by_role("tabpanel", name="Preview")
    expect(panel).to_have_text(re.compile(r"\[note\]\s*\[note\]\s*\[a\]\(b\.io\), see \[1\]\s*\[x\]: y\.io"))
    expect(panel.locator("math")).to_have_count(0)


@pytest.mark.parametrize(
    "html",
    [None, "<meta charset=utf-8><span style='color:red'>2 * 3 * 4 &lt; _x_</span>"],
    ids=["plain", "styled"],
)
def test_plain_text_stays_as_it_is(page: Page, text: Locator, html: str | None) -> None:
    copy(page, html=html, plain="2 * 3 * 4 < _x_")
    text.focus()
    page.keyboard.press("Control+v")
    expect(text).to_have_value("2 * 3 * 4 < _x_")


def copy(page: Page, *, html: str | None, plain: str) -> None:
    """From a page that is not ours: the browser cleans what is copied by the rules of where it stands."""
    other = page.context.new_page()
    other.route("**/*", lambda route: route.fulfill(body="<p>Elsewhere</p>", content_type="text/html"))
    other.goto("http://localhost/")
    _copy(other, html=html, plain=plain)
    other.close()
    page.bring_to_front()


def _copy(page: Page, *, html: str | None, plain: str) -> None:
    kinds = {"text/plain": plain} | ({"text/html": html} if html else {})
    page.evaluate(
        """kinds => navigator.clipboard.write([new ClipboardItem(Object.fromEntries(
            Object.entries(kinds).map(([kind, text]) => [kind, new Blob([text], {type: kind})])))])""",
        kinds,
    )


def test_words_to_begin_with_come_after_what_is_there(page: Page, text: Locator) -> None:
    text.fill("Mine.")
    begin = page.get_by_text("Start from a template")
    tab_to(page, page.locator("summary", has_text="Start from a template"))
    page.keyboard.press("Enter")
    look_at(page, "composer-scaffolds")
    tab_to(page, page.get_by_role("button", name="A case"))
    page.keyboard.press("Enter")
    expect(text).to_be_focused()
    value = text.input_value()
    assert value.startswith("Mine.\n\n**What happened**")
    # The cursor is where one goes on.
    page.keyboard.type("He left")
    assert "**What happened** \nHe left" in text.input_value()
    begin.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="A case")).to_be_hidden()


def test_a_prompt_with_one_right_answer_gets_a_hint_that_is_in_nobodys_way(page: Page, text: Locator) -> None:
    title = page.get_by_label("Title")
    title.fill("List the five stages of grief.")
    hint = page.get_by_text("This seems to ask for what is in the text.")
    expect(hint).to_be_visible()
    page.get_by_text("Why?").first.click()
    expect(page.get_by_text("leaves little to add")).to_be_visible()
    look_at(page, "prompt-check")
    title.fill("Which of these stages did you see in your team, and what did you do?")
    expect(hint).to_be_hidden()


def test_posting_from_the_preview_and_a_formula_and_code_on_the_page(page: Page, text: Locator) -> None:
    page.get_by_label("Title").fill("Formulas and code")
    text.fill('$$\n\\frac{a}{b}\n$$\n\n$\\nothing$\n\n```js\nconst a = "b"; // c\n```')
    page.get_by_role("tab", name="Preview").click()
    expect(page.locator(".preview math")).to_be_visible()
    page.get_by_role("button", name="Post thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Formulas and code")
    expect(page.get_by_text("Segue could not display this. Original text:")).to_be_visible()
    look_at(page, "formulas-and-code")
    page.get_by_label("Your reply").fill("**Yes**")
    page.get_by_role("tab", name="Preview").click()
    expect(page.locator(".preview strong")).to_have_text("Yes")
    page.get_by_role("button", name="Post reply").click()
    expect(page.get_by_role("article").filter(has_text="Yes")).to_be_focused()
    # The new composer works as the first one did.
    page.get_by_label("Your reply").fill("_No_")
    page.get_by_role("tab", name="Preview").click()
    expect(page.locator(".preview em")).to_have_text("No")


def test_without_script_a_button_shows_the_preview_and_loses_nothing(
    demo: Demo, new_context: NewContext
) -> None:
    page = window_of_ana(new_context(java_script_enabled=False), demo, scripts=False)
    page.get_by_role("link", name="New thread").click()
    expect(page.get_by_role("tab")).to_have_count(0)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.get_by_label("Title").fill("Looked at first")
    page.get_by_label("Your post").fill("It is **bold**.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview").locator("strong")).to_have_text("bold")
    expect(page.get_by_label("Title")).to_have_value("Looked at first")
    expect(page.get_by_label("Your post")).to_have_value("It is **bold**.")
    page.get_by_role("button", name="Post thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looked at first")


def test_what_may_be_answered_already_stands_beside_the_title(page: Page, text: Locator) -> None:
    title = page.get_by_label("Title")
    title.fill("Whom does silence serve?")
    text.fill("It served him.")
    page.get_by_role("button", name="Post thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Whom does silence serve?")
    posted = page.url
    for form, label in (("threads", "Title"), ("help", "Your question")):
        page.goto(re.sub(r"/threads/.*", f"/{form}/new", posted))
        sent: list[Request] = []

        def note(request: Request, sent: list[Request] = sent) -> None:
            sent.append(request)

        page.on("request", note)
        page.get_by_label(label).press_sequentially("Does silence serve anybody?", delay=20)
        link = page.get_by_role("link", name="Whom does silence serve?")
        expect(link).to_be_visible()
        page.remove_listener("request", note)
        asked = [it for it in sent if it.url.endswith("/search/similar")]
        assert len(asked) == 1, "once it rests"
        assert "silence" not in "".join(it.url for it in sent)
        assert set(parse_qs(asked[0].post_data or "")) == {"title", "csrf_token"}
        look_at(page, f"similar-{form}")
        with page.context.expect_page() as opened:
            link.click()
        expect(opened.value.get_by_role("heading", level=1)).to_have_text("Whom does silence serve?")
        opened.value.close()
        page.get_by_label(label).fill("Whimbrels")
        expect(link).to_have_count(0)
