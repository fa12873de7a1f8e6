"""Help requests as a kind of conversation."""

from flask_babel import lazy_gettext

from lti_tool.drafts.models import DraftKind
from lti_tool.help_requests.models import HelpRequest
from lti_tool.help_requests.statements import record_published
from lti_tool.posts.kinds import Kind
from lti_tool.posts.models import ConversationKind
from xapi import vocabulary

HELP_REQUEST = Kind(
    key=ConversationKind.HELP_REQUEST,
    label=lazy_gettext("Help request"),
    icon="circle-question-mark",
    endpoint="help_requests.show_help_request",
    id_name="request_id",
    opening_type=vocabulary.DOUBT,
    further_type=vocabulary.SOLUTION,
    record_published=record_published,
    draft_of_further=DraftKind.ANSWER,
    follows_schedule=False,
    takes_answers=True,
    details=HelpRequest,
    html_details=(HelpRequest.tried_html, HelpRequest.expected_html, HelpRequest.got_html),
    plain_details=(HelpRequest.what_fixed_it,),
)
