"""Every page and state: narrow and wide, light and dark, for every eye, and without a complaint."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as Late

from tests.browser.conftest import no_complaints, own_context
from tests.browser.running import Demo
from tests.browser.visits import ANA, QUIET, TALK, TOM, YUSUF, Entrance, Visit

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[2] / "var/screenshots"
TAKEN = "SEGUE_SCREENSHOTS"
"""Set in the environment, pages are also kept as pictures, for people to look at."""
NARROWEST = 320
WIDTHS = (360, 1200)
TABLET = 768
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
HEIGHT = 800

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_ADDRESS = "https://intranet.example/" + "conversations/" * 12
ARABIC = "كيف تبدأ محادثة صعبة مع مديرك السابق؟ ابدأ بالتاريخ المشترك، ثم قل ما الذي تغيّر."
MARKDOWN = f"""{ARABIC}

{LONG_WORD * 2}

1. **Facts first**, then *one* question
2. A pause of ten seconds, `as_written_in_unit_2(and_never_shorter_than_that_whatever_happens)`

> He filled it himself.

| Opening | In the first minute | Would you? | Who else tried it | What they said of it afterwards |
|---|---|---|---|---|
| Facts first | He looks for the one that is wrong | no | Yusuf, Priya | never again |

```
a line of code that is a good deal wider than any telephone and should not push the page aside at all
```

{LONG_ADDRESS}
"""


Seat = tuple[str, Entrance]
SEATS: tuple[Seat, ...] = ((ANA, TALK), (YUSUF, TALK), (TOM, TALK), (ANA, QUIET))


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Who is there, and the ids of what was prepared."""

    seats: dict[Seat, Visit]
    stranger: Page
    thread: str
    closing: str
    post: str
    asked: str
    answered: str
    accepted: str
    waiting: str
    resolved: str
    follow_up: str
    tried: str


@pytest.fixture(scope="module")
def stage(chromium: Browser, demo: Demo) -> Iterator[Stage]:
    """Beside the sample course: a thread with everything in it, and a request in each of its states.

    Each person keeps one window for all pages: to open one takes longer than to look at a page.
    """
    with ExitStack() as stack:
        pages = [stack.enter_context(own_context(chromium)).new_page() for _ in range(len(SEATS) + 1)]
        seats = {
            seat: Visit.enter_in_window(page, demo, *seat) for seat, page in zip(SEATS, pages, strict=False)
        }
        ana, yusuf = seats[ANA, TALK], seats[YUSUF, TALK]
        closing = ana.post_thread("Is this settled?", "I think it is.")
        thread = ana.post_thread(f"{LONG_WORD} {ARABIC}", MARKDOWN)
        post = ana.id_of_post_with("Facts first")
        asked, answered, accepted = (_ask(ana, title) for title in ("No reply?", ARABIC, "Which one helped?"))
        follow_up = _plan(ana, f"{LONG_WORD} comes in", f"say this: {ARABIC}")
        yusuf.tool.goto(f"{yusuf.base}/threads/{thread}")
        _write(yusuf, "Your reply", f"As she says: {LONG_WORD}", "Post reply")
        for request in (answered, accepted):
            yusuf.tool.goto(f"{yusuf.base}/help/{request}")
            _write(yusuf, "Your answer", f"{ARABIC}\n\n{LONG_ADDRESS}", "Post answer")
        ana.tool.goto(f"{ana.base}/help/{accepted}")
        ana.tool.get_by_role("button", name="This helped me").click()
        expect(ana.tool.get_by_label("What fixed it?")).to_be_visible()
        yield Stage(
            seats=seats,
            stranger=pages[-1],
            thread=thread,
            closing=closing,
            post=post,
            asked=asked,
            answered=answered,
            accepted=accepted,
            follow_up=follow_up,
            waiting=_find(demo, "conversation", "title", "The example in unit 3 contradicts our policy%"),
            resolved=_find(
                demo, "conversation", "title", "How do I open when the other person is my former%"
            ),
            tried=_find(demo, "follow_up", "cue", "Jan opens our weekly one-to-one"),
        )


