"""Formulas: MathML where it can be made, the formula as it was written where not."""

import re

import pytest

from lti_tool.markup.formulas import ATTRIBUTES
from lti_tool.markup.markdown import render
from lti_tool.markup.unshown import UNSHOWN


def mathml(source: str) -> str:
    found = re.search(r"<math.*</math>", render(source))
    assert found, render(source)
    return found[0]


@pytest.mark.parametrize(
    ("source", "display"),
    [
        ("So $x^2$ it is.", "inline"),
        ("So $$x^2$$ it is.", "block"),
        ("$$\nx^2\n$$", "block"),
        ("```math\nx^2\n```", "block"),
        ("$x^2$ in 2025", "inline"),
    ],
)
def test_each_syntax_for_formulas(source: str, display: str) -> None:
    body = "<mrow><msup><mi>x</mi><mn>2</mn></msup></mrow>"
    assert mathml(source) == f'<math display="{display}">{body}</math>'


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{a}{b}",
        r"\sqrt[3]{x}",
        r"\sum_{i=1}^{n} i",
        r"\int_0^\infty e^{-x^2}\,dx",
        r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
        r"\left( x \right)",
        r"\hat{x} \in \mathbb{R}",
        r"\begin{cases}1 & x>0\\0\end{cases}",
        r"a \quad b",
    ],
)
def test_formulas_of_usual_courses(latex: str) -> None:
    assert UNSHOWN not in render(f"${latex}$")
    assert re.search(r"<m[inor]+>[^<\\\\]+</m", mathml(f"${latex}$"))
    assert "\\" not in mathml(f"${latex}$")


@pytest.mark.parametrize("text", ["$5 and $6", "5$ or 6$", "$ a $", r"\$x\$", "US$100", "$", "$$"])
def test_dollars_that_are_no_formula_stay_as_written(text: str) -> None:
    assert render(text) == f"<p>{text.replace(chr(92), '')}</p>\n"


@pytest.mark.parametrize(
    "latex", ["{", "x^", r"\frac", r"\unknown x", r"\left(", "x" * 1001, r"\sqrt" * 150, r"\def\a{\a\a}\a"]
)
def test_a_formula_that_cannot_be_displayed_is_shown_as_source(latex: str) -> None:
    html = render(f"Before ${latex}$ after, and $y$.")
    assert f"{UNSHOWN} <code>${latex}$</code> after" in html
    assert "<mi>y</mi>" in html


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{</mtext></math><img src=x onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{page}{x}",
        r"\rule{900em}{900em}",
        r"\hspace{900em}",
        r"\color{red}{x}",
        r"\cssId{main}{x}",
        r"\operatorname{<b>}",
        r"\mathrm{&lt;script&gt;}",
    ],
)
def test_nothing_active_and_nothing_that_covers_the_page(latex: str) -> None:
    html = render(f"${latex}$")
    for tag, attributes in re.findall(r"<([a-z]+)([^>]*)>", html):
        assert tag in {"p", "code", "span", "math"} or tag.startswith("m")
        assert set(re.findall(r"([a-z]+)=", attributes)) <= {*ATTRIBUTES, "class"}
    assert "900em" not in html.replace(f"<code>${latex}$</code>", "")


def test_formulas_beyond_the_limit_of_a_text_are_shown_as_source() -> None:
    html = render("$a$ " * 250)
    assert html.count("<math") == 200
    assert html.count(UNSHOWN) == 50
