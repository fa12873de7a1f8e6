"""What answers over HTTP: the profiles, the page that documents them, and the ids of things. Open to all."""

import json
import re
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.statements.recorder import activity_id
from tests.conftest import QueryCounter
from tests.factories.entrances import Course
from tests.follow_ups.planning import plan
from tests.threads.test_threads import post_thread
from xapi import vocabulary
from xapi.catalogue import EVENTS
from xapi.catalogue.examples import example
from xapi.profile import follow_ups_profile, profile

TOOL = "http://127.0.0.1:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
STORE = {"Accept": "application/json"}
DOCUMENTS = {"/xapi/profile": profile, "/xapi/profile/follow-ups": follow_ups_profile}
PAGES = ("/xapi/docs", "/xapi/a/019a0000-0000-7000-8000-000000000000")


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    return client.get(path, base_url=TOOL, headers=headers)


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("accept", ["", "*/*", "application/ld+json", "application/json"])
def test_a_profile_is_served_with_its_version(client: FlaskClient, path: str, accept: str) -> None:
    answer = get(client, path, **({"Accept": accept} if accept else {}))
    assert answer.status_code == 200
    assert answer.mimetype == "application/ld+json"
    assert json.loads(answer.data) == DOCUMENTS[path]()
    assert answer.json is None or answer.json["versions"][0]["id"] in {
        vocabulary.PROFILE_VERSION,
        vocabulary.FOLLOW_UPS_VERSION,
    }


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_profile_is_kept_for_an_hour_and_asked_for_again_at_little_cost(
    client: FlaskClient, path: str
) -> None:
    answer = get(client, path)
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Accept" in answer.vary
    again = get(client, path, **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_browsers_reader_is_led_to_the_page(client: FlaskClient, path: str) -> None:
    answer = get(client, path, **BROWSER)
    assert (answer.status_code, answer.location) == (303, "/xapi/docs")
    assert "Accept" in answer.vary


def test_the_page_has_each_event_with_its_example(client: FlaskClient) -> None:
    page = get(client, "/xapi/docs").text
    assert "Times can reveal an author" in page
    for name, event in EVENTS.items():
        assert f'id="{name}"' in page
        assert event.sentence in page
    assert page.count("<details") == len(EVENTS)
    for verb in (verb for event in EVENTS.values() for verb in event.verbs):
        assert verb.id in page
    assert vocabulary.PROFILE_VERSION in page.partition('id="changes"')[2]


def test_ids_on_the_page_are_there_once(client: FlaskClient) -> None:
    found = re.findall(r'\sid="([^"]*)"', get(client, "/xapi/docs").text)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("path", [*DOCUMENTS, *PAGES])
def test_nobody_signs_in_for_them_and_nobody_frames_them(client: FlaskClient, path: str) -> None:
    for headers in (BROWSER, STORE):
        answer = get(client, path, **headers)
        assert answer.status_code in {200, 303}
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert not answer.headers.getlist("Set-Cookie")


def test_queries_are_a_constant_number(client: FlaskClient, count_queries: QueryCounter) -> None:
    for path, expected in (*((path, 0) for path in (*DOCUMENTS, PAGES[0])), (PAGES[1], 1)):
        get(client, path)
        with count_queries() as seen:
            get(client, path)
        assert len(seen) == expected, path


def test_a_course_and_its_activity_have_their_type_and_no_name(course: Course, client: FlaskClient) -> None:
    actor = course.visitor().actor
    for row_id, kind in (
        (actor.course_id, vocabulary.COURSE),
        (actor.placement_id, vocabulary.RESOURCE_LINK),
    ):
        answer = get(client, f"/xapi/a/{row_id}", **STORE)
        assert answer.json == {"type": kind, "moreInfo": f"{TOOL}/xapi/a/{row_id}"}
        assert "Accept" in answer.vary
        page = get(client, f"/xapi/a/{row_id}", **BROWSER)
        assert page.mimetype == "text/html"
        for written in (actor.course_title, actor.placement_title):
            assert written not in page.text + answer.text


def test_of_what_learners_made_nobody_is_told_that_it_is_there(course: Course, client: FlaskClient) -> None:
    ana = course.visitor("Ana Ruiz")
    made = [UUID(path.rpartition("/")[2]) for path in (post_thread(ana), plan(ana))]
    made += [ana.actor.person_id, ana.actor.launch_id]
    for headers in (BROWSER, STORE):
        unknown = uuid4()
        expected = _alike(get(client, f"/xapi/a/{unknown}", **headers), unknown)
        for row_id in made:
            assert _alike(get(client, f"/xapi/a/{row_id}", **headers), row_id) == expected


def _alike(answer: TestResponse, row_id: UUID) -> tuple[int, str]:
    text = re.sub(r'nonce="[^"]*"', "", answer.text.replace(str(row_id), ""))
    return answer.status_code, text


def test_an_activitys_id_is_where_its_statement_says(course: Course, client: FlaskClient) -> None:
    """The id in a statement is an address of the tool, and answers with the type that the statement gives."""
    with course.sessions() as session:
        actor = course.visitor().actor
        address = activity_id(session, actor.placement_id)
    assert client.get(address, headers=STORE).json == {"type": vocabulary.RESOURCE_LINK, "moreInfo": address}


def test_all_examples_are_one_document(client: FlaskClient) -> None:
    answer = get(client, "/xapi/docs/examples.json", **BROWSER)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {name: json.loads(example(name)) for name in EVENTS}
    assert 'href="/xapi/docs/examples.json"' in get(client, "/xapi/docs").text


def test_what_is_no_id_is_the_record_stores_to_refuse(client: FlaskClient) -> None:
    assert get(client, "/xapi/a/1").status_code == 401
    assert client.post("/xapi/profile", base_url=TOOL).status_code == 401
