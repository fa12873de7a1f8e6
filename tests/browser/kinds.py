"""Kinds of browsers, by what they keep for a tool in an LMS's frame."""

from dataclasses import dataclass, replace

from tests.browser.sites import Platform, Sites


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
