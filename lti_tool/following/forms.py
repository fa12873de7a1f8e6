"""The form for the level of following."""

from flask_babel import lazy_gettext

from lti_tool.following.models import FollowLevel
from lti_tool.web.forms import LaunchedForm, radio_field

LEVELS: dict[str, str] = {
    FollowLevel.EVERYTHING: lazy_gettext("All posts"),
    FollowLevel.REPLIES: lazy_gettext("Replies to me and mentions"),
    FollowLevel.DIGEST: lazy_gettext("A digest"),
    FollowLevel.MUTE: lazy_gettext("Nothing"),
}


class FollowForm(LaunchedForm):
    level = radio_field(
        lazy_gettext("What do you want to be notified about?"),
        LEVELS,
        required=lazy_gettext("Please choose one of these."),
    )
