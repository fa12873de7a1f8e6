"""Tool and LMS on different sites, in browsers that keep everything, little, or nothing in frames."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Locator, Page, Route, expect
from sqlalchemy import Engine

from tests.browser.conftest import ARGUMENTS, program
from tests.browser.kinds import (
    ALLOWED,
    BLOCKED,
    CLOSED,
    FORGETS,
    FRAME_KIND,
    KEPT_KINDS,
    NO_COOKIE,
    OPEN_KINDS,
    Browse,
    Kind,
    browsing,
    check_mode,
)
from tests.browser.sites import NO_CHIPS, Sites, profile, running_sites
from tests.browser.test_keyboard import FRAME_FITS, height
from tests.browser.test_quoting import quote_button, select
from tests.browser.visits import ANA, TALK, TOM, WORKSHOPS, Visit, go_to_activity, reload
from tests.conftest import cloned_database

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def sites(
    server_url: str,
    administration: Engine,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    lms_pem: bytes,
) -> Iterator[Sites]:
    with (
        cloned_database(server_url, administration, template_database) as url,
        running_sites(url, tmp_path_factory.mktemp("sites"), lms_pem) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def browsers(driver: BrowserType, sites: Sites, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browse]:
    """A context of a kind, whose browser is started when first asked for; those with a profile are kept."""
    with ExitStack() as stack:
        options: dict[str, Any] = {"locale": "en-GB", "reduced_motion": "reduce"}
        start: dict[str, Any] = {"executable_path": program(), "args": [*ARGUMENTS, *sites.browser_arguments]}
        plain = driver.launch(**start)
        stack.callback(plain.close)
        kept: dict[Kind, BrowserContext] = {}

        def with_profile(kind: Kind, cookies: str) -> BrowserContext:
            if kind not in kept:
                folder = profile(tmp_path_factory.mktemp("profile") / "it", cookies=cookies)
                kept[kind] = driver.launch_persistent_context(folder, **start, **options)
                stack.callback(kept[kind].close)
            return kept[kind]

        def browse(kind: Kind) -> BrowserContext:
            if kind is ALLOWED:
                return with_profile(kind, "allowed")
            if kind is CLOSED:
                return with_profile(kind, "closed")
            agent = f"Mozilla/5.0 {NO_CHIPS}" if kind.carrier == "tab" else None
            context = plain.new_context(**options, user_agent=agent)
            if kind.forgets_logins:
                context.add_init_script(FORGETS)
            return context

        yield browse


def back(visit: Visit) -> None:
    visit.tool.evaluate("history.back()")


@pytest.mark.parametrize("kind", [*OPEN_KINDS, *KEPT_KINDS], ids=lambda kind: kind.name)
def test_a_visit(sites: Sites, browsers: Browse, kind: Kind) -> None:
    with browsing(browsers, kind) as page:
        visit = Visit.enter(page, kind.lms(sites), ANA, TALK)
        check_mode(sites, visit, kind)
        title = f"On another site: {kind.name}"
        thread = visit.post_thread(title, "Does it work?")
        visit.tool.get_by_label("Your reply").fill("It does.")
        visit.tool.get_by_role("button", name="Post reply").click()
        expect(visit.post_with("It does.")).to_be_visible()
        # A hard reload on a deep address.
        reload(visit.tool)
        expect(visit.post_with("It does.")).to_be_visible()
        visit.heading(title)
        assert visit.part_of_address("threads") == thread
        visit.post_with("It does.").get_by_role("link", name="Carry forward").click()
        visit.heading("Carry it into your work")
        back(visit)
        visit.heading(title)
        assert visit.part_of_address("threads") == thread
        visit.tool.get_by_role("searchbox").fill(f'"{title}"')
        visit.tool.get_by_role("searchbox").press("Enter")
        visit.heading("Search")
        visit.tool.get_by_role("link", name=title).click()
        visit.heading(title)
        check_mode(sites, visit, kind)


@pytest.mark.parametrize("kind", [*OPEN_KINDS, *KEPT_KINDS], ids=lambda kind: kind.name)
def test_forms_links_and_downloads(sites: Sites, browsers: Browse, kind: Kind) -> None:
    with browsing(browsers, kind) as page:
        visit, cue = Visit.enter(page, kind.lms(sites), TOM, TALK), f"the bell rings: {kind.name}"
        visit.space("Carry forward")
        visit.tool.get_by_role("link", name="New follow-up").click()
        # Something to correct: the form is there with what is wrong, and with what was typed.
        visit.tool.get_by_role("textbox", name="When").fill(cue)
        visit.tool.get_by_role("button", name="Carry forward").click()
        expect(visit.tool.get_by_role("alert")).to_be_focused()
        expect(visit.tool.get_by_role("textbox", name="When")).to_have_value(cue)
        visit.tool.get_by_role("textbox", name="I will").fill("breathe first")
        # However often one clicks, it is one row.
        visit.tool.get_by_role("button", name="Carry forward").dblclick()
        visit.heading("Your follow-up")
        with page.expect_download() as downloading:
            visit.tool.get_by_role("link", name="Add to calendar").click()
        saved = downloading.value
        assert saved.suggested_filename == "follow-up.ics"
        assert "SUMMARY:breathe first" in saved.path().read_text(encoding="utf-8")
        assert ("signature=" in saved.url) is (kind.carrier == "tab")
        secret = visit.tool.evaluate("id => sessionStorage.getItem(`segue.tab.${id}`)", visit.launch_id)
        assert secret not in saved.url
        visit.heading("Your follow-up")
        assert sites.count("select count(*) from follow_up where cue = :cue", cue=cue) == 1


@pytest.mark.parametrize("kind", OPEN_KINDS, ids=lambda kind: kind.name)
def test_a_window_of_its_own(sites: Sites, browsers: Browse, kind: Kind) -> None:
    """From a deep page; the address holds nothing, and from then on the window stands on its own."""
    with browsing(browsers, kind) as page:
        visit = Visit.enter(page, sites.lms, ANA, TALK)
        visit.space("Help")
        visit.heading("Help")
        with page.expect_popup() as opening:
            visit.tool.get_by_role("link", name="Open in a new window").click()
        window = opening.value
        expect(window.get_by_role("heading", level=1)).to_have_text("Help")
        assert window.url == visit.tool.url
        page.goto("about:blank")
        window.reload()
        expect(window.get_by_role("heading", level=1)).to_have_text("Help")
        # Not in a frame, so even such a browser keeps the cookie, and uses it.
        expect(window.locator("body")).not_to_have_attribute("data-carrier", "tab")
        assert "segue_launch=" in (sites.cookies_of(visit.launch_id)[-1] or "")


WINDOW_LINK = "Open in a new window"
WAYS: dict[str, dict[str, Any]] = {
    "click": {},
    "control": {"modifiers": ["Control"]},
    "middle button": {"button": "middle"},
}


@pytest.mark.parametrize("kind", [BLOCKED, NO_COOKIE], ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    ("link", "way"), [*((WINDOW_LINK, way) for way in WAYS), ("Help", "control"), ("Help", "middle button")]
)
def test_each_way_to_a_new_window_leads_to_the_page(
    sites: Sites, browsers: Browse, kind: Kind, way: str, link: str
) -> None:
    """The frame's cookie stays in the frame, so the new window is told by the page that opened it."""
    with browsing(browsers, kind, 401) as page:
        visit = Visit.enter(page, sites.lms, ANA, TALK)
        visit.settle()
        visit.tool.wait_for_load_state("load")  # its scripts are there
        with page.context.expect_page() as opening:
            visit.tool.get_by_role("link", name=link).click(**WAYS[way])
        window = opening.value
        words = "Help" if link == "Help" else TALK.activity
        expect(window.get_by_role("heading", level=1)).to_have_text(words)


