"""Tags: short words that a course's people give to threads, written alike by everybody."""

import re
import unicodedata

from lti_tool.posts.models import MOST_TAGS

LONGEST_TAG = 30
_LOOKED_AT = 10 * LONGEST_TAG
_NOT_IN_TAGS = re.compile(r"[^\w+.-]+")


def read_tags(text: str) -> list[str]:
    """What somebody typed, as tags: lower case, words joined by hyphens, each once, in their order.

    At most one more than a thread may have, so that whoever asks sees that there are too many.
    """
    tags = dict.fromkeys(filter(None, (normal_tag(part) for part in text.split(","))))
    return list(tags)[: MOST_TAGS + 1]


def normal_tag(text: str) -> str:
    """One tag as it is kept; empty for what has no letter and no digit."""
    # Accents in no order take very long to be put in it, if there are many.
    folded = unicodedata.normalize("NFKC", text.strip()[:_LOOKED_AT]).casefold().strip().lstrip("#")
    joined = _NOT_IN_TAGS.sub("-", folded).strip("-._")
    return joined[:LONGEST_TAG].rstrip("-._")
