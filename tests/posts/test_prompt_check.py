"""What the check of prompts doubts, and what it leaves alone."""

import pytest

from lti_tool.posts.prompt_check import Doubt, doubts


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("List the five stages of grief.", {Doubt.RECALL, Doubt.NO_STAKE}),
        ("What is the definition of feedback?", {Doubt.RECALL, Doubt.NO_STAKE}),
        ("1. Define active listening in one sentence.", {Doubt.RECALL, Doubt.NO_STAKE}),
        ("Please name three kinds of questions from the chapter.", {Doubt.RECALL, Doubt.NO_STAKE}),
        ("Welcome to week 2!\n\nWho was Carl Rogers?", {Doubt.RECALL, Doubt.NO_STAKE}),
        ("Is silence a sign of agreement?", {Doubt.ONE_ANSWER, Doubt.NO_STAKE}),
        ("Did you read the chapter?", {Doubt.ONE_ANSWER}),
        ("True or false: feedback should be given at once.", {Doubt.ONE_ANSWER, Doubt.NO_STAKE}),
        ("Which of the following openings is the right answer?", {Doubt.ONE_ANSWER, Doubt.NO_STAKE}),
        ("Why do difficult talks fail so often?", {Doubt.NO_STAKE}),
    ],
)
def test_a_prompt_with_one_right_answer_or_no_stake(prompt: str, expected: set[Doubt]) -> None:
    assert set(doubts(prompt)) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        "Which of the openings from this unit would fail in your team, and why?",
        "Think of a talk that went wrong at work. What would you do differently?",
        "What is your hardest conversation this month, and what makes it hard?",
        "Would you tell your manager? Why, or why not?",
        "What are your reasons for waiting? Compare them with somebody else's.",
        "Bring a case of your own that is not solved yet.",
        "",
        "Hello there",
        "Nenne drei Gründe",
    ],
)
def test_a_prompt_that_is_left_alone(prompt: str) -> None:
    assert doubts(prompt) == []


def test_a_long_text_takes_no_time() -> None:
    assert Doubt.NO_STAKE in doubts("what does " * 3000 + "is a? " * 1000)
