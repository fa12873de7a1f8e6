"""Which LMS it is: from what a launch says, else from the addresses of its registration."""

from urllib.parse import urlsplit

from lti_tool.platforms import blackboard, brightspace, canvas, moodle, openedx, sakai
from lti_tool.platforms.habits import Claims, Habits

KNOWN = tuple(lms.HABITS for lms in (canvas, moodle, blackboard, brightspace, sakai, openedx))
_PLAIN = Habits(product="LMS")
_TOOL_PLATFORM = "https://purl.imsglobal.org/spec/lti/claim/tool_platform"


def habits_of(*addresses: str, family: str = "") -> Habits:
    """The habits of a platform with this `product_family_code`, or else with these addresses."""
    said = family.strip().lower()
    by_family = (habits for habits in KNOWN if said in habits.families)
    by_host = (habits for habits in KNOWN if any(_is_below(address, habits.hosts) for address in addresses))
    # A product that says that it is another one is believed, wherever it stands.
    return next(by_family, _PLAIN if said else next(by_host, _PLAIN))


def in_standard_shape(claims: Claims) -> Claims:
    """Verified claims, with what this LMS says in its own way put where the specifications have it."""
    platform, issuer = claims.get(_TOOL_PLATFORM), claims.get("iss")
    family = platform.get("product_family_code") if isinstance(platform, dict) else None
    return habits_of(
        issuer if isinstance(issuer, str) else "", family=family if isinstance(family, str) else ""
    ).standard(claims)


def _is_below(address: str, hosts: tuple[str, ...]) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return any(host == known or host.endswith(f".{known}") for known in hosts)
