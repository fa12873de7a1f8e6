"""The number of files in the statement of a post. Files have no statements of their own."""

from lti_tool.posts.models import Post
from xapi import vocabulary


def attachment_extension(post: Post) -> dict[str, int]:
    return {vocabulary.ATTACHMENTS: post.attachment_count} if post.attachment_count else {}
