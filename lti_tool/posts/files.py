"""Which files a sent form attaches to its post."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A file that was uploaded before, with its author's words for it."""

    id: UUID
    name: str
    alt: str = ""
    decorative: bool = False
