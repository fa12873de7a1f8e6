"""Groups from a pasted list: who was found is looked at before anything is written."""

import html
import re
import time
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Course as CourseRow
from lti_tool.groups.pasted import PastedRow, read_pasted
from lti_tool.people.models import Group, GroupMembership, GroupSet, Person
from lti_tool.platforms.scopes import GROUP_READ
from lti_tool.statements.models import StatementRow
from tests.conftest import QueryCounter
from tests.factories.entrances import enter
from tests.groups.grouping import Grouped


def rows(text: str) -> list[tuple[str, str]]:
    return [(row.name, row.group) for row in read_pasted(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Ana Ruiz, Herons\nTom Becker, Kestrels",
        "Ana Ruiz\tHerons\r\nTom Becker\tKestrels\r\n",
        "\n Ana  Ruiz ;Herons;\n".replace(";\n", "\n") + "Tom Becker; Kestrels",
        '"Ana Ruiz","Herons"\n"Tom Becker","Kestrels"',
        "Name,Group\nAna Ruiz,Herons\nTom Becker,Kestrels",
        "Group;First name;Last name;E-mail\nHerons;Ana;Ruiz;a@x\nKestrels;Tom;Becker;t@x",
        "Ana,Ruiz,Herons\nTom,Becker,Kestrels",
        "Herons: Ana Ruiz\nKestrels: Tom Becker",
        "Herons:\nAna Ruiz\n\nKestrels:\nTom Becker\n",
    ],
)
def test_lists_are_read_as_people_write_them(text: str) -> None:
    assert rows(text) == [("Ana Ruiz", "Herons"), ("Tom Becker", "Kestrels")]


def test_odd_lists_are_read_too() -> None:
    assert rows("") == rows(",\n;;\n\t") == []
    assert read_pasted("\nAna") == [PastedRow(2, "Ana", "")]
    assert rows('"Ruiz, Ana",Herons') == [("Ruiz, Ana", "Herons")]
    assert rows('Ana"s "x, Herons')[0][1] == "Herons"
    assert rows("A\x00na\x07, He\x1frons") == [("Ana", "Herons")]
    assert len(rows("a, b\n" * 5000)) == 2000
    assert len(rows("Ana, " + "x" * 500)[0][1]) == 60


def paste(grouped: Grouped, text: str, **more: Any) -> TestResponse:
    return grouped.ines.send(grouped.page, f"{grouped.page}/paste", {"people": text, **more})


def seen(answer: TestResponse) -> dict[str, str]:
    """What the form of the plan sends along."""
    found = re.findall(r'<input type="hidden"\s+name="(seen|line-\d+)"\s+value="([^"]*)"', answer.text)
    return dict(found)


def placed(session: Session) -> dict[str, str]:
    session.rollback()
    query = (
        select(Person.name, Group.name)
        .join(GroupMembership, GroupMembership.person_id == Person.id)
        .join(Group, Group.id == GroupMembership.group_id)
    )
    return dict(session.execute(query).all())


BEFORE = {"Ana Ruiz": "Kestrels", "Tom Becker": "Herons"}
LIST = "ANA RUÍZ, herons\nWolf Mia, Owls\nTom, Herons\nNobody Known, Owls\nInes Koch, Owls"


def test_a_plan_says_who_was_found_and_writes_nothing(grouped: Grouped, session: Session) -> None:
    answer = paste(grouped, LIST)
    assert answer.status_code == 200
    told = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
    assert "3 people were found" in told
    assert "2 were not found" in told
    assert "Nobody Known line 4" in told
    assert "Ines Koch line 5" in told  # staff are in no group
    assert "currently in Kestrels" in told
    assert "New groups: Owls" in told
    assert placed(session) == BEFORE
    assert session.scalar(select(func.count()).where(Group.name == "Owls")) == 0


def test_what_was_looked_at_is_carried_out(grouped: Grouped, session: Session) -> None:
    told = select(func.count()).select_from(StatementRow)
    before = session.scalar(told)
    plan = seen(paste(grouped, LIST))
    done = paste(grouped, LIST, **plan, carry_out="yes")
    assert (done.status_code, done.location.removeprefix(grouped.ines.base)) == (303, grouped.page)
    assert placed(session) == {"Ana Ruiz": "Herons", "Mia Wolf": "Owls", "Tom Becker": "Herons"}
    assert session.scalar(told) == before + 2  # type: ignore[operator]
    again = paste(grouped, LIST, **seen(paste(grouped, LIST)), carry_out="yes")
    assert again.status_code == 303
    assert session.scalar(told) == before + 2  # type: ignore[operator]


def test_who_could_be_several_is_asked(grouped: Grouped, session: Session) -> None:
    other = grouped.course.visitor("Mia Wolf", sub="another-mia")
    text = "Mia Wolf, Owls\nTom Becker, Owls"
    asked = paste(grouped, text)
    assert "1 ambiguous" in asked.text
    assert "1 person was found" in asked.text
    choice = {"line-1": str(other.actor.person_id)}
    chosen = paste(grouped, text, **choice)
    assert "2 people were found" in chosen.text
    assert seen(chosen)["line-1"] == choice["line-1"]
    paste(grouped, text, **seen(chosen), carry_out="yes")
    session.rollback()
    owls = select(GroupMembership.person_id).join(Group, Group.id == GroupMembership.group_id)
    ids = set(session.scalars(owls.where(Group.name == "Owls")))
    assert ids == {other.actor.person_id, grouped.tom.actor.person_id}
    # Nobody can be chosen whom the line does not name.
    stranger = paste(grouped, text, **{"line-1": str(grouped.ana.actor.person_id)})
    assert "1 ambiguous" in stranger.text


