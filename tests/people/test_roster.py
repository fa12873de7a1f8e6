"""The roster: read to its end or not at all, and only what differs is written."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from werkzeug.wrappers import Request, Response

from lti_tool.demo.lms.catalogue import PEOPLE
from lti_tool.people.models import Group, GroupMembership, GroupSet, Person
from tests.conftest import QueryCounter
from tests.people.rosters import INES, INSTRUCTOR, ROSTER, Platform, entries, entry, page
from tests.served_lms import ServedLms
from tests.servers import Counterpart, serving

TEACHER = entry(INES.sub, role=INSTRUCTOR)
EVERYBODY = {person.sub for person in PEOPLE}
WRITTEN_BY = "select id, xmin::text from person union all select id, xmin::text from membership order by id"


def groups_of(lms: ServedLms) -> dict[str, set[str]]:
    """Who is in which group that is not gone."""
    with lms.sessions() as session:
        rows = session.execute(
            select(Group.name, Person.sub)
            .outerjoin(GroupMembership, GroupMembership.group_id == Group.id)
            .outerjoin(Person, Person.id == GroupMembership.person_id)
            .where(Group.gone_at.is_(None))
        ).all()
    return {name: {sub for other, sub in rows if other == name and sub} for name, _ in rows}


def test_the_platforms_people_are_the_courses_people(platform: Platform) -> None:
    platform.enter()
    state = platform.sync()
    assert platform.present() == EVERYBODY
    assert platform.names() == {person.sub: person.name for person in PEOPLE}
    roles = [platform.role(person.sub) for person in PEOPLE]
    assert roles == ["learner", "learner", "learner", "assistant", "instructor"]
    assert (state.problem, state.member_count, state.failures) == (None, 5, 0)


def test_it_asks_for_pages_and_reads_them_all(platform: Platform) -> None:
    platform.enter()
    platform.roster([TEACHER, *entries(1234)], on_a_page=100)
    assert platform.sync().member_count == 1235
    asked = platform.lms.asked(ROSTER)
    assert len(asked) == 13
    assert asked[0].args["limit"] == "200"
    assert "limit" not in asked[1].args  # the next address is the platform's, as it wrote it
    assert len(platform.present()) == 1235


def test_each_page_is_read_with_a_token_for_the_roster_alone(platform: Platform) -> None:
    platform.enter()
    platform.sync()
    scopes = {request.form["scope"].rpartition("/")[2] for request in platform.lms.asked("/oauth2/token")}
    assert scopes == {"contextmembership.readonly", "contextgroup.readonly"}


def test_what_is_as_it_was_is_not_written(platform: Platform) -> None:
    platform.enter()
    platform.sync()
    with platform.lms.sessions() as session:
        before = session.execute(text(WRITTEN_BY)).all()
    platform.sync()
    with platform.lms.sessions() as session:
        assert session.execute(text(WRITTEN_BY)).all() == before


def test_names_and_roles_follow_the_roster(platform: Platform) -> None:
    platform.enter()
    platform.roster([TEACHER, entry("a", name="Ana"), entry("b", name="")])
    platform.sync()
    platform.roster([TEACHER, entry("a", name="Ána", role=INSTRUCTOR), entry("b", name="Bo")])
    platform.sync()
    assert (platform.names()["a"], platform.names()["b"]) == ("Ána", "Bo")
    assert platform.role("a") == "instructor"
    parts = {"user_id": "b", "roles": [], "given_name": "Bo", "family_name": "Li"}
    platform.roster([TEACHER, entry("a", name=""), parts])
    platform.sync()
    # A name that is held back this time is not forgotten; without roles one may do what everybody may.
    assert (platform.names()["a"], platform.names()["b"]) == ("Ána", "Bo Li")
    assert platform.role("a") == "learner"


def test_odd_entries_are_skipped_and_the_last_of_two_counts(platform: Platform) -> None:
    platform.enter()
    odd = [{"roles": []}, {"user_id": "no-roles"}, "text"]
    odd += [{"user_id": f"x{control}y", "roles": []} for control in "\0\n\x85"]
    named = entry("a", name="<b>Ana</b>\n\u202e\0 Ruiz" + "x" * 400)
    usable = [entry("a"), named, entry("n", status=None), {**entry("i"), "user_id": 7}]
    platform.roster([TEACHER, *entries(80), *odd, *usable])
    assert platform.sync().problem is None
    names = platform.names()
    assert not [sub for sub in names if sub.startswith("x")]
    assert names["a"].startswith("<b>Ana</b>")
    assert len(names["a"]) == 300
    assert platform.present() >= {"n", "7"}
    assert "no-roles" not in names


BROKEN: dict[str, tuple[Callable[[Request], Response], str]] = {
    "HTML": (lambda _: Response("<html>Log in</html>"), "not_json"),
    "not an object": (lambda _: Response("[]"), "members_unreadable"),
    "no members": (lambda _: Response('{"members": null}'), "members_unreadable"),
    "nobody": (lambda _: page([]), "roster_empty"),
    "one in nine unusable": (lambda _: page([*entries(8), {}]), "roster_unreadable"),
    "50 MB": (lambda _: Response("[" + "1," * 25_000_000 + "1]"), "too_large"),
    "503": (lambda _: Response("", status=503), "answered_503"),
    "403": (lambda _: Response("", status=403), "answered_403"),
}


@pytest.mark.parametrize(("answer", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_roster_that_cannot_be_read_changes_nothing(
    platform: Platform, answer: Callable[[Request], Response], reason: str
) -> None:
    platform.enter()
    platform.sync()
    platform.answer(answer)
    state = platform.sync()
    assert (state.problem, state.failures) == (reason, 1)
    assert state.synced_at
    assert state.tried_at
    assert state.synced_at < state.tried_at
    assert platform.present() == EVERYBODY
    platform.roster([entry(sub) for sub in EVERYBODY])
    assert (platform.sync().problem, platform.state().failures) == (None, 0)


def test_a_broken_page_makes_the_pages_before_it_worthless(platform: Platform) -> None:
    platform.enter()
    platform.sync()

    def answer(request: Request) -> Response:
        number = int(request.args.get("p", "1"))
        if number == 3:
            return Response("", status=500)
        return page(entries(10, start=number * 10), next=f"?p={number + 1}")

    platform.answer(answer)
    assert platform.sync().problem == "answered_500"
    assert platform.present() == EVERYBODY
    assert set(platform.names()) == EVERYBODY


def test_a_next_page_elsewhere_gets_neither_a_request_nor_a_token(platform: Platform) -> None:
    platform.enter()
    platform.sync()
    elsewhere = Counterpart()
    with serving(elsewhere) as url:
        platform.answer(lambda _: page(entries(3), next=f"{url}/members"))
        assert platform.sync().problem == "next_page_elsewhere"
    assert elsewhere.requests == []
    assert platform.present() == EVERYBODY


def test_pages_that_lead_back_end(platform: Platform) -> None:
    platform.enter()
    platform.answer(lambda request: page(entries(3), next="?a" if "b" in request.args else "?b"))
    assert platform.sync().problem == "pages_repeat"
    assert len(platform.lms.asked(ROSTER)) == 3


def test_pages_without_end_end(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.platforms.pages._MOST_PAGES", 20)
    platform.enter()
    platform.answer(lambda request: page([], next=f"?p={int(request.args.get('p', '0')) + 1}"))
    assert platform.sync().problem == "pages_without_end"
    assert len(platform.lms.asked(ROSTER)) == 20


def test_a_slow_platform_does_not_keep_a_worker(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.platforms.pages._LONGEST", 0.0)
    platform.enter()
    platform.answer(lambda _: page(entries(3), next="?more"))
    assert platform.sync().problem == "pages_without_end"


def test_more_members_than_a_course_has_are_none(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.people.roster.MOST_MEMBERS", 50)
    platform.enter()
    platform.roster(entries(51), on_a_page=10)
    assert platform.sync().problem == "roster_too_large"
    assert platform.present() == {INES.sub}


@pytest.mark.parametrize(
    "link",
    [
        '<?After=BOOKMARK:WyJBQw>; rel="next"',
        '</nrps/difficult-conversations/memberships?After=BOOKMARK:WyJBQw>; rel="first next"',
        '<?first>; rel="first", <?After=BOOKMARK:WyJBQw>; rel=NEXT; title="a, <b>"',
    ],
)
def test_a_cursor_comes_back_as_it_was_written(platform: Platform, link: str) -> None:
    def answer(request: Request) -> Response:
        if request.args.get("After") == "BOOKMARK:WyJBQw":
            return page([entry("last")])
        first = page([TEACHER])
        first.headers["Link"] = link
        return first

    platform.enter()
    platform.answer(answer)
    assert platform.sync().problem is None
    assert platform.present() == {INES.sub, "last"}


def test_links_in_several_headers_are_one_list(platform: Platform) -> None:
    def answer(request: Request) -> Response:
        if "two" in request.args:
            return page([entry("last")])
        first = page([TEACHER])
        first.headers.add("Link", '<?all>; rel="differences"')
        first.headers.add("Link", '<?two>; rel="next"')
        return first

    platform.enter()
    platform.answer(answer)
    platform.sync()
    assert platform.present() == {INES.sub, "last"}


@pytest.mark.parametrize("count", [100, 5000])
def test_the_statements_do_not_grow_with_the_people(
    platform: Platform, count_queries: QueryCounter, count: int
) -> None:
    platform.enter()
    platform.roster([TEACHER, *entries(count)], on_a_page=9000)
    with count_queries() as first:
        platform.sync()
    platform.roster([TEACHER, *entries(count, start=count // 10)], on_a_page=9000)
    with count_queries() as second:
        platform.sync()
    assert len(first) <= 30
    assert len(second) <= 30


def test_twenty_thousand_members(platform: Platform, count_queries: QueryCounter) -> None:
    everybody = [TEACHER, *entries(19_999)]
    pages = [json.dumps({"members": everybody[n : n + 1000]}) for n in range(0, 20_000, 1000)]
    platform.enter()

    def answer(request: Request) -> Response:
        number = int(request.args.get("p", "0"))
        link = {"Link": f'<?p={number + 1}>; rel="next"'} if number < 19 else {}
        return Response(pages[number], headers=link)

    platform.answer(answer)
    with count_queries() as queries:
        state = platform.sync()
    assert (state.problem, state.member_count) == (None, 20_000)
    # Each page asks for the token; all the rest is the same for any roster.
    assert len(queries) <= 29 + 20


def test_groups_come_with_the_roster(platform: Platform) -> None:
    ana, tom, yusuf, priya, _ = (person.sub for person in PEOPLE)
    platform.enter()
    platform.sync()
    assert groups_of(platform.lms) == {"Morning pair": {ana, tom}, "Evening group": {yusuf, priya}}
    with platform.lms.sessions() as session:
        assert session.scalars(select(GroupSet.name)).all() == ["Practice partners"]


def serve_groups(platform: Platform, groups: Response, members: list[dict[str, Any]]) -> None:
    platform.roster(members)
    others = platform.lms.server.answer
    body, status = groups.get_data(), groups.status_code

    def answer(request: Request) -> Response:
        if request.path.endswith("/groups"):
            return Response(body, status=status)
        return others(request)

    platform.lms.server.answer = answer


def test_groups_that_vanish_are_gone_and_come_back(platform: Platform) -> None:
    platform.enter()
    platform.sync()
    mine = entry("a", group_enrollments=[{"group_id": 7}, {"group_id": "nowhere"}, {}, 3])
    listed = Response(json.dumps({"groups": [{"id": "7", "name": "Seven"}]}))
    serve_groups(platform, listed, [TEACHER, mine])
    platform.sync()
    assert groups_of(platform.lms) == {"Seven": {"a"}}
    with platform.lms.sessions() as session:
        assert session.scalars(select(Group.name).where(Group.gone_at.is_not(None))).all() == [
            "Morning pair",
            "Evening group",
        ]
    # Without a word on groups in the roster, who is in which stays.
    serve_groups(platform, listed, [TEACHER, entry("a")])
    platform.sync()
    assert groups_of(platform.lms) == {"Seven": {"a"}}
    serve_groups(platform, listed, [TEACHER, entry("a", group_enrollments=[])])
    platform.sync()
    assert groups_of(platform.lms) == {"Seven": set()}


@pytest.mark.parametrize(
    "answer",
    [
        Response("", status=403),
        Response("<html>"),
        Response('{"groups": [{"name": "without id"}]}'),
        Response('{"groups": {}}'),
    ],
    ids=["refused", "HTML", "no id", "no list"],
)
def test_groups_that_cannot_be_read_leave_the_roster_alone(platform: Platform, answer: Response) -> None:
    platform.enter()
    platform.sync()
    before = groups_of(platform.lms)
    serve_groups(platform, answer, [entry(sub, group_enrollments=[]) for sub in EVERYBODY] + [entry("new")])
    state = platform.sync()
    assert state.problem is None
    assert state.groups_problem
    assert "new" in platform.present()
    assert groups_of(platform.lms) == before


def test_groups_are_asked_for_only_where_they_are_granted(platform: Platform) -> None:
    claim = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
    platform.enter(claims={claim: {"scope": [], "context_groups_url": f"{platform.lms.url}/groups"}})
    assert platform.sync().groups_problem is None
    assert "groups" not in platform.lms.asked(ROSTER)[0].args
    assert groups_of(platform.lms) == {}
