"""The service client: which token goes where, and what every kind of answer means."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request, Response

from lti_tool.demo.lms.catalogue import PEOPLE
from lti_tool.demo.lms.vocabulary import (
    LINE_ITEM,
    MEMBERSHIP_CONTAINER,
    SCOPE_LINE_ITEM,
    SCOPE_MEMBERSHIP_READ,
)
from lti_tool.platforms.answers import next_page, retry_after
from lti_tool.platforms.service_client import (
    ServiceAnswer,
    ServiceClient,
    ServiceRefusedError,
    ServiceUnavailableError,
    with_query,
)
from tests.served_lms import ServedLms
from tests.servers import Counterpart, serving

ROSTER = "/nrps/difficult-conversations/memberships"
HERE = "https://lms.example/api/members?x=1"


def ask(lms: ServedLms, url: str = ROSTER, **options: Any) -> ServiceAnswer:
    client = ServiceClient(lms.sessions, lms.registration_id)
    return client.request(
        "GET",
        f"{lms.url}{url}" if url.startswith("/") else url,
        **{"scopes": [SCOPE_MEMBERSHIP_READ], "accept": MEMBERSHIP_CONTAINER, **options},
    )


def instead(lms: ServedLms, answer: Callable[[Request], Response]) -> None:
    """The service answers like this; tokens are given as ever."""
    given = lms.server.answer
    lms.server.answer = lambda request: given(request) if request.path == "/oauth2/token" else answer(request)


def test_a_page_and_the_way_to_the_next(lms: ServedLms) -> None:
    names: list[str] = []
    answer = ask(lms, query={"limit": "2"})
    while True:
        names += [member["name"] for member in answer.body["members"]]
        if answer.next_url is None:
            break
        answer = ask(lms, answer.next_url)
    assert names == [person.name for person in PEOPLE]


def test_a_document_is_sent_as_json(lms: ServedLms) -> None:
    answer = ServiceClient(lms.sessions, lms.registration_id).request(
        "POST",
        f"{lms.url}/ags/difficult-conversations/lineitems",
        scopes=[SCOPE_LINE_ITEM],
        accept=LINE_ITEM,
        content_type=LINE_ITEM,
        body={"label": "Übung", "scoreMaximum": 10},
    )
    assert (answer.status, answer.body["label"], answer.next_url) == (201, "Übung", None)


def test_a_token_that_is_not_taken_is_replaced_once(lms: ServedLms) -> None:
    ask(lms)
    lms.lms.access_tokens._granted.clear()  # as after a restart of the platform
    assert ask(lms).status == 200
    assert len(lms.asked("/oauth2/token")) == 2
    instead(lms, lambda _: Response(status=401))
    before = len(lms.asked(ROSTER))
    with pytest.raises(ServiceRefusedError) as refused:
        ask(lms)
    assert refused.value.status == 401
    assert len(lms.asked(ROSTER)) == before + 2


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 422])
def test_a_refusal_is_final(lms: ServedLms, status: int) -> None:
    instead(lms, lambda _: Response("{}", status=status))
    with pytest.raises(ServiceRefusedError) as refused:
        ask(lms)
    assert (refused.value.status, refused.value.reason) == (status, f"answered_{status}")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_busy_is_not(lms: ServedLms, status: int) -> None:
    instead(lms, lambda _: Response("<h1>busy</h1>", status=status, headers={"Retry-After": "120"}))
    with pytest.raises(ServiceUnavailableError) as unavailable:
        ask(lms)
    assert unavailable.value.retry_after == 120


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html>Log in</html>", "not_json"),
        ("", "not_json"),
        ("[" * 100_000, "not_json"),
        ("9" * 3_000_000, "too_large"),
    ],
)
def test_what_nobody_can_read_is_no_answer(lms: ServedLms, body: str, reason: str) -> None:
    instead(lms, lambda _: Response(body, mimetype="text/html"))
    with pytest.raises(ServiceUnavailableError, match=reason):
        ask(lms)


def test_a_page_for_people_acknowledges_nothing(lms: ServedLms) -> None:
    client = ServiceClient(lms.sessions, lms.registration_id)

    def post() -> ServiceAnswer:
        return client.request(
            "POST", f"{lms.url}/s", scopes=[SCOPE_LINE_ITEM], accept="*/*", content_type="a/b", body={}
        )

    instead(lms, lambda _: Response("<html>Log in</html>", mimetype="text/html"))
    with pytest.raises(ServiceUnavailableError, match="not_json"):
        post()
    instead(lms, lambda _: Response("", status=204))
    assert post().body is None


def test_nobody_at_home(lms: ServedLms) -> None:
    with serving(Counterpart()) as gone:
        pass
    with pytest.raises(ServiceUnavailableError, match="connection"):
        ask(lms, f"{gone}/members")


def test_the_token_is_never_sent_along_a_redirect(lms: ServedLms) -> None:
    elsewhere = Counterpart()
    with serving(elsewhere) as url:
        instead(lms, lambda _: Response(status=302, headers={"Location": f"{url}/members"}))
        with pytest.raises(ServiceUnavailableError, match="redirected"):
            ask(lms)
    assert elsewhere.requests == []


def test_a_next_page_elsewhere_is_an_error_not_an_end(lms: ServedLms) -> None:
    link = {"Link": '<http://elsewhere.example/members?p=2>; rel="next"'}
    instead(lms, lambda _: Response(json.dumps({}), headers=link))
    with pytest.raises(ServiceRefusedError, match="next_page_elsewhere"):
        ask(lms)


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<https://lms.example/m?p=bookmark:WyJBQ>; rel="next"', "https://lms.example/m?p=bookmark:WyJBQ"),
        ("<https://LMS.example:443/m?p=2>;rel=next", "https://LMS.example:443/m?p=2"),
        ('<?p=2>; rel="next"', "https://lms.example/api/members?p=2"),
        ("</m;jsessionid=A,B?p=2>; REL=NEXT", "https://lms.example/m;jsessionid=A,B?p=2"),
        ('</1>; rel="first", </2>; rel="prev", </3>; rel="next"', "https://lms.example/3"),
        ('</d>; rel="differences", </2>; title="a, b; rel=x"; rel="next last"', "https://lms.example/2"),
        ('</2>; rel="first"; rel="next"', None),
        ('</2>; title="; rel=next"', None),
        ("</2>", None),
        ("", None),
        ("next", None),
    ],
)
def test_links_are_read_as_they_are_written(link: str, following: str | None) -> None:
    assert next_page(HERE, {"Link": link}) == following


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/m",
        "//evil.example/m",
        "http://lms.example/m",
        "https://lms.example:8443/m",
        "https://lms.example.evil.example/m",
        "https://lms.example:x/m",
        "https://[lms.example/m",
        "javascript:alert(1)",
    ],
)
def test_no_other_origin_is_followed(target: str) -> None:
    with pytest.raises(ServiceRefusedError, match="next_page_elsewhere"):
        next_page(HERE, {"Link": f'<{target}>; rel="next"'})


@given(st.text(alphabet='<>;,="\\ relnxt/:.h', max_size=300))
def test_no_link_header_does_harm(link: str) -> None:
    try:
        found = next_page(HERE, {"Link": link})
    except ServiceRefusedError:
        return
    assert found is None or found.startswith("https://lms.example")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 5000, 86400),
        ("-1", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("٣", None),
    ],
)
def test_how_long_to_wait(told: str | None, seconds: float | None) -> None:
    assert retry_after(told) == seconds


def test_a_date_to_wait_for() -> None:
    with time_machine.travel("2026-05-03T09:00:00Z", tick=False):
        now = datetime.now(UTC)
        assert retry_after(format_datetime(now + timedelta(seconds=90), usegmt=True)) == 90
        assert retry_after(format_datetime(now - timedelta(days=1), usegmt=True)) == 0
        assert retry_after(format_datetime(now + timedelta(days=99), usegmt=True)) == 86400


def test_a_query_is_added_behind_what_is_there() -> None:
    assert (
        with_query("https://a.example/x?id=A%2Fb", {"limit": "5"}) == "https://a.example/x?id=A%2Fb&limit=5"
    )
    assert with_query("https://a.example/x", {"limit": "5"}) == "https://a.example/x?limit=5"
    assert with_query("https://a.example/x?id=1", {}) == "https://a.example/x?id=1"
