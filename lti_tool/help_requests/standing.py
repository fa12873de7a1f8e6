"""How a request for help stands, from what is there: the one rule for pages, lists and counts."""

from sqlalchemy import Case, ColumnElement, and_, case, literal, literal_column

from lti_tool.core.db import written_out
from lti_tool.help_requests.models import HelpStatus
from lti_tool.posts.models import Conversation, ConversationKind


def stands_as(status: HelpStatus) -> ColumnElement[bool]:
    """Of the conversations of requests, in the words of the indexes that find them.

    One that was resolved waits no more, whatever became of its answers. Any other is answered while an answer
    of somebody else can be read: when the last one is hidden or withdrawn, the request waits again.
    """
    none: ColumnElement[int] = literal_column("0")
    is_open = Conversation.resolved_at.is_(None)
    rules = {
        HelpStatus.WAITING: and_(is_open, Conversation.answer_count == none),
        HelpStatus.ANSWERED: and_(is_open, Conversation.answer_count > none),
        HelpStatus.RESOLVED: and_(Conversation.resolved_at.is_not(None)),
    }
    return and_(Conversation.kind == written_out(ConversationKind.HELP_REQUEST), rules[status])


def status_column() -> Case[str]:
    return case(*((stands_as(status), literal(str(status))) for status in HelpStatus))
