"""What the statement of a post says of its files: how many. No statement of their own, and no name."""

from lti_tool.posts.models import Post
from xapi import vocabulary


def attachment_extension(post: Post) -> dict[str, int]:
    return {vocabulary.ATTACHMENTS: post.attachment_count} if post.attachment_count else {}
