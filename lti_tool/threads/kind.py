"""Threads as a kind of conversation."""

from flask_babel import lazy_gettext

from lti_tool.drafts.models import DraftKind
from lti_tool.posts.kinds import Kind
from lti_tool.posts.models import ConversationKind
from lti_tool.threads.statements import record_published
from xapi import vocabulary

THREAD = Kind(
    key=ConversationKind.THREAD,
    label=lazy_gettext("Thread"),
    icon="message-circle",
    endpoint="threads.show_thread",
    id_name="thread_id",
    opening_type=vocabulary.FORUM_TOPIC,
    further_type=vocabulary.FORUM_REPLY,
    record_published=record_published,
    draft_of_further=DraftKind.REPLY,
    follows_schedule=True,
    takes_answers=False,
)
