"""What is rendered once for many is what each would be by itself."""

from uuid import uuid4

import pytest
from flask import Flask
from markupsafe import Markup

from lti_tool.web.repeated import DecidedByWordError, repeated

NAMES = ["Ana", "<b>Ana</b>", "50 % & %(id)s", '"Ana" o\'Hara', "\0name\0", "{{ name }}"]


def line(is_new: bool, id: object, name: object) -> Markup:  # noqa: A002, FBT001
    return Markup('<a href="?q=50%25&amp;at={}">{}{}</a>').format(id, "new " if is_new else "", name)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_what_the_macro_would_say(name: str) -> None:
    lines = repeated(line, "is_new")
    for is_new in (True, False, True):
        row_id = uuid4()
        assert lines(is_new=is_new, id=row_id, name=name) == line(is_new, row_id, name)


def test_the_macro_is_asked_once_for_each_kind() -> None:
    asked = []

    def asking(is_new: bool, name: object) -> Markup:  # noqa: FBT001
        asked.append(is_new)
        return line(is_new, "", name)

    lines = repeated(asking, "is_new")
    for number in range(20):
        lines(is_new=number % 2 == 0, name=f"Person {number}")
    assert asked == [True, False]


@pytest.mark.parametrize(
    "decides",
    [
        "{% if name %}x{% endif %}",
        '{% if name == "Ana" %}x{% endif %}',
        '{% if name != "Ana" %}x{% endif %}',
        '{% if "A" in name %}x{% endif %}',
        "{% for sign in name %}x{% endfor %}",
        "{{ name|length }}",
        "{{ name[0] }}",
        '{{ name or "nobody" }}',
    ],
)
def test_a_part_that_decides_by_a_word_is_told_so(app: Flask, decides: str) -> None:
    source = f"{{% macro part(name) %}}{decides}{{% endmacro %}}{{{{ repeated(part)(name='Ana') }}}}"
    with pytest.raises(DecidedByWordError, match=r"decides by “name”.*repeated\(macro, \"name\""):
        app.jinja_env.from_string(source).render()
    flagged = source.replace("repeated(part)", "repeated(part, 'name')")
    app.jinja_env.from_string(flagged).render()
