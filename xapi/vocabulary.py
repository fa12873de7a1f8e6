"""The verbs, activity types and extensions that Segue's statements use.

A published IRI is taken wherever one means what we mean (xAPI 1.0.3, Data 3.1); the rest is minted
under our own profile.
"""

from dataclasses import dataclass
from typing import Final

PROFILE: Final = "https://segue-lti.github.io/xapi"
# A statement names the version it conforms to, so a later profile never re-judges an earlier statement.
PROFILE_VERSION: Final = f"{PROFILE}/v0.2"
# Of follow-ups alone, since a profile with a pattern holds each of its statements to that pattern.
FOLLOW_UPS_PROFILE: Final = f"{PROFILE}/follow-ups"
FOLLOW_UPS_VERSION: Final = f"{FOLLOW_UPS_PROFILE}/v0.1"


@dataclass(frozen=True, slots=True)
class Verb:
    """What was done: `id` carries the meaning, `display` is English for a human reader."""

    id: str
    display: str


LAUNCHED: Final = Verb("http://adlnet.gov/expapi/verbs/launched", "launched")
POSTED: Final = Verb("https://w3id.org/xapi/acrossx/verbs/posted", "posted")
REPLIED: Final = Verb("http://id.tincanapi.com/verb/replied", "replied")
ASKED: Final = Verb("http://adlnet.gov/expapi/verbs/asked", "asked")
ACCEPTED: Final = Verb("http://activitystrea.ms/accept", "accepted")
NO_LONGER_ACCEPTED: Final = Verb(f"{PROFILE}/verbs/released-as-answer", "released as answer")
RESOLVED: Final = Verb("http://activitystrea.ms/resolve", "resolved")
CLOSED: Final = Verb("http://activitystrea.ms/close", "closed")
REOPENED: Final = Verb("http://activitystrea.ms/open", "opened")
TAGGED: Final = Verb("http://activitystrea.ms/tag", "tagged")
PINNED: Final = Verb(f"{PROFILE}/verbs/pinned", "pinned")  # put at the top of its list
UNPINNED: Final = Verb(f"{PROFILE}/verbs/unpinned", "unpinned")
# The post that sums a discussion up.
CHOSEN_AS_SYNTHESIS: Final = Verb(f"{PROFILE}/verbs/chose-as-synthesis", "chose as synthesis")
NO_LONGER_SYNTHESIS: Final = Verb(f"{PROFILE}/verbs/released-as-synthesis", "released as synthesis")
ASSIGNED: Final = Verb(f"{PROFILE}/verbs/assigned", "assigned")  # to a group, which is the context's team
UNASSIGNED: Final = Verb(f"{PROFILE}/verbs/unassigned", "unassigned")
APPOINTED: Final = Verb(f"{PROFILE}/verbs/appointed", "appointed")  # to a role in a discussion
MOVED_ON: Final = Verb(f"{PROFILE}/verbs/moved-on", "moved on")  # a case, to its next stage
PASSED_ON: Final = Verb(f"{PROFILE}/verbs/passed-on", "passed on")  # a role in a discussion
MENTIONED: Final = Verb("http://id.tincanapi.com/verb/mentioned", "mentioned")
PLANNED: Final = Verb("https://w3id.org/xapi/tla/verbs/planned", "planned")
REPORTED: Final = Verb("https://w3id.org/xapi/acrossx/verbs/reported", "reported")
LIKED: Final = Verb("https://w3id.org/xapi/acrossx/verbs/liked", "liked")
UNLIKED: Final = Verb("http://activitystrea.ms/unlike", "unliked")
EDITED: Final = Verb("https://w3id.org/xapi/acrossx/verbs/edited", "edited")
DELETED: Final = Verb("http://activitystrea.ms/delete", "deleted")
FOLLOWED: Final = Verb("http://activitystrea.ms/follow", "followed")
STOPPED_FOLLOWING: Final = Verb("http://activitystrea.ms/stop-following", "stopped following")
FLAGGED: Final = Verb("http://activitystrea.ms/flag-as-inappropriate", "flagged")
REMOVED: Final = Verb("http://activitystrea.ms/remove", "removed")
RESTORED: Final = Verb(f"{PROFILE}/verbs/restored", "restored")
APPROVED: Final = Verb("http://activitystrea.ms/approve", "approved")
DENIED: Final = Verb("http://activitystrea.ms/deny", "denied")
UNMASKED: Final = Verb(f"{PROFILE}/verbs/unmasked", "unmasked")  # looked up who wrote it anonymously
VOIDED: Final = Verb("http://adlnet.gov/expapi/verbs/voided", "voided")

# Activity types.
COURSE: Final = "http://adlnet.gov/expapi/activities/course"
FORUM_TOPIC: Final = "http://id.tincanapi.com/activitytype/forum-topic"
FORUM_REPLY: Final = "http://id.tincanapi.com/activitytype/forum-reply"
DOUBT: Final = "http://id.tincanapi.com/activitytype/doubt"
SOLUTION: Final = "http://id.tincanapi.com/activitytype/solution"
RESOURCE_LINK: Final = f"{PROFILE}/activity-types/resource-link"
WORKPLACE_ACTION: Final = f"{PROFILE}/activity-types/workplace-action"

# Extensions.
SESSION_ID: Final = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
DUE_DATE: Final = "https://w3id.org/xapi/tla/extensions/due_date"
HELP_WANTED: Final = f"{PROFILE}/extensions/help-wanted"  # the kind of help that was asked for
ATTACHMENTS: Final = f"{PROFILE}/extensions/attachment-count"  # how many files go with what was posted
OUTCOME: Final = f"{PROFILE}/extensions/outcome"  # what came of a workplace action
REACTION: Final = f"{PROFILE}/extensions/reaction"  # which of the marks it was
REVISION: Final = f"{PROFILE}/extensions/revision"  # the number of the text that came of an edit
FOLLOW_LEVEL: Final = f"{PROFILE}/extensions/follow-level"  # how much of it one is told of
SIDE: Final = f"{PROFILE}/extensions/side"  # which of a debate's two sides it argues
STAGE: Final = f"{PROFILE}/extensions/stage"  # which of a case's stages it is, or was written in
ROLE: Final = f"{PROFILE}/extensions/role"  # which of a discussion's roles
# Which occurrence of a profile's pattern a statement is a part of (xAPI Profiles 1.0, Structure 9.0).
SUBREGISTRATION: Final = "https://w3id.org/xapi/profiles/extensions/subregistration"
REASON: Final = "https://w3id.org/xapi/tla/extensions/reason"

# How an attachment is used.
SIGNATURE: Final = "http://adlnet.gov/expapi/attachments/signature"  # of the statement (xAPI 1.0.3, Data 2.6)