def _find(demo: Demo, table: str, column: str, like: str) -> str:
    """The id of a row of the sample course."""
    return demo.value(f"select id from {table} where {column} like :like", like=like)


def _ask(visit: Visit, title: str) -> str:
    visit.tool.goto(f"{visit.base}/help/new")
    visit.tool.get_by_label("Your question").fill(title)
    visit.tool.get_by_label("I am trying to").fill(f"Agree new deadlines, {LONG_WORD}.")
    visit.tool.get_by_label("I tried").fill(MARKDOWN)
    visit.tool.get_by_role("button", name="Ask your peers").click()
    visit.heading(title)
    return visit.part_of_address("help")


def _plan(visit: Visit, cue: str, action: str) -> str:
    visit.tool.goto(f"{visit.base}/follow-ups/new")
    visit.tool.get_by_label("When").fill(cue)
    visit.tool.get_by_label("I will").fill(action)
    visit.tool.get_by_role("button", name="Carry forward").click()
    visit.heading("Your follow-up")
    return visit.part_of_address("follow-ups")


def _write(visit: Visit, label: str, text: str, button: str) -> None:
    posts = visit.tool.get_by_role("article")
    there = posts.count()
    visit.tool.get_by_label(label).fill(text)
    visit.tool.get_by_role("button", name=button).click()
    expect(posts).to_have_count(there + 1)


def _send(button: str, problem: str) -> Callable[[Page], None]:
    """Send the form as it stands, and be told what is wrong with it."""

    def act(page: Page) -> None:
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_text(problem).first).to_be_visible()

    return act


def _change_plan(page: Page) -> None:
    page.get_by_role("radio", name="Change plan").check()
    expect(page.get_by_role("textbox", name="I will")).to_be_visible()


def _report(page: Page) -> None:
    page.get_by_role("radio", name="Not yet").check()
    page.get_by_label("What happened?").fill(f"{ARABIC} {LONG_WORD}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("That's fine.")).to_be_visible()


def _close(page: Page) -> None:
    page.get_by_text("Manage this thread").click()
    page.get_by_label("Tags").fill(f"openings, {LONG_WORD}, محادثة")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_role("link", name="#openings")).to_be_visible()
    page.get_by_text("Manage this thread").click()
    page.get_by_role("button", name="Close thread").click()
    expect(page.get_by_text("Please give a reason").first).to_be_visible()
    page.get_by_label("Reason for closing").fill(f"{ARABIC} {LONG_WORD}")
    page.get_by_role("button", name="Close thread").click()
    expect(page.get_by_text("This thread is closed to new replies.")).to_be_visible()


def _show_what_fixed_it(page: Page) -> None:
    page.get_by_text("Does it work now? Say what fixed it").click()
    expect(page.get_by_label("What fixed it?")).to_be_visible()


def _find_useful(page: Page) -> None:
    """The button stays where it is, with the focus on it, and says what it does now."""
    name = re.compile(r"^Useful: the post by Ana Ruiz$")
    page.get_by_role("button", name=name).press("Enter")
    expect(page.get_by_role("button", name=name, pressed=True)).to_be_focused()
    expect(page.get_by_text("1 finds it useful")).to_be_visible()
    page.locator(".more > summary").first.click()
    expect(page.get_by_role("link", name="Report")).to_be_visible()


def _open(summary: str) -> Callable[[Page], None]:
    """Open a part of the page."""

    def act(page: Page) -> None:
        page.get_by_text(summary).click()
        expect(page.get_by_role("radio", name="A digest")).to_be_visible()

    return act


def _reply_with_nothing(page: Page) -> None:
    page.get_by_role("link", name="Reply to Yusuf Demir").click()
    expect(page.get_by_text("In reply to Yusuf Demir")).to_be_visible()
    _send("Post reply", "Please write your reply first.")(page)
    expect(page.get_by_text("In reply to Yusuf Demir")).to_be_visible()


