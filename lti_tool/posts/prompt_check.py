"""Whether a prompt might lead to forty times the same post (reference: product.md rule D3).

A hint, never a verdict: it knows some English phrases and nothing of the subject.
"""

import re
from enum import StrEnum

_FEWEST_WORDS = 4

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_MARKUP = re.compile(r"^[\s>#*_\-\d.)]+")
_RECALL = re.compile(
    r"(?:please\s+)?(?:list|name|define|state|identify|enumerate|recite|give\s+(?:the|a)\s+definition"
    r"|(?:what|who)(?:\s+(?:is|are|was|were)|['\u2019]s)(?!\s+(?:your|you|it\s+like|the\s+(?:best|worst|hardest)))"
    r"|when\s+(?:did|was|were)|what\s+does\b.{,100}\bmean|how\s+many)\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|should|will|would)\b[^?]*\?$", re.IGNORECASE
)
_ONE_RIGHT = re.compile(
    r"\b(?:true\s+or\s+false|yes\s+or\s+no|(?:right|correct)\s+(?:answer|option)|which\s+of\s+the\s+following)\b",
    re.IGNORECASE,
)
_OPENED = re.compile(
    r"\b(?:why|because|how\s+(?:do|did|would|could|might|can|should|have)\s+(?:you|we|i)|what\s+if|reasons?|speaks?\s+"
    r"(?:for|against)|disagree|depends?|compare|weigh|what\s+would|in\s+your\s+(?:own\s+)?(?:view|opinion|experience))\b",
    re.IGNORECASE,
)
_STAKE = re.compile(
    r"\b(?:you|your|yours|yourself|i|my|me|mine|we|our|ours|us|at\s+work|workplace|colleagues?|teams?|customers?"
    r"|clients?|patients?|pupils?)\b",
    re.IGNORECASE,
)


class Doubt(StrEnum):
    """What might keep a prompt from getting people talking."""

    RECALL = "recall"
    """It asks for what stands in the text: list, define, what is."""
    ONE_ANSWER = "one_answer"
    """It can be answered with yes or no, or with the one right option."""
    NO_STAKE = "no_stake"
    """Nothing in it is about the reader, or their work."""


def doubts(prompt: str) -> list[Doubt]:
    """What to think about again, most telling first; nothing for what is too short to say."""
    if len(prompt.split()) < _FEWEST_WORDS:
        return []
    sentences = [_MARKUP.sub("", found).strip() for found in _SENTENCE.findall(prompt)]
    opened = bool(_OPENED.search(prompt))
    found = []
    if not opened and any(_RECALL.match(sentence) for sentence in sentences):
        found.append(Doubt.RECALL)
    if _ONE_RIGHT.search(prompt) or (not opened and any(_CLOSED.match(sentence) for sentence in sentences)):
        found.append(Doubt.ONE_ANSWER)
    if not _STAKE.search(prompt):
        found.append(Doubt.NO_STAKE)
    return found
