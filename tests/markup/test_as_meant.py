"""What people type without thinking of markdown is shown as they meant it."""

import re

import pytest

from lti_tool.markup.markdown import render
from lti_tool.markup.unshown import UNSHOWN


def formulas(source: str) -> int:
    html = render(source)
    assert UNSHOWN not in html
    return html.count("<math")


def text(source: str) -> str:
    return re.sub(r"<[^>]+>", "", render(source)).strip()


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("$$x$$ and $$y$$", 2),
        ("$$x$$", 1),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", 1),
        ("So\n\\begin{align*}\na &= b \\\\\n- c &= d\n\\end{align*}\nholds", 1),
        (r"$\begin{gathered} a \\ b \end{gathered}$", 1),
        (r"\begin{equation} x = 1 \end{equation}", 1),
        (r"\begin{alignat}{2} a & b \\ c & d \end{alignat}", 1),
        (r"from \( x^2 \) to \(y\)", 2),
        (r"\[ x^2 \]", 1),
        ("see\n\\[\n- x\n\\]\nend", 1),
        ("> \\[ x \\]", 1),
        ("the $n$th of $x$s, an $x$-axis", 3),
        ("The fee is $20 in US$ and the area $x^2$", 1),
        ("It costs $5, from $20($x$) on, in US$", 1),
        ("set $HOME/bin:$PATH, then $x$", 1),
    ],
)
def test_formulas(source: str, count: int) -> None:
    assert formulas(source) == count


@pytest.mark.parametrize(
    "source",
    [
        "The fee is $20 in US$ and more",
        "US$20 and CA$30",
        "cost: $5-$10 a month",
        "echo $HOME and $PATH",
        "export PATH=$HOME/bin:$PATH",
        "cp $dir/$file $user@$host",
        r"\[1\] Smith \[2\]",
        r"\[ x",
        r"\begin{tikzpicture} x \end{tikzpicture}",
    ],
)
def test_prices_variables_and_brackets_are_no_formulas(source: str) -> None:
    assert formulas(source) == 0
    assert text(source) == source.replace(r"\[", "[").replace(r"\]", "]")


def test_an_equation_system_is_laid_out_in_rows_and_columns() -> None:
    html = render(r"\begin{aligned} a &= b \\ c &= d \end{aligned}")
    assert html.count("<mtr>") == 2
    assert "&amp;" not in html


@pytest.mark.parametrize(
    ("source", "href"),
    [
        ("[the doc](docs.example.com/abc)", "https://docs.example.com/abc"),
        ("[the doc](www.example.com)", "https://www.example.com"),
        ("[write](ann@example.com)", "mailto:ann@example.com"),
        ("[call](tel:+4930123)", "tel:+4930123"),
        ("<tel:+4930123>", "tel:+4930123"),
        ("[a]: https://example.com\n\nsee [a]", "https://example.com"),
    ],
)
def test_links_lead_outside(source: str, href: str) -> None:
    assert f'href="{href}"' in render(source)


@pytest.mark.parametrize(
    "address", ["page.html", "../x/y", "#top", "/threads", "//example.com", "data:x", "x:y"]
)
def test_a_link_that_leads_nowhere_stays_text(address: str) -> None:
    assert text(f"[here]({address})") == f"[here]({address})"
    assert "<a" not in render(f"[here]({address})")


def test_footnotes_stay_text() -> None:
    html = render("As shown[^1].\n\n[^1]: https://example.com")
    assert "As shown[^1]." in html
    assert "[^1]: <a" in html


@pytest.mark.parametrize("line", ["--", "-- ", "-", "---", "==="])
def test_a_line_below_a_text_makes_no_heading(line: str) -> None:
    html = render(f"Best regards\n{line}\nAnna")
    assert "<h" not in html.replace("<hr>", "")
    assert "Best regards" in html
    assert "Anna" in html


@pytest.mark.parametrize(
    "source",
    [
        "これは**「太字」**です",
        "**重要\uff01**これ",
        "**한국어(Korean)**는",
        "他说**“你好”**。",
        "これは*「斜体」*です",
    ],
)
def test_bold_and_italic_beside_punctuation_of_east_asian_scripts(source: str) -> None:
    assert "*" not in text(source)
    assert re.search(r"<(strong|em)>", render(source))


def test_signs_for_multiplying_stay_between_them() -> None:
    assert text("長さ a * b * c です") == "長さ a * b * c です"
