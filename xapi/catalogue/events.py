"""The events, in the order in which somebody meets them."""

from typing import Final

from xapi.catalogue.follow_ups import FOLLOW_UPS
from xapi.catalogue.form import Event
from xapi.catalogue.help_requests import HELP_REQUESTS
from xapi.catalogue.people import PEOPLE
from xapi.catalogue.posts import POSTS
from xapi.catalogue.threads import THREADS

CHAPTERS: Final[dict[str, tuple[Event, ...]]] = {
    "Coming in, and people": PEOPLE,
    "Discussions": THREADS,
    "Help among peers": HELP_REQUESTS,
    "Any post": POSTS,
    "Follow-ups": FOLLOW_UPS,
}
EVENTS: Final[dict[str, Event]] = {event.name: event for events in CHAPTERS.values() for event in events}