def test_what_changed_meanwhile_is_shown_again_and_not_written(grouped: Grouped, session: Session) -> None:
    text = "Mia Wolf, Owls\nTom Becker, Owls"
    plan = seen(paste(grouped, text))
    grouped.course.visitor("Mia Wolf", sub="another-mia")
    answer = paste(grouped, text, **plan, carry_out="yes")
    assert answer.status_code == 409
    assert "Something has changed since you checked" in answer.text
    assert placed(session) == BEFORE


def test_somebody_in_two_groups_and_without_one_stays(grouped: Grouped, session: Session) -> None:
    text = "Ana Ruiz, Herons\nana ruiz, Owls\nMia Wolf\nTom Becker, Herons"
    answer = paste(grouped, text)
    assert "In two groups" in answer.text
    assert "No group given" in answer.text
    paste(grouped, text, **seen(answer), carry_out="yes")
    assert placed(session) == BEFORE


def test_own_names_and_numbers_are_matched(grouped: Grouped, session: Session) -> None:
    nameless = grouped.course.visitor("", sub="nameless")
    nameless.send("/name", "/name", {"name": "Zoë"})
    grouped.course.visitor("", sub="number")
    answer = paste(grouped, "zoe, Owls\nParticipant 6, Owls")
    assert "2 people were found" in answer.text
    assert "Zoë (own name)" in answer.text
    paste(grouped, "zoe, Owls\nParticipant 6, Owls", **seen(answer), carry_out="yes")
    assert session.scalar(select(func.count()).select_from(GroupMembership)) == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_file_in_any_usual_encoding(grouped: Grouped, encoding: str) -> None:
    grouped.course.visitor("Zoë Ärger")
    file = (BytesIO("Name;Group\r\nZoë Ärger;Löwen\r\n".encode(encoding)), "groups.csv")
    answer = paste(grouped, "", file=file)
    assert "1 person was found" in answer.text
    assert "Löwen" in answer.text


def test_an_empty_list_and_one_too_long_are_told(grouped: Grouped) -> None:
    assert paste(grouped, "").status_code == 422
    assert paste(grouped, "x" * 40_000).status_code == 422
    assert paste(grouped, "", file=(BytesIO(b"x" * 40_000), "a.csv")).status_code == 422


def test_hostile_names_are_text(grouped: Grouped) -> None:
    answer = paste(grouped, "<script>alert(1)</script>, <b>x\nAna Ruiz, <i>y")
    assert "<script>alert" not in answer.text
    assert "&lt;i&gt;y" in answer.text


def test_learners_and_the_platforms_groups_are_left_alone(grouped: Grouped, session: Session) -> None:
    path = f"{grouped.page}/paste"
    assert grouped.ana.send("/threads/new", path, {"people": LIST}).status_code == 404
    session.execute(update(Group).values(platform_id=Group.name))
    session.execute(update(GroupSet).values(platform_id="p"))
    session.commit()
    assert grouped.ines.send("/groups", path, {"people": LIST}).status_code == 404


@pytest.mark.parametrize(
    ("services", "words"),
    [
        ({"groups_url": None}, "does not send this course"),
        ({"groups_url": "https://x/g", "service_scopes": []}, "does not let Segue read them"),
        ({"groups_url": "https://x/g", "service_scopes": [GROUP_READ]}, None),
    ],
)
def test_staff_are_told_that_the_lms_sends_no_groups(
    grouped: Grouped, session: Session, services: dict[str, Any], words: str | None
) -> None:
    session.execute(update(CourseRow).values(product="Moodle", **services))
    session.commit()
    page = grouped.ines.get("/groups").text
    assert (words is not None) == ("Groups from your learning platform are not available" in page)
    if words:
        assert f"Moodle {words}" in page or f"Moodle has groups for this course but {words}" in page
        assert "paste a list of names" in page


def test_the_queries_of_a_plan_do_not_grow(grouped: Grouped, count_queries: QueryCounter) -> None:
    seen_by = []
    for many in (2, 60):
        with unit_of_work(grouped.course.sessions) as own:
            for at in range(many):
                enter(own, grouped.course.tenant, name=f"Learner {many} {at:02}")
        text = "\n".join(f"Learner {many} {at:02}, Team {at % 5}" for at in range(many))
        paste(grouped, text)
        form = grouped.ines.form(grouped.page)
        with count_queries() as queries:
            grouped.ines.post(f"{grouped.page}/paste", {**form, "people": text})
        seen_by.append(len(queries))
    assert seen_by[0] == seen_by[1] <= 5


def test_reading_is_linear_in_the_text() -> None:
    def took(sign: str, length: int) -> float:
        began = time.process_time()
        read_pasted(sign * (length // len(sign)))
        return time.process_time() - began

    for sign in ('"', ",", ";\n", '",', ":", "a,b\n", "\t", " "):
        took(sign, 1000)
        assert took(sign, 32_000) < 12 * max(took(sign, 8_000), 0.002), sign
