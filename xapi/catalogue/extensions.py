"""The extensions of statements, each with the schema of its values."""

from typing import Any, Final

from xapi import vocabulary
from xapi.catalogue.form import Extension


def _one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


_UUID: Final = {
    "type": "string",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
}
_COUNT: Final = {"type": "integer", "minimum": 1}

SESSION_ID: Final = Extension(
    vocabulary.SESSION_ID, "session", "One launch: what somebody did from then on, in one visit.", _UUID
)
DUE_DATE: Final = Extension(
    vocabulary.DUE_DATE,
    "due date",
    "The day on which the learner means to look at it again.",
    {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
)
REASON: Final = Extension(
    vocabulary.REASON,
    "reason",
    "Why a reader asks staff to look at a post, as one of four kinds.",
    _one_of("hurtful", "personal", "unsafe", "other"),
)
SUBREGISTRATION: Final = Extension(
    vocabulary.SUBREGISTRATION,
    "subregistration",
    "Which follow-up it is a part of: all statements of one follow-up have the same one.",
    {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["profile", "subregistration"],
            "additionalProperties": False,
            "properties": {"profile": {"type": "string", "format": "iri"}, "subregistration": _UUID},
        },
    },
)

HELP_WANTED: Final = Extension(
    vocabulary.HELP_WANTED,
    "help wanted",
    "Which kind of help was asked for: a hint, an explanation, an example, or a check of what one has.",
    _one_of("hint", "explanation", "example", "check"),
)
ATTACHMENTS: Final = Extension(
    vocabulary.ATTACHMENTS, "attachment count", "How many files go with what was posted.", _COUNT
)
OUTCOME: Final = Extension(
    vocabulary.OUTCOME,
    "outcome",
    "What the learner says came of a workplace action: did it, tried it, not yet, or changed the plan.",
    _one_of("did", "tried", "not_yet", "changed"),
)
REACTION: Final = Extension(
    vocabulary.REACTION,
    "reaction",
    "Which mark was given: useful, still current, checked against a source, or used at work.",
    _one_of("useful", "still_current", "checked", "used"),
)
REVISION: Final = Extension(
    vocabulary.REVISION,
    "revision",
    "The number of the text that came of the edit; the first text is 1.",
    {"type": "integer", "minimum": 2},
)
FOLLOW_LEVEL: Final = Extension(
    vocabulary.FOLLOW_LEVEL,
    "follow level",
    "How much one is told of: everything, replies and mentions, or a digest.",
    _one_of("everything", "replies", "digest"),
)
SIDE: Final = Extension(
    vocabulary.SIDE,
    "side",
    "Which of a debate's two sides a reply argues.",
    _one_of("first", "second"),
)
STAGE: Final = Extension(
    vocabulary.STAGE,
    "stage",
    "Which stage of a case it is, or was written in: questions, ideas, or what is taken along.",
    _one_of("questions", "ideas", "taking"),
)
ROLE: Final = Extension(
    vocabulary.ROLE,
    "role",
    "Which role in a discussion: who starts it, or who sums it up.",
    _one_of("starter", "synthesiser"),
)

MINTED: Final = (
    ATTACHMENTS,
    FOLLOW_LEVEL,
    HELP_WANTED,
    OUTCOME,
    REACTION,
    REVISION,
    ROLE,
    SIDE,
    STAGE,
)