def test_a_new_window_whose_opener_is_gone_says_where_to_go(sites: Sites, browsers: Browse) -> None:
    with browsing(browsers, BLOCKED, 401) as page:
        visit = Visit.enter(page, sites.lms, ANA, TALK)
        address = visit.tool.url
        window = page.context.new_page()
        window.goto(address)
        expect(window.get_by_text("belongs to a session in another window or browser")).to_be_visible()


@pytest.mark.parametrize("kind", [BLOCKED, NO_COOKIE], ids=lambda kind: kind.name)
def test_two_tabs_in_two_courses(sites: Sites, browsers: Browse, kind: Kind) -> None:
    with browsing(browsers, kind, 401) as page:
        first = Visit.enter(page, sites.lms, ANA, TALK)
        second = Visit.enter(page.context.new_page(), sites.lms, TOM, WORKSHOPS)
        page.bring_to_front()
        first.post_thread(f"In the first tab: {kind.name}", "By Ana.")
        second.page.bring_to_front()
        second.post_thread(f"In the second tab: {kind.name}", "By Tom.")
        for visit, here, there in ((first, "first", "second"), (second, "second", "first")):
            visit.page.bring_to_front()
            visit.space("Discuss")
            expect(visit.tool.get_by_role("link", name=f"In the {here} tab: {kind.name}")).to_have_count(1)
            expect(visit.tool.get_by_role("link", name=f"In the {there} tab: {kind.name}")).to_have_count(0)
        # The one tab at the other's address is nobody there.
        first.page.bring_to_front()
        first.tool.goto(f"{second.base}/threads")
        if kind is NO_COOKIE:
            first.heading("You can't open this page here")


