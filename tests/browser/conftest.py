"""One real demo and one real Chromium for all browser tests, and a fresh context for each of them."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Request,
    Response,
    WebError,
    expect,
    sync_playwright,
)

from tests.browser.running import Demo, running_demo
from tests.browser.visits import Entrance, Visit
from tests.request_log import note

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
_NO_COMPLAINT = (
    # Said of every answer from 400 on; `no_complaints` looks at the answers themselves.
    "Failed to load resource: the server responded with a status of",
    # In a frame of another origin; segue.js does it there, and test_keyboard.py looks.
    "Blocked autofocusing",
)

NewContext = Callable[..., BrowserContext]
Come = Callable[..., Visit]


@pytest.fixture(autouse=True)
def without_drafts(request: pytest.FixtureRequest) -> None:
    """What the test before left unsent would stand in the forms of this one."""
    for place in ("demo", "sites"):
        if place in request.fixturenames:
            request.getfixturevalue(place).run("delete from draft")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("browser")) as running:
        yield running


# Not for the session: Playwright's event loop would be in the way of other tests in this process.
@pytest.fixture(scope="package")
def driver() -> Iterator[BrowserType]:
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="package")
def chromium(driver: BrowserType) -> Iterator[Browser]:
    browser = driver.launch(executable_path=program(), args=ARGUMENTS)
    yield browser
    browser.close()


def program() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "Chromium is missing: `make test` installs it, or install Chromium or Google Chrome"
    return found


@contextmanager
def _listening(context: BrowserContext, **listeners: Callable[[Any], None]) -> Iterator[None]:
    for event, listener in listeners.items():
        context.on(event, listener)  # type: ignore[call-overload]
    try:
        yield
    finally:
        for event, listener in listeners.items():
            context.remove_listener(event, listener)


@contextmanager
def no_complaints(context: BrowserContext, *refusals: int) -> Iterator[None]:
    """Meanwhile the browser complains of nothing: script errors, broken policies, missing files.

    `refusals` are the statuses that scripts are answered with on purpose.
    """
    complaints: list[str] = []

    def console(message: ConsoleMessage) -> None:
        # htmx says the same of what it asks.
        expected = (*_NO_COMPLAINT, *(f"Response Status Error Code {status}" for status in refusals))
        if message.type in {"error", "warning"} and not message.text.startswith(expected):
            complaints.append(f"{message.type}: {message.text}")

    def error(error: WebError) -> None:
        complaints.append(str(error.error))

    def answer(response: Response) -> None:
        # Pages may be 401, 404 or 422 on purpose, and tests look at them; what pages load may not.
        kind = response.request.resource_type
        by_script = kind in {"xhr", "fetch"} and response.status in {422, *refusals}
        if response.status >= 400 and kind != "document" and not by_script:
            complaints.append(f"{response.status}: {response.url}")

    with _waits_are_told(context), _listening(context, console=console, weberror=error, response=answer):
        yield
    assert complaints == []


@contextmanager
def _waits_are_told(context: BrowserContext) -> Iterator[None]:
    """What fails meanwhile says what the browser was still waiting for."""
    waiting: dict[Request, float] = {}

    def asked(request: Request) -> None:
        waiting[request] = time.monotonic()
        note("browser", "asked", f"{request.method} {request.url}")

    def ended(request: Request) -> None:
        waiting.pop(request, None)
        note("browser", "ended", f"{request.method} {request.url} {request.failure or ''}")

    with _listening(context, request=asked, requestfinished=ended, requestfailed=ended):
        try:
            yield
        except BaseException as problem:
            now = time.monotonic()
            asks = [f"{now - since:.1f} s for {it.method} {it.url}" for it, since in waiting.items()]
            problem.add_note("The browser was waiting " + ("; ".join(asks) or "for no answer") + ".")
            raise


@contextmanager
def own_context(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A browser of one's own: nothing is shared with others, and no complaint is overlooked."""
    settings: dict[str, Any] = {"locale": "en-GB", "reduced_motion": "reduce"} | options
    context = browser.new_context(**settings)
    context.set_default_timeout(PATIENCE)
    try:
        with no_complaints(context):
            yield context
    finally:
        context.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[NewContext]:
    """`new_context(**options)`: another person's browser."""
    with ExitStack() as opened:
        yield lambda **options: opened.enter_context(own_context(chromium, **options))


@pytest.fixture
def come(new_context: NewContext, demo: Demo) -> Come:
    """`come(ANA, TALK)`: a person, in a browser of their own, in an activity's frame."""

    def make(person: str, entrance: Entrance, **options: Any) -> Visit:
        return Visit.enter(new_context(**options).new_page(), demo, person, entrance)

    return make
