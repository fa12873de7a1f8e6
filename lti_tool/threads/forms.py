"""The forms of threads."""

from flask_babel import lazy_gettext

from lti_tool.drafts.forms import DraftedForm
from lti_tool.posts import scaffolds
from lti_tool.posts.attachments.forms import AttachingForm
from lti_tool.posts.forms import markdown_field
from lti_tool.web.forms import id_field, line_field


class ThreadForm(DraftedForm, AttachingForm):
    title = line_field(
        lazy_gettext("Title"),
        description=lazy_gettext("what others should talk about with you"),
        required=lazy_gettext("Please give it a title, so that others know what it is about."),
    )
    body = markdown_field(
        lazy_gettext("Your post"),
        required=lazy_gettext("Please write something to start with."),
        scaffolds=scaffolds.THREAD,
    )

    @property
    def prompt_text(self) -> str:
        """What it asks of others."""
        return "\n".join(text for text in (self.title.data, self.body.data) if text)


class ReplyForm(DraftedForm, AttachingForm):
    in_reply_to = id_field()
    body = markdown_field(
        lazy_gettext("Your reply"),
        required=lazy_gettext("Please write your reply first."),
        scaffolds=scaffolds.REPLY,
    )