def end_session(sites: Sites, visit: Visit) -> None:
    sites.run("update launch set seen_at = now() - interval '3 hours' where id = :id", id=visit.launch_id)


@pytest.mark.parametrize("kind", [BLOCKED, NO_COOKIE], ids=lambda kind: kind.name)
def test_a_session_that_ends_while_one_writes(sites: Sites, browsers: Browse, kind: Kind) -> None:
    """What was typed stays, is there again after a launch anew, and goes where it was meant to go; once."""
    with browsing(browsers, kind, 401) as page:
        visit = Visit.enter(page, sites.lms, ANA, TALK)
        title = f"Ended: {kind.name}"
        visit.post_thread(title, "I write slowly.")
        reply = visit.tool.get_by_label("Your reply")
        reply.fill("Three hours later")
        end_session(sites, visit)
        visit.tool.get_by_role("button", name="Post reply").click()
        problem = visit.tool.get_by_role("alert")
        expect(problem).to_contain_text("Your session has ended")
        expect(reply).to_have_value("Three hours later")
        problem.get_by_role("link", name="Return to your course").click()
        expect(page.get_by_role("link", name=TALK.activity)).to_be_visible()

        # Somebody else at the same computer, in the same tab, sees nothing of it.
        other = Visit.enter(page, sites.lms, TOM, TALK)
        expect(other.tool.get_by_role("heading", level=1)).to_have_text(TALK.activity)
        assert other.tool.locator(".unsent").count() == 0

        again = Visit.enter(page, sites.lms, ANA, TALK)
        assert again.launch_id != visit.launch_id
        again.tool.get_by_role("link", name="Continue writing").click()
        again.heading(title)
        expect(again.tool.get_by_label("Your reply")).to_have_value("Three hours later")
        expect(again.tool.locator(".unsent")).to_contain_text("has not been sent yet")
        again.tool.get_by_role("button", name="Post reply").click()
        expect(again.post_with("Three hours later")).to_be_visible()
        reload(again.tool)
        expect(again.post_with("Three hours later")).to_be_visible()
        expect(again.tool.get_by_label("Your reply")).to_have_value("")
        assert again.tool.locator(".unsent").count() == 0


