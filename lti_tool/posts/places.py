"""The addresses of conversations, whichever feature shows them."""

from typing import Any
from uuid import UUID

from flask import url_for

from lti_tool.posts.kinds import kind_of
from lti_tool.posts.models import ConversationKind


def conversation_page(key: ConversationKind, conversation_id: UUID, *, post_id: UUID | None = None) -> str:
    """The conversation's address, at this post."""
    kind, anchor = kind_of(key), f"post-{post_id}" if post_id else None
    values: dict[str, Any] = {kind.id_name: conversation_id, "at": post_id}
    return url_for(kind.endpoint, _anchor=anchor, **values)