@dataclass(frozen=True)
class Shown:
    """A page in one state: who looks, at what address, after doing what."""

    name: str
    path: Callable[[Stage], str] | str
    heading: str | None = None
    person: str = ANA
    entrance: Entrance = TALK
    act: Callable[[Page], None] | None = None
    status: int = 200
    signed_in: bool = True


NOTHING_SENT = "Your form was not sent."
PAGES = [
    Shown("threads", "/threads", TALK.activity),
    Shown("threads-empty", "/threads", QUIET.activity, entrance=QUIET),
    Shown("thread", lambda stage: f"/threads/{stage.thread}"),
    Shown("thread-reply-error", lambda stage: f"/threads/{stage.thread}", act=_reply_with_nothing),
    Shown("threads-course", "/threads?where=course&sort=unanswered", TALK.activity),
    Shown("threads-unread", "/threads?where=course&show=unread", TALK.activity, person=TOM),
    Shown("threads-tag-empty", "/threads?tag=nobody-uses-this", TALK.activity),
    Shown("thread-others", lambda stage: f"/threads/{stage.thread}", person=TOM),
    Shown("thread-closed", lambda stage: f"/threads/{stage.closing}", act=_close),
    Shown("new-thread", "/threads/new", "New thread"),
    Shown("new-thread-errors", "/threads/new", "New thread", act=_send("Post thread", NOTHING_SENT)),
    Shown("search", "/search", "Search"),
    Shown("search-found", "/search?q=opening+or+facts+or+%D9%85%D8%AD%D8%A7%D8%AF%D8%AB%D8%A9", "Search"),
    Shown("search-nothing", "/search?q=whimbrel&mine=1&tag=openings", "Search"),
    Shown("help-waiting", "/help", "Help"),
    Shown("help-all", "/help?show=all", "Help"),
    Shown("help-waiting-empty", "/help", "Help", entrance=QUIET),
    Shown("ask", "/help/new", "Ask your peers"),
    Shown("ask-errors", "/help/new", "Ask your peers", act=_send("Ask your peers", NOTHING_SENT)),
    Shown("request-waiting", lambda stage: f"/help/{stage.waiting}"),
    Shown("request-waiting-asker", lambda stage: f"/help/{stage.asked}", act=_show_what_fixed_it),
    Shown("request-answered-asker", lambda stage: f"/help/{stage.answered}"),
    Shown(
        "request-accepted-asker-error",
        lambda stage: f"/help/{stage.accepted}",
        act=_send("Mark as resolved", "Please say in one line what fixed it."),
    ),
    Shown("request-accepted", lambda stage: f"/help/{stage.accepted}", person=TOM),
    Shown("request-resolved", lambda stage: f"/help/{stage.resolved}"),
    Shown("follow-ups", "/follow-ups", "Carry forward"),
    Shown("follow-ups-empty", "/follow-ups", "Carry forward", entrance=QUIET),
    Shown("new-follow-up", lambda stage: f"/follow-ups/new?source={stage.post}", "Carry it into your work"),
    Shown(
        "new-follow-up-errors",
        lambda stage: f"/follow-ups/new?source={stage.post}",
        "Carry it into your work",
        act=_send("Carry forward", NOTHING_SENT),
    ),
    Shown("follow-up", lambda stage: f"/follow-ups/{stage.tried}", "Your follow-up", person=TOM),
    Shown(
        "follow-up-change",
        lambda stage: f"/follow-ups/{stage.tried}",
        "Your follow-up",
        person=TOM,
        act=_change_plan,
    ),
    Shown(
        "follow-up-errors",
        lambda stage: f"/follow-ups/{stage.tried}",
        "Your follow-up",
        person=TOM,
        act=_send("Save", NOTHING_SENT),
    ),
    Shown(
        "follow-up-reported", lambda stage: f"/follow-ups/{stage.follow_up}", "Your follow-up", act=_report
    ),
    Shown("marks", lambda stage: f"/posts/{stage.post}/marks", "Marks on this post", person=YUSUF),
    Shown(
        "marks-error",
        lambda stage: f"/posts/{stage.post}/marks",
        "Marks on this post",
        person=YUSUF,
        act=_send("Add mark", NOTHING_SENT),
    ),
    Shown("thread-marked", lambda stage: f"/threads/{stage.thread}", person=YUSUF, act=_find_useful),
    Shown("thread-follow", lambda stage: f"/threads/{stage.thread}", act=_open("Following: all posts")),
    Shown("edit-post", lambda stage: f"/posts/{stage.post}/edit", "Edit your post"),
    Shown("post-history", lambda stage: f"/posts/{stage.post}/history", "Changes"),
    Shown("withdraw-post", lambda stage: f"/posts/{stage.post}/withdraw", "Withdraw your post?"),
    Shown("report", lambda stage: f"/moderation/report/{stage.post}", "Report a post", person=YUSUF),
    Shown(
        "report-errors",
        lambda stage: f"/moderation/report/{stage.post}",
        "Report a post",
        person=YUSUF,
        act=_send("Report post", NOTHING_SENT),
    ),
    Shown("not-here", lambda stage: f"/threads/{uuid4()}", "We can't find this page", status=404),
    Shown(
        "session-ended",
        "/threads",
        "You can't open this page here",
        status=401,
        signed_in=False,
    ),
]


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page_is_there_for_everybody(shown: Shown, stage: Stage) -> None:
    visit = stage.seats[shown.person, shown.entrance]
    page = visit.page if shown.signed_in else stage.stranger
    path = shown.path if isinstance(shown.path, str) else shown.path(stage)
    with no_complaints(page.context):
        answer = page.goto(visit.base + path)
        assert answer
        assert answer.status == shown.status
        if shown.heading:
            expect(page.get_by_role("heading", level=1)).to_have_text(shown.heading)
        if shown.act:
            shown.act(page)
        look_at(page, shown.name)