@pytest.mark.parametrize("kind", [BLOCKED, NO_COOKIE], ids=lambda kind: kind.name)
def test_a_whole_form_that_meets_the_end_of_a_session(sites: Sites, browsers: Browse, kind: Kind) -> None:
    with browsing(browsers, kind, 401) as page:
        visit = Visit.enter(page, sites.lms, ANA, TALK)
        visit.tool.get_by_role("link", name="New thread").click()
        visit.tool.get_by_label("Title").fill("Too late?")
        visit.tool.get_by_label("Your post").fill("<b>Not</b> lost.")
        # Or what the page asks while one writes meets the end first, and its answer moves the button away.
        expect(visit.tool.locator("[data-draft-status]")).to_contain_text("Draft saved")
        end_session(sites, visit)
        visit.tool.get_by_role("button", name="Post thread").click()
        expect(visit.tool.get_by_text("Your session has ended")).to_be_visible()
        # On the page as it was, or on the page that came instead.
        kept = visit.tool.get_by_label("Your post" if kind.carrier == "tab" else "Your text").last
        expect(kept).to_have_value("<b>Not</b> lost.")
        again = Visit.enter(page, sites.lms, ANA, TALK)
        again.tool.get_by_role("link", name="Continue writing").click()
        expect(again.tool.get_by_label("Your post")).to_have_value("<b>Not</b> lost.")
        again.tool.get_by_role("button", name="Discard").click()
        expect(again.tool.get_by_label("Title")).to_have_value("")
        again.space("Discuss")
        again.settle()
        # Thrown away in this tab too.
        assert again.tool.locator(".unsent").count() == 0
        again.tool.get_by_role("link", name="New thread").click()
        expect(again.tool.get_by_label("Your post")).to_have_value("")
        assert sites.count("select count(*) from conversation where title = 'Too late?'") == 0


@pytest.mark.parametrize("kind", [BLOCKED, NO_COOKIE], ids=lambda kind: kind.name)
def test_a_quote_in_a_frame_of_another_site(sites: Sites, browsers: Browse, kind: Kind) -> None:
    with browsing(browsers, kind) as page:
        visit = Visit.enter(page, sites.lms, TOM, WORKSHOPS)
        visit.post_thread(f"Quoted: {kind.name}", "The first.")
        visit.tool.get_by_label("Your reply").fill("The second.")
        visit.tool.get_by_role("button", name="Post reply").click()
        select(visit.post_with("The second."), "second")
        quote_button(visit).click()
        expect(visit.tool.get_by_label("Your reply")).to_have_value("Tom Becker wrote:\n\n> second\n\n")
        reload(visit.tool)
        expect(visit.tool.get_by_text("In reply to Tom Becker")).to_be_visible()
        visit.settle()
        visit.tool.get_by_role("button", name="Post reply").click()
        expect(visit.tool.locator("blockquote")).to_have_text("second")


@pytest.mark.parametrize("kind", [BLOCKED, NO_COOKIE], ids=lambda kind: kind.name)
def test_a_draft_in_a_frame_of_another_site(sites: Sites, browsers: Browse, kind: Kind) -> None:
    """Saved while one writes, with the last word when one leaves, and there in another browser."""
    with browsing(browsers, kind) as page:
        visit = Visit.enter(page, sites.lms, TOM, WORKSHOPS)
        visit.tool.get_by_role("link", name="New thread").click()
        visit.tool.get_by_label("Your post").fill("Saved by and by")
        expect(visit.tool.locator("[data-draft-status]")).to_contain_text("Draft saved")
        visit.tool.get_by_label("Your post").fill(f"Saved at last: {kind.name}")
        page.goto("about:blank")
    with browsing(browsers, kind) as page:
        visit = Visit.enter(page, sites.lms, TOM, WORKSHOPS)
        visit.tool.get_by_role("link", name="New thread").click()
        expect(visit.tool.get_by_label("Your post")).to_have_value(f"Saved at last: {kind.name}")
        visit.tool.get_by_label("Title").fill(f"From a draft: {kind.name}")
        visit.tool.get_by_role("button", name="Post thread").click()
        visit.heading(f"From a draft: {kind.name}")
        visit.space("Discuss")
        visit.tool.get_by_role("link", name="New thread").click()
        expect(visit.tool.get_by_label("Your post")).to_have_value("")
        assert sites.count("select count(*) from draft where fields is not null") == 0


def frame_of(page: Page) -> Locator:
    return page.frame_locator("#tool-frame").locator("main")


