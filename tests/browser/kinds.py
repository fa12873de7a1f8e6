"""Kinds of browsers, by what they keep for a tool in an LMS's frame."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, no_complaints
from tests.browser.sites import Platform, Sites
from tests.browser.visits import Visit


@dataclass(frozen=True)
class Kind:
    """A kind of browser: what it keeps for a tool in an LMS's frame, and so how our requests are carried."""

    name: str
    carrier: str | None
    """What the page says of itself: None for a cookie, "tab" for a header."""
    at: str = "lms"
    """At which of the LMSs it is used."""
    forgets_logins: bool = False
    """Whether it loses what a login keeps in its web storage, while it is at the platform."""

    def lms(self, sites: Sites) -> Platform:
        platform: Platform = getattr(sites, self.at)
        return platform


ALLOWED = Kind("third-party cookies allowed", None)
BLOCKED = Kind("third-party cookies blocked", None)
NO_COOKIE = Kind("no cookie in frames at all", "tab")
CLOSED = Kind("nothing kept in frames", None)
OPEN_KINDS = (ALLOWED, BLOCKED, NO_COOKIE)
# The LMS's page offers storage: in vain, as one place of two, and as the only one that keeps anything.
KEPT_KINDS = (
    replace(BLOCKED, name="third-party cookies blocked, and the LMS keeps", at="keeping"),
    replace(NO_COOKIE, name="no cookie in frames, and the LMS keeps", at="keeping"),
    replace(NO_COOKIE, name="only the LMS keeps", at="keeping", forgets_logins=True),
)
FRAME_KIND = replace(NO_COOKIE, name="only a frame of the LMS keeps", at="framing", forgets_logins=True)
FORGETS = """if (location.pathname.startsWith("/lti/launch")) {
  for (const area of [sessionStorage, localStorage]) {
    for (const name of Object.keys(area)) if (name.startsWith("lti.")) area.removeItem(name);
  }
}"""

Browse = Callable[[Kind], BrowserContext]
_WITH_PROFILE = (ALLOWED, CLOSED)


@contextmanager
def browsing(browsers: Browse, kind: Kind, *refusals: int) -> Iterator[Page]:
    context = browsers(kind)
    context.set_default_timeout(PATIENCE)
    try:
        with no_complaints(context, *refusals):
            yield context.new_page()
            for opened in context.pages:
                opened.goto("about:blank")  # so that nothing of this test is still going on in the next
    finally:
        # Windows that stay open cost the browser, and a hundred of them all who wait for it.
        if kind in _WITH_PROFILE:
            for opened in context.pages[1:]:
                opened.close()
        else:
            context.close()


def check_mode(sites: Sites, visit: Visit, kind: Kind) -> None:
    """That the browser does keep what this kind keeps, and no more: or the rest would prove nothing."""
    expect(visit.tool.locator("body")).to_have_attribute("data-person", re.compile("."))
    assert visit.tool.locator("body").get_attribute("data-carrier") == kind.carrier
    sent = sites.cookies_of(visit.launch_id)
    assert sent
    if kind.carrier == "tab":
        assert not any(sent), "a cookie was sent"
    else:
        assert all("segue_launch=" in (cookie or "") for cookie in sent)
        assert not any("segue_login" in (cookie or "") for cookie in sent), "the login's cookie stayed"
    # A cookie for the whole site, without Partitioned, tells whether third parties' cookies are let through.
    visit.tool.evaluate("document.cookie = 'third_party=1; Secure; SameSite=None; Path=/'")
    assert (visit.tool.evaluate("document.cookie") != "") is (kind is ALLOWED)
