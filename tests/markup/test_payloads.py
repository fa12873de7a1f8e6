"""The corpus of hostile texts through the renderer."""

import pytest

from lti_tool.markup.markdown import LARGEST_HTML, render
from tests.markup.payloads import PAYLOADS
from tests.markup.test_markdown import assert_safe


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 150


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_hostile_text_becomes_harmless(payload: str) -> None:
    html = render(payload)
    assert_safe(html)
    assert len(html) <= LARGEST_HTML


def test_all_hostile_texts_in_one_become_harmless() -> None:
    for joint in ("", " ", "\n", "\n\n", "\n> ", "\n- ", " | "):
        assert_safe(render(joint.join(PAYLOADS)[: 32 * 1024]))
