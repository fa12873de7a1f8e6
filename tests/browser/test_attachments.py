"""Files in a real browser: chosen, dropped, pasted, described, removed, posted; with and without cookies."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.attachments.files import HEIC
from tests.browser.conftest import Come, NewContext, no_complaints
from tests.browser.kinds import BLOCKED, NO_COOKIE, Browse, Kind, browsing
from tests.browser.running import Demo
from tests.browser.sites import Sites
from tests.browser.test_pages import look_at
from tests.browser.test_sites import browsers, sites
from tests.browser.visits import ANA, TALK, TOM, Visit, reload

__all__ = ["browsers", "sites"]
pytestmark = pytest.mark.browser

PDF: FilePayload = {
    "name": "Plan for the opening.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4\n%%EOF\n",
}
LOADED = "picture => picture.complete && picture.naturalWidth > 0"
GIVE = """([target, name, type, bytes, event]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const given = event === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector(target).dispatchEvent(given);
}"""


def picture(size: tuple[int, int] = (900, 600), colour: tuple[int, int, int] = (10, 106, 104)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return written.getvalue()


def chart() -> FilePayload:
    return {"name": "chart.png", "mimeType": "image/png", "buffer": picture()}


def choose(visit: Visit, *files: FilePayload) -> None:
    visit.tool.get_by_label("Add files").set_input_files(files)


def waiting(visit: Visit) -> Locator:
    return visit.tool.locator(".waiting-file")


def is_shown(shown: Locator) -> None:
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate(LOADED)


@pytest.mark.parametrize("width", [360, 1200])
def test_files_are_chosen_described_removed_and_posted(come: Come, width: int) -> None:
    ana = come(ANA, TALK, viewport={"width": width, "height": 800})
    ana.post_thread(f"With files, {width}", "First without.")
    ana.tool.get_by_label("Your reply").fill("Here they are.")
    choose(ana, chart(), PDF)
    expect(waiting(ana)).to_have_count(2)
    expect(ana.tool.get_by_role("status").filter(has_text="is attached")).to_be_visible()
    ana.tool.get_by_label("What does the picture show?").fill("Two bars, the left one higher")
    choose(ana, {"name": "page.pdf", "mimeType": "text/html", "buffer": b"<script>window.ran = 1</script>"})
    expect(ana.tool.get_by_text("page.pdf: The name ends in")).to_be_visible()
    ana.tool.evaluate(
        GIVE, ["#composer textarea", "pasted.png", "image/png", list(picture((30, 30))), "paste"]
    )
    expect(waiting(ana)).to_have_count(3)
    ana.tool.evaluate(GIVE, ["#composer", "dropped.txt", "text/plain", list(b"Dropped words"), "drop"])
    expect(waiting(ana)).to_have_count(4)
    waiting(ana).nth(2).get_by_role("button", name="Remove").press("Enter")
    expect(waiting(ana)).to_have_count(3)
    expect(ana.tool.get_by_label("Add files")).to_be_focused()
    ana.tool.get_by_role("button", name="Post reply").click()
    post = ana.post_with("Here they are.")
    is_shown(post.get_by_role("img", name="Two bars, the left one higher"))
    expect(post.get_by_role("list", name="Attached files").get_by_role("listitem")).to_have_count(3)
    expect(waiting(ana)).to_have_count(0)
    with ana.page.expect_download() as downloading:
        post.get_by_role("link", name="Plan for the opening.pdf").click()
    assert downloading.value.suggested_filename == "Plan for the opening.pdf"
    assert not ana.tool.evaluate("window.ran")


def test_a_picture_opens_by_itself_and_runs_nothing(come: Come) -> None:
    ana = come(ANA, TALK)
    ana.post_thread("A picture alone", "Below.")
    ana.tool.get_by_label("Your reply").fill("A picture.")
    choose(ana, chart())
    expect(waiting(ana)).to_have_count(1)
    ana.tool.get_by_role("button", name="Post reply").click()
    with ana.page.expect_popup() as opening:
        ana.post_with("A picture.").get_by_role("link", name="open the picture").click()
    window = opening.value
    window.wait_for_load_state()
    assert window.evaluate("document.contentType") == "image/png"
    window.close()


def test_text_that_comes_back_brings_its_files(come: Come) -> None:
    """A page left too early, with a file and words in its form."""
    ana = come(ANA, TALK)
    ana.space("Discuss")
    ana.tool.get_by_role("link", name="New thread").click()
    ana.tool.get_by_label("Title").fill("Left too early")
    choose(ana, PDF)
    expect(waiting(ana)).to_have_count(1)
    ana.tool.get_by_label("Your post").fill("Nearly done.")
    ana.space("Help")
    ana.heading("Help")
    ana.space("Discuss")
    ana.tool.get_by_role("link", name="New thread").click()
    expect(ana.tool.get_by_label("Your post")).to_have_value("Nearly done.")
    expect(waiting(ana)).to_have_count(1)
    ana.tool.get_by_role("button", name="Post thread").click()
    ana.heading("Left too early")
    expect(ana.tool.get_by_role("link", name="Plan for the opening.pdf")).to_be_visible()


def test_without_script_files_go_along_with_the_form(new_context: NewContext, come: Come) -> None:
    ana = come(ANA, TALK)
    ana.post_thread("Without script", "As it is.")
    context = new_context(java_script_enabled=False)
    context.add_cookies(ana.page.context.cookies(ana.tool.url))  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(ana.tool.url)
    page.get_by_label("Your reply").fill("By hand.")
    page.get_by_label("Add files").set_input_files([chart(), PDF])
    page.get_by_role("button", name="Upload, then describe the pictures").click()
    page.get_by_label("What does the picture show?").fill("Two bars")
    page.get_by_role("button", name="Post reply").click()
    expect(page.get_by_role("img", name="Two bars")).to_be_visible()
    expect(page.get_by_role("link", name="Plan for the opening.pdf")).to_be_visible()


def _fill_composer(visit: Visit) -> None:
    visit.tool.get_by_label("Your reply").fill("With everything.")
    choose(
        visit,
        chart(),
        {"name": "خطة" * 30 + ".pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 long name"},
    )
    expect(waiting(visit)).to_have_count(2)


def test_how_it_looks(demo: Demo, new_context: NewContext) -> None:
    visit = Visit.enter_in_window(new_context().new_page(), demo, TOM, TALK)
    visit.post_thread("How files look", "See below.")
    with no_complaints(visit.page.context):
        _fill_composer(visit)
        choose(visit, {"name": "wrong.png", "mimeType": "image/png", "buffer": b"no picture at all"})
        expect(visit.tool.get_by_text("wrong.png: The name ends in")).to_be_visible()
        choose(visit, {"name": "IMG_0001.HEIC", "mimeType": "image/heic", "buffer": HEIC})
        expect(visit.tool.get_by_text("It was saved as JPEG, which every browser can show.")).to_be_visible()
        look_at(visit.page, "files-waiting")
        # What looking left in the page would be in htmx's way; and text and files come back.
        visit.page.reload()
        expect(waiting(visit)).to_have_count(3)
        visit.tool.get_by_label("What does the picture show?").first.fill("Two bars, the left one higher")
        visit.tool.get_by_role("button", name="Post reply").click()
        is_shown(visit.post_with("With everything.").get_by_role("img").last)
        look_at(visit.page, "files-posted")


@pytest.mark.parametrize("kind", [BLOCKED, NO_COOKIE], ids=lambda kind: kind.name)
def test_files_in_frames_of_another_site(sites: Sites, browsers: Browse, kind: Kind) -> None:
    with browsing(browsers, kind) as page:
        visit = Visit.enter(page, sites.lms, ANA, TALK)
        visit.space("Discuss")
        visit.tool.get_by_role("link", name="New thread").click()
        visit.tool.get_by_label("Title").fill(f"Files: {kind.name}")
        visit.tool.get_by_label("Your post").fill("With a picture.")
        choose(visit, chart(), PDF)
        expect(waiting(visit)).to_have_count(2)
        is_shown(waiting(visit).first.locator("img"))
        visit.tool.get_by_label("What does the picture show?").fill("Two bars")
        visit.tool.get_by_role("button", name="Post thread").click()
        visit.heading(f"Files: {kind.name}")
        _check_shown(page, visit, kind)
        reload(visit.tool)
        visit.heading(f"Files: {kind.name}")
        _check_shown(page, visit, kind)


def _check_shown(page: Page, visit: Visit, kind: Kind) -> None:
    shown = visit.tool.get_by_role("img", name="Two bars")
    # Without cookies it is fetched when it comes into sight.
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_attribute("src", re.compile("/attachments/"))
    is_shown(shown)
    assert ("signature=" in (shown.get_attribute("src") or "")) is (kind.carrier == "tab")
    visit.settle()
    with page.expect_download() as downloading:
        visit.tool.get_by_role("link", name="Plan for the opening.pdf").click()
    assert Path(downloading.value.path()).read_bytes() == PDF["buffer"]
    with page.expect_popup() as opening:
        visit.tool.get_by_role("link", name="open the picture").click()
    # In a tab without cookies it comes by a page that asks for it.
    opened = opening.value.locator("body > img")
    expect(opened).to_be_visible()
    assert opening.value.evaluate("document.contentType") == "image/png"
    opening.value.close()
