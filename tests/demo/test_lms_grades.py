"""Assignment and Grade Services: line items, scores, results."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.demo.lms.vocabulary import (
    AGS_SCOPES,
    LINE_ITEM,
    LINE_ITEM_CONTAINER,
    RESULT_CONTAINER,
    SCOPE_LINE_ITEM,
    SCOPE_LINE_ITEM_READ,
    SCOPE_RESULT_READ,
    SCOPE_SCORE,
    SCORE,
)

Bearer = Callable[..., dict[str, str]]
ANA, TOM, _, _, INES = PEOPLE
ITEMS = "/ags/difficult-conversations/lineitems"
GRADED, OTHER = COURSES[0].links[1], COURSES[1].links[0]


@dataclass
class Gradebook:
    visitor: FlaskClient
    headers: dict[str, str]

    def get(self, url: str, **query: object) -> TestResponse:
        return self.visitor.get(url, query_string=query or None, headers=self.headers)

    def post(self, body: object, media_type: str = LINE_ITEM, url: str = ITEMS) -> TestResponse:
        return self.visitor.post(url, json=body, content_type=media_type, headers=self.headers)

    def put(self, url: str, body: object) -> TestResponse:
        return self.visitor.put(url, json=body, content_type=LINE_ITEM, headers=self.headers)

    def delete(self, url: str) -> TestResponse:
        return self.visitor.delete(url, headers=self.headers)

    def score(self, url: str, **changes: object) -> TestResponse:
        body: dict[str, Any] = {
            "userId": ANA.sub,
            "timestamp": "2026-05-03T09:12:00.5Z",
            "scoreGiven": 3,
            "scoreMaximum": 4,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
        }
        kept = {name: value for name, value in (body | changes).items() if value is not None}
        return self.post(kept, SCORE, f"{url}/scores")


@pytest.fixture
def book(visitor: FlaskClient, bearer: Bearer) -> Gradebook:
    return Gradebook(visitor, bearer(*AGS_SCOPES))


@pytest.fixture
def item_url(book: Gradebook) -> str:
    item_id: str = book.get(ITEMS).get_json()[0]["id"]
    return item_id.removeprefix("http://lms.test")


def test_a_graded_activity_has_a_line_item_from_the_start(book: Gradebook) -> None:
    response = book.get(ITEMS)
    assert response.mimetype == LINE_ITEM_CONTAINER
    [item] = response.get_json()
    assert item["resourceLinkId"] == GRADED.id
    assert book.get(item["id"].removeprefix("http://lms.test")).get_json() == item


def test_line_items_are_added_replaced_and_deleted(book: Gradebook) -> None:
    added = book.post({"label": "Swap", "scoreMaximum": 5, "tag": "t", "unknown": 1})
    item = added.get_json()
    assert (added.status_code, added.mimetype, added.headers["Location"]) == (201, LINE_ITEM, item["id"])
    assert item == {"id": item["id"], "label": "Swap", "scoreMaximum": 5, "tag": "t"}
    url = item["id"].removeprefix("http://lms.test")
    replaced = book.put(url, {"id": item["id"], "label": "Swap 2", "scoreMaximum": 6.5})
    assert replaced.get_json() == {"id": item["id"], "label": "Swap 2", "scoreMaximum": 6.5}
    assert book.score(url).status_code == 204
    assert book.delete(url).status_code == 204
    answers = (
        book.get(url),
        book.put(url, item),
        book.delete(url),
        book.score(url),
        book.get(f"{url}/results"),
    )
    assert [answer.status_code for answer in answers] == [404] * 5


def test_line_items_are_filtered_and_paged(book: Gradebook) -> None:
    for number in range(4):
        fields = {"resourceId": f"r{number % 2}", "tag": "grade", "resourceLinkId": GRADED.id}
        book.post({"label": f"{number}", "scoreMaximum": 1, **fields})
    assert len(book.get(ITEMS, resource_link_id=GRADED.id).get_json()) == 5
    assert [item["label"] for item in book.get(ITEMS, resource_id="r1").get_json()] == ["1", "3"]
    assert book.get(ITEMS, tag="nothing").get_json() == []
    page = book.get(ITEMS, tag="grade", limit=3)
    rest = book.get(page.headers["Link"].partition(">")[0].removeprefix("<http://lms.test"))
    assert [item["label"] for item in (*page.get_json(), *rest.get_json())] == ["0", "1", "2", "3"]
    assert "Link" not in rest.headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"scoreMaximum": 1}, 400),
        ({"label": " ", "scoreMaximum": 1}, 400),
        ({"label": ["x"], "scoreMaximum": 1}, 400),
        ({"label": "\ud800", "scoreMaximum": 1}, 400),
        ({"label": "x" * 6000, "scoreMaximum": 1}, 400),
        ({"label": "x"}, 400),
        ({"label": "x", "scoreMaximum": 0}, 400),
        ({"label": "x", "scoreMaximum": 1e-300}, 400),
        ({"label": "x", "scoreMaximum": -1}, 400),
        ({"label": "x", "scoreMaximum": "1"}, 400),
        ({"label": "x", "scoreMaximum": True}, 400),
        ({"label": "x", "scoreMaximum": float("nan")}, 400),
        ({"label": "x", "scoreMaximum": 10**400}, 400),
        ({"label": "x", "scoreMaximum": 1, "tag": 5}, 400),
        ({"label": "x", "scoreMaximum": 1, "endDateTime": "tomorrow"}, 400),
        ({"label": "x", "scoreMaximum": 1, "resourceLinkId": "x"}, 404),
        ({"label": "x", "scoreMaximum": 1, "resourceLinkId": OTHER.id}, 404),
        ([], 400),
        (None, 400),
    ],
)
def test_odd_line_items_are_refused(book: Gradebook, body: object, status: int) -> None:
    assert book.post(body).status_code == status
    assert len(book.get(ITEMS).get_json()) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a": ' + b"9" * 9000 + b"}"])
def test_bodies_that_are_not_json_are_refused(book: Gradebook, body: bytes) -> None:
    response = book.visitor.post(ITEMS, data=body, content_type=LINE_ITEM, headers=book.headers)
    assert response.status_code == 400


def test_too_large_bodies_are_refused(book: Gradebook) -> None:
    assert book.post({"label": "x" * 2_000_000}).status_code == 413


def test_another_items_id_is_refused(book: Gradebook, item_url: str) -> None:
    assert book.put(item_url, {"id": "other", "label": "x", "scoreMaximum": 1}).status_code == 400


def test_media_types_are_checked(book: Gradebook, item_url: str) -> None:
    assert book.post({"label": "x", "scoreMaximum": 1}, "application/json").status_code == 415
    assert book.post({}, LINE_ITEM, f"{item_url}/scores").status_code == 415
    html = book.headers | {"Accept": "text/html"}
    refused = book.visitor.post(
        ITEMS, json={"label": "x", "scoreMaximum": 1}, content_type=LINE_ITEM, headers=html
    )
    assert refused.status_code == 406
    assert len(book.get(ITEMS).get_json()) == 1


def calls(visitor: FlaskClient, url: str, headers: dict[str, str]) -> Iterator[tuple[str, int]]:
    yield "list", visitor.get(ITEMS, headers=headers).status_code
    yield "show", visitor.get(url, headers=headers).status_code
    yield "add", visitor.post(ITEMS, headers=headers).status_code
    yield "replace", visitor.put(url, headers=headers).status_code
    yield "score", visitor.post(f"{url}/scores", headers=headers).status_code
    yield "results", visitor.get(f"{url}/results", headers=headers).status_code
    yield "delete", visitor.delete(url, headers=headers).status_code


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (None, set()),
        (SCOPE_LINE_ITEM, {"list", "show", "add", "replace", "delete"}),
        (SCOPE_LINE_ITEM_READ, {"list", "show"}),
        (SCOPE_SCORE, {"score"}),
        (SCOPE_RESULT_READ, {"results"}),
    ],
)
def test_each_call_needs_its_scope(
    visitor: FlaskClient, bearer: Bearer, item_url: str, scope: str | None, allowed: set[str]
) -> None:
    headers = bearer(scope) if scope else {}
    refusal = 403 if scope else 401
    for name, status in calls(visitor, item_url, headers):
        assert (status == refusal) == (name not in allowed), name


def test_a_score_becomes_a_result_in_the_line_items_scale(book: Gradebook, item_url: str) -> None:
    assert book.score(item_url, comment="Clear").status_code == 204
    response = book.get(f"{item_url}/results")
    assert response.mimetype == RESULT_CONTAINER
    [result] = response.get_json()
    assert result["scoreOf"].endswith(item_url)
    assert result["userId"] == ANA.sub
    assert (result["resultScore"], result["resultMaximum"], result["comment"]) == (7.5, 10, "Clear")
    assert book.get(f"{item_url}/results", user_id=TOM.sub).get_json() == []
    assert book.get(f"{item_url}/results", user_id=ANA.sub).get_json() == [result]


@pytest.mark.parametrize(
    "changes", [{"gradingProgress": "Pending"}, {"scoreGiven": None, "scoreMaximum": None}]
)
def test_a_result_waits_for_a_full_grade(book: Gradebook, item_url: str, changes: dict[str, object]) -> None:
    assert book.score(item_url, **changes).status_code == 204
    assert "resultScore" not in book.get(f"{item_url}/results").get_json()[0]


def test_only_newer_scores_are_kept(book: Gradebook, item_url: str) -> None:
    assert book.score(item_url, timestamp="2026-05-03T11:12:00.500001+02:00").status_code == 204
    for old in ("2026-05-03T09:12:00.500001Z", "2026-05-03T09:12:00Z", "0001-01-01T00:00:00+23:59"):
        assert book.score(item_url, timestamp=old, scoreGiven=0).status_code == 409
    assert book.get(f"{item_url}/results").get_json()[0]["resultScore"] == 7.5
    assert book.score(item_url, timestamp="2026-05-03T09:12:01Z", scoreGiven=0).status_code == 204
    assert book.score(item_url, userId=TOM.sub, timestamp="2020-01-01T00:00:00Z").status_code == 204


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"userId": None}, 400),
        ({"userId": "nobody"}, 422),
        ({"userId": INES.sub}, 422),
        ({"timestamp": None}, 400),
        ({"timestamp": "2026-05-03"}, 400),
        ({"timestamp": "2026-05-03T09:12:00"}, 400),
        ({"timestamp": "2026-13-03T09:12:00Z"}, 400),
        ({"timestamp": 1777800000}, 400),
        ({"scoreMaximum": None}, 400),
        ({"scoreMaximum": 0}, 400),
        ({"scoreGiven": -1}, 400),
        ({"scoreGiven": "3"}, 400),
        ({"scoreGiven": float("inf")}, 400),
        ({"activityProgress": None}, 400),
        ({"activityProgress": "Finished"}, 400),
        ({"gradingProgress": "Done"}, 400),
        ({"gradingProgress": None}, 400),
        ({"comment": ["well done"]}, 400),
    ],
)
def test_odd_scores_are_refused(
    book: Gradebook, item_url: str, changes: dict[str, object], status: int
) -> None:
    assert book.score(item_url, **changes).status_code == status
    assert book.get(f"{item_url}/results").get_json() == []


def test_unknown_courses_are_not_found(book: Gradebook) -> None:
    assert book.get("/ags/nothing/lineitems").status_code == 404
    assert book.get("/ags/nothing").get_json()["error"] == "not_found"