def test_a_browser_that_keeps_nothing_is_offered_a_window_before_anything_is_spent(
    sites: Sites, browsers: Browse
) -> None:
    with browsing(browsers, CLOSED) as page:
        attempts = sites.count("select count(*) from launch_attempt where used_at is not null")
        go_to_activity(page, sites.lms, ANA, TALK)
        expect(frame_of(page)).to_contain_text("stores nothing for pages inside other pages")
        with page.expect_popup() as opening:
            frame_of(page).get_by_role("button", name="Open in a new window").click()
        window = opening.value
        expect(window.get_by_role("heading", level=1)).to_have_text(TALK.activity)
        expect(frame_of(page)).to_contain_text("The activity opens in a new window")
        assert sites.count("select count(*) from launch_attempt where used_at is not null") == attempts + 1
        visit = Visit(window, window.main_frame)
        visit.post_thread("From a window of its own", "As my browser wants it.")
        window.reload()
        visit.heading("From a window of its own")


def test_the_platforms_storage_proves_who_nothing_else_proves(sites: Sites, browsers: Browse) -> None:
    """Then the launch is let in, and only the window for it has to be another one."""
    with browsing(browsers, CLOSED) as page:
        go_to_activity(page, sites.keeping, TOM, TALK)
        offer = frame_of(page).get_by_role("button", name="Open in a new window")
        expect(offer).to_be_visible()
        assert "/lti/launch/finish" in page.frames[1].url
        with page.expect_popup() as opening:
            offer.click()
        window = opening.value
        expect(window.get_by_role("heading", level=1)).to_have_text(TALK.activity)
        window.reload()
        expect(window.get_by_role("heading", level=1)).to_have_text(TALK.activity)


TOLD = "window.told = []; addEventListener('message', (event) => told.push(event.data))"


@pytest.mark.parametrize("kind", [*KEPT_KINDS, FRAME_KIND], ids=lambda kind: kind.name)
def test_a_platform_that_offers_storage(sites: Sites, browsers: Browse, kind: Kind) -> None:
    with browsing(browsers, kind) as page:
        page.add_init_script(TOLD)
        visit = Visit.enter(page, kind.lms(sites), ANA, TALK)
        check_mode(sites, visit, kind)
        # Used, and cleared away: in the browser, and where the platform keeps it.
        kept = visit.tool.evaluate("[...Object.keys(sessionStorage), ...Object.keys(localStorage)]")
        assert not [name for name in kept if name.startswith("lti.")]
        keeper = page.frame(name="lti_storage_frame") or page.main_frame
        told = keeper.evaluate("told.filter((it) => /^lti[.](put|get)_data$/.test(it?.subject))")
        assert [it["subject"] for it in told[:1] + told[-1:]] == ["lti.put_data"] * 2
        assert told[0]["value"]
        assert told[-1]["value"] is None
        assert len({it["key"] for it in told}) == 1
        assert ("lti.get_data" in {it["subject"] for it in told}) is kind.forgets_logins


def test_what_nobody_keeps_proves_nothing(sites: Sites, browsers: Browse) -> None:
    """So what opens at an LMS that keeps is opened by what it kept."""
    with browsing(browsers, replace(KEPT_KINDS[-1], at="lms")) as page:
        go_to_activity(page, sites.lms, ANA, TALK)
        expect(frame_of(page)).to_contain_text("did not keep the data that we need to check who you are")


ASK = """([target, messages]) => Promise.all(messages.map((message, index) => new Promise((resolve) => {
  const message_id = `test-${index}`;
  addEventListener("message", (event) => {
    if (event.data?.message_id === message_id) resolve(event.data);
  });
  setTimeout(resolve, 500, null);
  (target === "parent" ? parent : window).postMessage({ ...message, message_id }, "*");
})))"""


