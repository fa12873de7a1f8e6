"""Each LMS's launch, with the claims that it really sends and what is usual there too."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.courses.models import Course, Placement
from lti_tool.launch.models import Launch
from lti_tool.people.models import Person
from lti_tool.platforms.lms import habits_of
from lti_tool.statements.models import StatementRow
from tests.launch.platform import TOOL
from tests.platforms.lms.conftest import Connect

SHAPES = {
    path.stem: json.loads(path.read_bytes()) for path in (Path(__file__).parent / "shapes").glob("*.json")
}
PRODUCTS = {
    "canvas": "Canvas",
    "moodle": "Moodle",
    "blackboard": "Blackboard",
    "brightspace": "Brightspace",
    "sakai": "Sakai",
    "openedx": "LMS",
}
STAFF = {"teacher", "assistant", "site administrator", "administrator", "maintainer", "staff"}
"""Variants of people who run the course. Whoever administers elsewhere alone is not among them."""


def opened(client: FlaskClient, session: Session) -> tuple[Launch, str]:
    """The launch that was just made, and its first page in that browser."""
    launch = session.scalars(select(Launch).order_by(Launch.created_at.desc()).limit(1)).one()
    page = client.get(f"/l/{launch.id}/threads", base_url=TOOL)
    assert page.status_code == 200
    return launch, page.text


@pytest.mark.parametrize(
    ("lms", "variant"),
    [(lms, variant) for lms in sorted(SHAPES) for variant in (None, *SHAPES[lms]["variants"])],
)
def test_it_lets_people_in(connect: Connect, session: Session, lms: str, variant: str | None) -> None:
    platform = connect(lms)
    client, answer = platform.come(variant)
    assert answer.status_code < 400, answer.text
    launch, _ = opened(client, session)
    assert launch.role == (
        "assistant" if variant == "assistant" else "instructor" if variant in STAFF else "learner"
    )
    assert launch.is_test is (variant == "student view")
    assert session.scalar(select(func.count()).select_from(StatementRow)) == (0 if launch.is_test else 1)


@pytest.mark.parametrize("lms", sorted(SHAPES))
def test_it_is_known_for_what_it_is(lms: str) -> None:
    shape = SHAPES[lms]
    said = shape["claims"].get("https://purl.imsglobal.org/spec/lti/claim/tool_platform", {})
    family = said.get("product_family_code", "")
    assert habits_of(shape["claims"]["iss"], family=family).product == PRODUCTS[lms]


def test_names_and_titles_are_the_platforms(connect: Connect, session: Session) -> None:
    for number, lms in enumerate(sorted(SHAPES), start=1):
        _, page = opened(connect(lms).come("names allowed" if lms == "openedx" else None)[0], session)
        assert "Talk it through" in page or lms == "openedx"
        assert session.scalar(select(func.count()).where(Person.name == "Ana Ruiz")) == number


def test_nobody_needs_a_name(connect: Connect, session: Session) -> None:
    for lms, variant in {
        "canvas": "private tool, no names",
        "moodle": "names and addresses withheld",
        "blackboard": "no names",
        "brightspace": "anonymous deployment",
        "openedx": None,
    }.items():
        opened(connect(lms).come(variant)[0], session)
    assert set(session.scalars(select(Person.name))) == {""}


def test_two_institutions_of_one_blackboard_client_are_two_courses(
    connect: Connect, session: Session
) -> None:
    platform = connect("blackboard")
    platform.come()
    platform.come("another institution", name="Bo Lind")
    assert len(session.scalars(select(Course)).all()) == 2
    assert len(session.scalars(select(Placement)).all()) == 2


def test_a_canvas_administrator_outside_the_course_is_not_staff_of_it(
    connect: Connect, session: Session
) -> None:
    launch, _ = opened(connect("canvas").come("administrator outside the course")[0], session)
    assert not Role(launch.role).is_staff


def test_a_menu_link_of_canvas_has_the_courses_title(connect: Connect, session: Session) -> None:
    _, page = opened(connect("canvas").come("course navigation")[0], session)
    assert "Mathematics 101" in page


def test_moodles_locale_is_a_language(connect: Connect, session: Session) -> None:
    assert opened(connect("moodle").come()[0], session)[0].locale == "pt-br"


def test_brightspaces_address_keeps_its_query(connect: Connect) -> None:
    client = connect("brightspace")
    page = client.login(client.app.test_client())
    assert "authenticate?tenant=riverside&amp;scope=openid" in page.text or (
        "authenticate?tenant=riverside\\u0026scope=openid" in page.text
    )
