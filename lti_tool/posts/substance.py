"""Whether a first answer says enough to open the others' for its author: a few words, not a good text."""

import re

FEWEST_WORDS = 8
# Scripts that put no space between words; two of their signs count as one.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_SIGN = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(rf"[^\W_{_UNSPACED}]+(?:['\u2019][^\W_{_UNSPACED}]+)*")


def missing_words(text: str) -> int:
    """How many words are missing; what is quoted, and a word said again, counts for nothing."""
    own = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))
    words = {word.casefold() for word in _WORD.findall(own)}
    signs = set(_SIGN.findall(own))
    return max(0, FEWEST_WORDS - len(words) - len(signs) // 2)