def test_a_refused_launch_says_what_to_do(demo: Demo, stage: Stage) -> None:
    start = f"{demo.tool_url}/lti/login?login_hint=1&target_link_uri={demo.tool_url}/lti/launch"
    with no_complaints(stage.stranger.context):
        answer = stage.stranger.goto(f"{start}&iss=https://nobody.example")
        assert answer
        assert answer.status == 400
        expect(stage.stranger.get_by_role("heading", level=1)).to_have_text(
            "The activity could not be opened"
        )
        look_at(stage.stranger, "launch-refused")


def test_a_launch_that_stops_on_its_way_can_go_on(demo: Demo, stage: Stage) -> None:
    """The page between the course and the tool, as those see it whose browser runs no scripts."""
    start = f"{demo.tool_url}/lti/login?login_hint=1&target_link_uri={demo.tool_url}/lti/launch"
    with no_complaints(stage.stranger.context):
        stage.stranger.route(
            "**/js/login.js", lambda route: route.fulfill(body="", content_type="text/javascript")
        )
        stage.stranger.goto(f"{start}&iss={demo.lms_url}")
        expect(stage.stranger.get_by_role("link", name="Continue")).to_be_visible()
        look_at(stage.stranger, "launch-continue")


# Violations alone: all that it looked at is twice the work.
RUN_AXE = "axe.run({resultTypes: ['violations']}).then((found) => ({violations: found.violations}))"


def take_picture(page: Page, name: str) -> None:
    if os.environ.get(TAKEN):
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def look_at(page: Page, name: str) -> None:
    """Look at a page in all widths and colours."""
    for width in (NARROWEST, *WIDTHS):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        # What follows the window's size by script does so a frame later.
        with suppress(Late):
            page.wait_for_function(
                "width => document.documentElement.scrollWidth <= width", arg=width, timeout=2000
            )
        needed = page.evaluate("document.documentElement.scrollWidth")
        assert needed <= width, f"{name} needs {needed} px, the window has {width}"
    page.evaluate(Axe().axe_script)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": TABLET, "height": HEIGHT})
        take_picture(page, f"{name}-{TABLET}-{scheme}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            take_picture(page, f"{name}-{width}-{scheme}")
            found = AxeResults(page.evaluate(RUN_AXE))
            assert found.violations_count == 0, f"{name}, {width} px, {scheme}:\n{found.generate_report()}"
