"""What a form of writing brings, whichever feature it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lti_tool.posts.files import Chosen


@dataclass(frozen=True, slots=True)
class FormState:
    """Which form it is, and which version of the draft it showed last."""

    writer: UUID
    version: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A text with what belongs to it. `submission_key` makes two submissions of one form one post."""

    body: str
    submission_key: UUID
    files: Sequence[Chosen] = ()
    anonymous: bool = False
    draft: FormState | None = None
    """None for a text that no form keeps."""
