"""What set-up puts into static/vendor/: the icons, and scripts that load as they are, without a bundler."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from os import environ
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree as ET

import pytest
from chromium import find_chromium
from front_end import read_icons, sprite
from machine import Stop
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "static/vendor"
SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'

PAGE = """<!doctype html><meta charset="utf-8"><title>t</title>
<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>
<script src="/vendor/htmx.min.js"></script>
<script type="module" src="/vendor/relative-time-element/bundle.js"></script>
<script type="module" src="/vendor/markdown-toolbar-element/index.js"></script>
<svg id="icon" width="24" height="24"><use href="/vendor/icons.svg#i-bell"/></svg>
<markdown-toolbar for="text"><md-bold id="bold">Bold</md-bold></markdown-toolbar>
<textarea id="text">word</textarea>
<relative-time datetime="2020-01-01T00:00:00Z" lang="en" tense="past">then</relative-time>
<button id="more" hx-get="/part.html" hx-target="#place">More</button><p id="place"></p>
"""
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"


def icon(folder: Path, name: str, inside: str) -> None:
    (folder / f"{name}.svg").write_text(SVG.format(inside))


def test_icons_may_have_names_of_our_own() -> None:
    assert read_icons("# about\n\nbell\ncarry = arrow-right  # why\n") == {
        "bell": "bell",
        "carry": "arrow-right",
    }


def test_a_symbol_holds_the_shapes(tmp_path: Path) -> None:
    icon(tmp_path, "bell", '<path d="M1 1"/>\n<circle cx="1" cy="1" r="1"/>')
    symbol = ET.fromstring(sprite({"i": "bell"}, tmp_path))[0]
    assert symbol.get("id") == "i-i"
    assert [shape.tag.rpartition("}")[2] for shape in symbol] == ["path", "circle"]


def test_an_unknown_icon_is_named(tmp_path: Path) -> None:
    icon(tmp_path, "bell", "")
    with pytest.raises(Stop, match="does not have: bel, tent"):
        sprite({"bell": "bell", "b": "bel", "tent": "tent"}, tmp_path)


@pytest.mark.parametrize(
    "inside", ["<script/>", '<path onclick="x"/>', '<use href="x"/>', "<path><animate/></path>"]
)
def test_an_icon_with_more_than_shapes_is_refused(inside: str, tmp_path: Path) -> None:
    icon(tmp_path, "bell", inside)
    with pytest.raises(Stop, match="should not have"):
        sprite({"bell": "bell"}, tmp_path)


def test_the_sprite_has_what_the_list_names() -> None:
    root = ET.parse(VENDOR / "icons.svg").getroot()
    names = read_icons((ROOT / "static/icons/icons.txt").read_text())
    assert [symbol.get("id") for symbol in root] == [f"i-{name}" for name in names]


def test_templates_use_icons_that_are_there() -> None:
    """An icon is named as `icons.svg#i-name` or `icon("name")`."""
    names = read_icons((ROOT / "static/icons/icons.txt").read_text())
    for template in (ROOT / "templates").rglob("*.html"):
        used = re.findall(r"""#i-([a-z][a-z0-9-]*)["']|\bicon\(["']([a-z0-9-]+)["']""", template.read_text())
        missing = {one or other for one, other in used} - set(names)
        assert not missing, f"{template}: add to static/icons/icons.txt: {missing}"


def test_templates_load_files_that_are_there() -> None:
    for template in (ROOT / "templates").rglob("*.html"):
        for name in re.findall(r"""\(["'](vendor/[^"']+)["']""", template.read_text()):
            assert (ROOT / "static" / name).is_file(), f"{template}: {name}"


class Handler(SimpleHTTPRequestHandler):
    """static/, and two pages, under a policy as strict as the tool's."""

    PAGES = {"/page.html": PAGE, "/part.html": "<b>more</b>", "/favicon.ico": ""}  # noqa: RUF012

    def do_GET(self) -> None:
        if self.path not in self.PAGES:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(self.PAGES[self.path].encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_the_scripts_work_in_a_browser_under_a_strict_policy() -> None:
    chromium = find_chromium(environ["PATH"])
    complaints: list[str] = []
    with served(ROOT / "static") as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/page.html")
        page.locator("#more").click()
        assert page.locator("#place b").inner_text() == "more"
        assert "years ago" in page.locator("relative-time").evaluate("it => it.shadowRoot.textContent")
        page.locator("#text").select_text()
        page.locator("#bold").click()
        assert page.locator("#text").input_value() == "**word**"
        assert page.locator("#icon use").evaluate("it => it.getBBox().width") > 10
        browser.close()
    assert complaints == []
