"""How a request for help stands, from what is there: the one rule for pages, lists and counts."""

from sqlalchemy import Case, ColumnElement, and_, case, literal, literal_column, not_

from lti_tool.core.db import written_out
from lti_tool.help_requests.models import HelpRequest, HelpStatus
from lti_tool.posts.models import Conversation, ConversationKind


def stands_as(status: HelpStatus) -> ColumnElement[bool]:
    """Of requests, in a query that joins their conversations.

    One that was resolved waits no more, whatever became of its answers. Any other is answered while an answer
    of somebody else can be read: when the last one is hidden or withdrawn, the request waits again.
    """
    is_resolved = HelpRequest.resolved_at.is_not(None)
    # In the words of the index of those that wait.
    waits = and_(
        Conversation.kind == written_out(ConversationKind.HELP_REQUEST),
        Conversation.answer_count == literal_column("0"),
    )
    rules = {
        HelpStatus.WAITING: and_(not_(is_resolved), waits),
        HelpStatus.ANSWERED: and_(not_(is_resolved), not_(waits)),
        HelpStatus.RESOLVED: and_(is_resolved),
    }
    return rules[status]


def status_column() -> Case[str]:
    return case(*((stands_as(status), literal(str(status))) for status in HelpStatus))
