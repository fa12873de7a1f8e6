"""Code in colours, and plain where it is too much."""

import time
from itertools import chain, repeat

import pytest

from lti_tool.markup import highlighting
from lti_tool.markup.highlighting import Highlighter
from lti_tool.markup.markdown import render


def test_known_languages_are_coloured_without_loss_of_text() -> None:
    html = render('```python\n# <b>\ndef f(x):\n    return "a" + 1\n```')
    assert '<span class="hl-comment"># &lt;b&gt;</span>' in html
    assert '<span class="hl-keyword">def</span>' in html
    assert '<span class="hl-string">"a"</span>' in html
    assert '<span class="hl-number">1</span>' in html


@pytest.mark.parametrize("language", ["", "brainf***", '" onmouseover="alert(1)', "<script>", "matlab"])
def test_unknown_languages_stay_plain(language: str) -> None:
    assert render(f"```{language}\na < 1\n```") == "<pre><code>a &lt; 1\n</code></pre>\n"


def test_much_code_stays_plain() -> None:
    code = "x = 1\n" * 1000
    assert render(f"```python\n{code}```") == f"<pre><code>{code}</code></pre>\n"


def test_highlighting_stops_for_a_text_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Highlighter().highlight("int a;", "java")
    monkeypatch.setattr(highlighting, "thread_time", chain([0.0], repeat(1.0)).__next__)
    highlighter = Highlighter()
    assert highlighter.highlight("int a;", "java") is None
    assert highlighter.highlight("int a;", "java") is None
    assert Highlighter().highlight("int a;", "java")


def test_code_beyond_the_limit_of_a_text_stays_plain() -> None:
    html = render(f"```python\n# {'x' * 3990}\n```\n\n" * 6)
    assert html.count("<pre>") == 6
    assert html.count('<span class="hl-comment">') == 4


@pytest.mark.parametrize(
    "source",
    [
        "://" * 10_000,
        "http://a." * 3_600,
        "a@b.c " * 5_000,
        "[" * 32_000,
        "```java\n" + "a " * 1_990 + "\n```\n" + "```c\n" + "\n " * 1_990 + "\n```\n",
        "$a$ " * 8_000,
        "|a" * 16_000,
    ],
    ids=lambda source: source[:9],
)
def test_texts_made_to_take_long_take_about_a_second_at_most(source: str) -> None:
    began = time.thread_time()
    render(source)
    # The slowest took 12 s before; twice of what they take now on a slow machine.
    assert time.thread_time() - began < 2
