"""What is rendered once for many is what each would be by itself."""

from uuid import uuid4

import pytest
from markupsafe import Markup

from lti_tool.web.repeated import repeated

NAMES = ["Ana", "<b>Ana</b>", "50 % & %(id)s", '"Ana" o\'Hara', "\0name\0", "{{ name }}"]


def line(is_new: bool, id: object, name: object) -> Markup:  # noqa: A002, FBT001
    return Markup('<a href="?q=50%25&amp;at={}">{}{}</a>').format(id, "new " if is_new else "", name)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_what_the_macro_would_say(name: str) -> None:
    lines = repeated(line)
    for is_new in (True, False, True):
        row_id = uuid4()
        assert lines(is_new, id=row_id, name=name) == line(is_new, row_id, name)


def test_the_macro_is_asked_once_for_each_kind() -> None:
    asked = []

    def asking(is_new: bool, name: object) -> Markup:  # noqa: FBT001
        asked.append(is_new)
        return line(is_new, "", name)

    lines = repeated(asking)
    for number in range(20):
        lines(number % 2 == 0, name=f"Person {number}")
    assert asked == [True, False]