def test_the_demo_lms_keeps_small_things_for_the_tool_alone(sites: Sites, browsers: Browse) -> None:
    def put(key: object, value: object) -> dict[str, object]:
        return {"subject": "lti.put_data", "key": key, "value": value}

    def get(key: str) -> dict[str, object]:
        return {"subject": "lti.get_data", "key": key}

    with browsing(browsers, BLOCKED) as page:
        visit = Visit.enter(page, sites.keeping, ANA, TALK)
        asked = [
            *(put("a", "1"), get("a"), put("a", "2"), get("a"), put("a", None), get("a")),
            *(put("b", "x" * 5000), put(1, "x"), put("b", 1), {"subject": "lti.other"}),
            {"subject": "lti.capabilities"},
        ]
        answers = visit.tool.evaluate(ASK, ["parent", asked])
        assert [answer["value"] for answer in answers[1:6:2]] == ["1", "2", None]
        codes = [answer["error"]["code"] for answer in answers[6:9]]
        assert codes == ["storage_exhaustion", "bad_request", "bad_request"]
        assert answers[9] is None
        subjects = [it["subject"] for it in answers[10]["supported_messages"]]
        assert subjects == ["lti.capabilities", "lti.put_data", "lti.get_data", "lti.frameResize"]
        # Of a page that is not the tool's frame, it takes no notice.
        own = page.evaluate(ASK, ["itself", [get("a"), {"subject": "lti.capabilities"}]])
        assert not any(answer and answer["subject"].endswith(".response") for answer in own)


def test_the_lms_is_told_how_tall_the_page_is(sites: Sites, browsers: Browse) -> None:
    """When that changes, as an object and as text, in whole pixels."""
    with browsing(browsers, BLOCKED) as page:
        page.add_init_script(TOLD)
        visit = Visit.enter(page, sites.lms, ANA, TALK)
        visit.post_thread("How tall?", "A little.")
        page.wait_for_function(FRAME_FITS, arg=height(visit.tool))
        before = height(visit.tool)
        visit.tool.get_by_label("Your reply").fill("Taller.")
        visit.tool.get_by_role("button", name="Post reply").click()
        expect(visit.post_with("Taller.")).to_be_visible()
        assert height(visit.tool) > before
        page.wait_for_function(FRAME_FITS, arg=height(visit.tool))
        told = page.evaluate("told")
        sizes = [it for it in told if isinstance(it, dict) and it.get("subject") == "lti.frameResize"]
        texts = [json.loads(it) for it in told if isinstance(it, str)]
        assert texts == sizes
        assert all(isinstance(it["height"], int) for it in sizes)


@pytest.mark.parametrize("kind", [*OPEN_KINDS, *KEPT_KINDS], ids=lambda kind: kind.name)
def test_deep_linking(sites: Sites, browsers: Browse, kind: Kind) -> None:
    """Choose an activity, send it back to the course, and open it there."""
    course, title = TALK.in_course, f"Chosen: {kind.name}"
    with browsing(browsers, kind) as page:
        page.goto(f"{kind.lms(sites).lms_url}/courses/{course.key}/as/ines/add")
        choosing = page.frame(name="tool-frame")
        assert choosing
        expect(choosing.get_by_role("heading", name="Add an activity")).to_be_visible()
        carrier = choosing.locator("body").get_attribute("data-carrier")
        assert carrier == kind.carrier
        choosing.get_by_label("Title").fill(title)
        choosing.get_by_role("button", name="Add to the course").click()
        page.get_by_role("link", name=title, exact=True).click()
        opened = page.frame_locator("#tool-frame")
        expect(opened.get_by_role("heading", level=1)).to_have_text(title)


def test_a_launch_that_another_page_posts_signs_nobody_in(sites: Sites, browsers: Browse) -> None:
    """Somebody's own state and token in another person's browser: it can't prove them, and is told so."""
    stolen: dict[str, str] = {}

    def take(route: Route) -> None:
        stolen.update({name: values[0] for name, values in parse_qs(route.request.post_data or "").items()})
        route.abort()

    with browsing(browsers, BLOCKED) as page:
        page.route("**/lti/launch", take)
        go_to_activity(page, sites.lms, TOM, TALK)
        page.wait_for_event("requestfailed", lambda request: request.url.endswith("/lti/launch"))
    launches = sites.count("select count(*) from launch")
    with browsing(browsers, BLOCKED) as page:
        page.goto(sites.lms.lms_url)
        inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in stolen.items())
        page.evaluate(
            "html => { document.body.innerHTML = html; document.forms[0].submit() }",
            f'<form method="post" action="{sites.tool_url}/lti/launch">{inputs}</form>',
        )
        expect(page.get_by_text("did not keep the data that we need to check who you are")).to_be_visible()
    assert sites.count("select count(*) from launch") == launches
