"""What the pages of help requests show."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.orm import Session

from lti_tool.conversation_pages import queries as posts
from lti_tool.conversation_pages.listing import ROWS_A_PAGE
from lti_tool.conversation_pages.queries import Begin
from lti_tool.conversation_pages.views import ConversationView, PostView
from lti_tool.core.actor import Actor
from lti_tool.core.paging import Page, Place
from lti_tool.help_requests.models import HelpRequest, HelpStatus, HelpWanted
from lti_tool.help_requests.standing import stands_as, status_column
from lti_tool.people.models import Person
from lti_tool.posts.authors import Author, author_columns, author_of
from lti_tool.posts.models import Conversation, ConversationKind
from lti_tool.posts.visibility import legible, readable, shown_title


class Show(StrEnum):
    """Which requests a list shows."""

    WAITING = "waiting"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    MINE = "mine"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpRequestRow:
    """One line of a list."""

    id: UUID
    title: str
    author: Author
    created_at: datetime
    reply_count: int
    help_wanted: HelpWanted
    status: HelpStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpRequestPage:
    request: HelpRequest
    status: HelpStatus
    resolved_at: datetime | None
    conversation: ConversationView
    answers: Page[PostView]
    """Without the accepted one."""
    accepted: PostView | None
    is_asker: bool
    may_settle: bool
    """Whether the reader is who asked, or staff, and there is still something to settle."""

    @property
    def others(self) -> int:
        """How many were posted beside the accepted one, on all pages."""
        return self.conversation.reply_count - (self.accepted is not None)

    @property
    def resolved_by_asker(self) -> bool:
        """Else staff did it."""
        return self.request.resolved_by_id == self.request.author_id


def help_request_list(
    session: Session, actor: Actor, *, show: Show, after: UUID | None
) -> Page[HelpRequestRow]:
    """The course's requests: of those that wait the oldest first, else the newest. One query."""
    oldest_first = show is Show.WAITING
    place = Conversation.id
    # An index of one table finds the rows in order, before anything is joined to them. The limit is written
    # out: as a parameter, a plan for any values expects it to be a tenth of all rows.
    wanted = (
        select(Conversation.id)
        .where(Conversation.kind == ConversationKind.HELP_REQUEST, readable(actor), *_shown(actor, show))
        .order_by(place.asc() if oldest_first else place.desc())
        .limit(literal_column(str(ROWS_A_PAGE + 1)))
    )
    if after:
        wanted = wanted.where(place > after if oldest_first else place < after)
    on_page = wanted.subquery()
    query = (
        select(
            HelpRequest,
            Conversation,
            status_column().label("status"),
            shown_title(actor),
            *author_columns(Conversation, Person),
        )
        .join(on_page, on_page.c.id == Conversation.id)
        .join(HelpRequest, HelpRequest.conversation_id == Conversation.id)
        .join(Person, Person.id == Conversation.author_id)
        .order_by(place.asc() if oldest_first else place.desc())
    )
    found = session.execute(query).all()
    rows = [
        HelpRequestRow(
            id=row.Conversation.id,
            title=row.title,
            author=author_of(actor, row),
            created_at=row.HelpRequest.created_at,
            reply_count=row.Conversation.reply_count - row.Conversation.gone_count,
            help_wanted=row.HelpRequest.help_wanted,
            status=HelpStatus(row.status),
        )
        for row in found[:ROWS_A_PAGE]
    ]
    more = len(found) > ROWS_A_PAGE
    return Page(rows, Place(rows[-1].created_at, rows[-1].id) if more else None)


def _shown(actor: Actor, show: Show) -> list[ColumnElement[bool]]:
    if show is Show.ALL:
        return []
    if show is Show.MINE:
        # Looked up first: they are few, and an index has them.
        mine = select(HelpRequest.conversation_id).where(HelpRequest.author_id == actor.person_id)
        return [Conversation.id.in_(select(mine.cte("mine").prefix_with("MATERIALIZED")))]
    # What was hidden or withdrawn waits for nobody's help.
    return [stands_as(HelpStatus(show)), legible(actor, Conversation)]


def help_request_page(
    session: Session,
    actor: Actor,
    request_id: UUID,
    *,
    from_id: UUID | None = None,
    around_id: UUID | None = None,
) -> HelpRequestPage:
    """A request with fifty of its answers. Three queries, four when one was accepted."""
    conversation = posts.conversation_view(session, actor, request_id, ConversationKind.HELP_REQUEST)
    request, resolved_at, status = session.execute(
        select(HelpRequest, Conversation.resolved_at, status_column())
        .join(Conversation, Conversation.id == HelpRequest.conversation_id)
        .where(HelpRequest.conversation_id == request_id)
    ).one()
    page = posts.replies(session, actor, conversation, Begin(from_id=from_id, around_id=around_id))
    accepted_id = conversation.accepted_id
    return HelpRequestPage(
        request=request,
        status=HelpStatus(status),
        resolved_at=resolved_at,
        conversation=conversation,
        answers=Page([post for post in page.rows if post.id != accepted_id], page.next),
        accepted=posts.reply_in(session, actor, conversation, accepted_id) if accepted_id else None,
        is_asker=request.author_id == actor.person_id,
        may_settle=conversation.accepts and conversation.opening.body_html != "",
    )
