"""Where conversations have their pages. Of the features, posts know their routes' names alone."""

from uuid import UUID

from flask import url_for

from lti_tool.posts.models import ConversationKind


def conversation_page(kind: ConversationKind, conversation_id: UUID, *, post_id: UUID | None = None) -> str:
    """The conversation's address, at this post."""
    anchor = f"post-{post_id}" if post_id else None
    if kind is ConversationKind.HELP_REQUEST:
        return url_for(
            "help_requests.show_help_request", request_id=conversation_id, at=post_id, _anchor=anchor
        )
    return url_for("threads.show_thread", thread_id=conversation_id, at=post_id, _anchor=anchor)
