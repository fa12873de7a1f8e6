"""Forms that write posts: with a draft and files, and perhaps anonymously."""

from typing import Self
from uuid import UUID

from flask_babel import gettext, lazy_gettext
from wtforms import StringField, ValidationError

from lti_tool.attachments.forms import AttachingForm
from lti_tool.attachments.kinds import KINDS
from lti_tool.drafts.forms import DraftedForm
from lti_tool.posts.anonymity.queries import Anonymity, anonymity_in
from lti_tool.posts.approval import must_wait
from lti_tool.posts.writing import Writing
from lti_tool.web.launched import actor
from lti_tool.web.transaction import db

NAME, ANONYMOUS = "name", "anonymous"


class AnonymityForm(AttachingForm):
    """As whom one posts. A form without an answer posts under the name."""

    # templates/posts/_post_as.html has the radio buttons.
    post_as = StringField(lazy_gettext("Post as"))

    conversation_id: UUID | None = None
    """None for a new one."""
    anonymity: Anonymity | None = None
    """What the page offers; None for nothing."""

    def inside(self, conversation_id: UUID) -> Self:
        self.conversation_id = conversation_id
        return self

    def offer(self, anonymity: Anonymity | None) -> Self:
        """Who was anonymous in the conversation stays so, until they choose otherwise."""
        self.anonymity = anonymity
        if self.post_as.data is None and anonymity:
            self.post_as.data = ANONYMOUS if anonymity.pseudonym else NAME
        return self

    @property
    def is_anonymous(self) -> bool:
        return bool(self.post_as.data == ANONYMOUS)

    def is_sent(self) -> bool:
        sent = super().is_sent()
        if sent and self.is_anonymous:
            said = gettext(
                "Such files often contain their author's name. Attach a picture or plain text, or "
                "post under your name."
            )
            self.file_errors += [(it.name, said) for it in self.attached if not KINDS[it.kind].is_bare]
        return sent and not self.file_errors

    def validate_post_as(self, field: object) -> None:
        """Never posted under the name instead: what was chosen, or nothing."""
        del field
        if not self.is_anonymous:
            return
        if anonymity_in(db(), actor(), self.conversation_id) is None:
            raise ValidationError(
                lazy_gettext("You can't post anonymously here now. Please post under your name.")
            )
        if must_wait(db(), actor()):
            raise ValidationError(
                lazy_gettext(
                    "Staff review your posts at the moment, so they would know the author. Please post "
                    "under your name."
                )
            )


class WritingForm(DraftedForm, AnonymityForm):
    """The form of a post. `body_name` is the field with its text."""

    body_name = "body"

    def writing(self) -> Writing:
        return Writing(
            body=self[self.body_name].data,
            submission_key=self.submission_key(),
            files=self.chosen(),
            anonymous=self.is_anonymous,
            draft=self.draft_state(),
        )
