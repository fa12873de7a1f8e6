"""What is kept of a store's words: enough to find the mistake, and nothing of what it echoed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xapi.reasons import in_known_words

STATEMENT = json.dumps(
    {
        "actor": {
            "objectType": "Agent",
            "name": "Missing Field",
            "account": {"homePage": "https://lms.test", "name": "a.ruiz"},
        },
        "result": {"response": "I failed the required exam, and it was not valid"},
    }
)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('{"message": "Missing required property: verb"}', "message missing required property verb"),
        (
            "actor is not formatted properly: missing required properties 'mbox', 'account'",
            "actor is not … missing required properties mbox account",
        ),
        (
            '{"detail":[{"loc":["body",0,"actor","mbox"],"msg":"invalid email"}]}',
            "detail loc body actor mbox msg invalid email",
        ),
        ("<html><body>502 Bad Gateway nginx/1.2</body></html>", "body bad gateway … body"),
        ("Kim Lee, 555-0100, kim@x.test", ""),
        ("ACTOR", "actor"),
        ("", ""),
    ],
)
def test_it_keeps_what_helps(said: str, kept: str) -> None:
    assert in_known_words(said, ["{}"]) == kept


def test_no_word_of_the_statements_is_kept_though_it_is_a_known_one() -> None:
    assert in_known_words("Missing field: the exam was not valid; actor required", [STATEMENT]) == "actor"


@given(st.text(), st.text())
def test_no_word_of_theirs_is_kept_whatever_it_is(text: str, around: str) -> None:
    statement = json.dumps({"result": {"response": text}})
    kept = in_known_words(f"{around} {text} {statement}", [statement]).casefold().split()
    assert not {word.casefold() for word in text.split()} & set(kept) - {"…"}
