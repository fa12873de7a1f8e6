"""The kinds of conversation: what the rest of the tool needs to know of each. A feature brings its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.posts.events import ContributionPublished
from lti_tool.posts.models import Conversation, ConversationKind, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of conversation, as its feature describes it (`threads/kind.py`, `help_requests/kind.py`)."""

    key: ConversationKind
    label: LazyString
    icon: str
    endpoint: str
    """The page of one conversation."""
    id_name: str
    """The parameter of the endpoint that holds the conversation's id."""
    opening_type: str
    """xAPI activity type of the opening post, and so of the conversation."""
    further_type: str
    """xAPI activity type of every other post."""
    record_published: Callable[[Session, ContributionPublished], None]
    """Records the statement of a post."""
    draft_of_further: str
    """The `DraftKind` of a text that goes under the conversation as a whole."""
    follows_schedule: bool
    """Whether people write in it only while the activity is open."""
    takes_answers: bool
    """Whether one of its posts can be accepted, whichever shape the activity has."""
    details: type[Any] | None = None
    """The table of what the opening post says beside its text, by `conversation_id`."""
    html_details: Sequence[InstrumentedAttribute[str]] = ()
    """The columns of `details` that hold HTML: searched, and looked through for mentions."""
    plain_details: Sequence[InstrumentedAttribute[str | None]] = ()
    """The columns of `details` that hold plain text: searched."""


_kinds: dict[ConversationKind, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Safe to call again: the same kind counts once."""
    _kinds[kind.key] = kind


def kind_of(key: ConversationKind) -> Kind:
    return _kinds[key]


def all_kinds() -> list[Kind]:
    return list(_kinds.values())


def html_of(session: Session, conversation: Conversation, post: Post) -> list[str]:
    """All HTML of a post that was just published, in the order of its page.

    No query but for an opening post with details that was not written in this transaction.
    """
    kind = kind_of(conversation.kind)
    if not post.is_opening or kind.details is None:
        return [post.body_html]
    details = session.get_one(kind.details, conversation.id)
    return [post.body_html, *(getattr(details, it.key) for it in kind.html_details)]
