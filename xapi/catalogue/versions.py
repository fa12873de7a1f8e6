"""The versions of both profiles: what changed in each, and the digest of its templates and patterns.

A statement names the version that it conforms to. So what a version asks of statements stays as it was once
it has been released: a change of templates is a new version here, first in its list (xAPI Profiles 1.0,
Structure 6.1 and 8.0).
"""

from dataclasses import dataclass
from typing import Final

from xapi import vocabulary


@dataclass(frozen=True, slots=True)
class Version:
    id: str
    generated_at: str
    """When it was made, RFC 3339."""
    changes: tuple[str, ...]
    """For readers of statements, one sentence each."""
    digest: str
    """`profile.digest_of` its document; empty where it had neither templates nor patterns."""


PROFILE_VERSIONS: Final = (
    Version(
        vocabulary.PROFILE_VERSION,
        "2026-11-28T00:00:00Z",
        (
            "Each kind of statement has a template.",
            "A role that staff give has a verb of its own, appointed; it was assigned, as for groups.",
            "An acceptance that is taken back, and a request that is opened again, have templates.",
            "A mention, a plan and a report have as their parent the discussion or request they come from.",
            "The language is that of the page; it was that of the platform.",
            "Statements of follow-ups also conform to the profile of follow-ups, and have a subregistration.",
        ),
        "7250045133d53ede",
    ),
    Version(
        f"{vocabulary.PROFILE}/v0.1",
        "2026-11-01T00:00:00Z",
        ("The vocabulary: verbs, activity types and extensions, without templates.",),
        "",
    ),
)

FOLLOW_UPS_VERSIONS: Final = (
    Version(
        vocabulary.FOLLOW_UPS_VERSION,
        "2026-11-28T00:00:00Z",
        ("One pattern: a follow-up is planned, then reported on any number of times.",),
        "a6b41c2ac9b81da4",
    ),
)
