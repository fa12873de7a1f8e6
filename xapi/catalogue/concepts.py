"""What we mint: verbs and activity types that no published profile has."""

from dataclasses import dataclass
from typing import Final

from xapi import vocabulary
from xapi.vocabulary import Verb


@dataclass(frozen=True, slots=True)
class Concept:
    """A verb or an activity type of our own."""

    id: str
    label: str
    definition: str
    broad_match: tuple[str, ...] = ()
    """Concepts of other profiles with a wider meaning."""
    related_match: tuple[str, ...] = ()


def _verb(verb: Verb, definition: str, *related: str) -> Concept:
    return Concept(verb.id, verb.display, definition, related_match=related)


VERBS: Final = (
    _verb(
        vocabulary.APPOINTED,
        "Staff gave a person a role in a discussion. The object is the person; the extension names the role.",
    ),
    _verb(
        vocabulary.ASSIGNED,
        "Staff put a person into a group. The object is the person; the context's team is the group.",
    ),
    _verb(
        vocabulary.CHOSEN_AS_SYNTHESIS,
        "Somebody chose a post as the one that sums a discussion up. The object is the post.",
    ),
    _verb(
        vocabulary.MOVED_ON,
        "Somebody moved a case that is talked through on to its next stage, which the extension names.",
    ),
    _verb(
        vocabulary.NO_LONGER_ACCEPTED,
        "Somebody took back that an answer is the accepted one. The object is the answer.",
        vocabulary.ACCEPTED.id,
    ),
    _verb(
        vocabulary.NO_LONGER_SYNTHESIS,
        "Somebody took back that a post sums a discussion up. The object is the post.",
    ),
    _verb(
        vocabulary.PASSED_ON,
        "A person declined a role in a discussion that had come to them. The extension names the role.",
    ),
    _verb(vocabulary.PINNED, "Staff put a discussion at the top of its list."),
    _verb(
        vocabulary.RESTORED,
        "Staff showed a post again that had been hidden. The object is the post.",
        vocabulary.REMOVED.id,
    ),
    _verb(
        vocabulary.UNASSIGNED,
        "Staff took a person out of a group. The object is the person; the context's team is the group.",
    ),
    _verb(
        vocabulary.UNMASKED,
        "Staff looked up who wrote a post anonymously. The object is the post; its author is not named.",
    ),
    _verb(vocabulary.UNPINNED, "Staff put a discussion back to its place in the list."),
)

ACTIVITY_TYPES: Final = (
    Concept(
        vocabulary.RESOURCE_LINK,
        "resource link",
        "A place in a course from which learners come into the tool: an LTI resource link.",
    ),
    Concept(
        vocabulary.WORKPLACE_ACTION,
        "workplace action",
        "What a learner means to do at work with what they learned, and when.",
        broad_match=("http://id.tincanapi.com/activitytype/goal",),
    ),
)

NAMES: Final = {
    vocabulary.COURSE: "course",
    vocabulary.FORUM_TOPIC: "discussion",
    vocabulary.FORUM_REPLY: "reply",
    vocabulary.DOUBT: "request for help",
    vocabulary.SOLUTION: "answer",
    vocabulary.RESOURCE_LINK: "activity in the course",
    vocabulary.WORKPLACE_ACTION: "workplace action",
}
"""What an activity type is called on our own pages."""
