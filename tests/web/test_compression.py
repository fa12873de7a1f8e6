"""Pages and static files travel compressed, and no secret can be guessed from their length."""

import gzip
import re

import brotli
import pytest
from backports import zstd
from flask.testing import FlaskClient

from tests.factories.entrances import Course, Visitor

_UNPACK = {"zstd": zstd.decompress, "br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0.1, br;q=0.9", "br"),
    ],
)
def test_a_page_comes_in_the_best_way_that_the_browser_takes(
    course: Course, accepted: str, encoding: str
) -> None:
    answer = course.visitor().get("/threads/new", headers={"Accept-Encoding": accepted})
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert b"<html" in _UNPACK[encoding](answer.get_data())
    assert len(answer.get_data()) < len(course.visitor().get("/threads/new").get_data()) / 2


def test_a_browser_that_takes_none_gets_plain_pages(course: Course) -> None:
    answer = course.visitor().get("/threads/new", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert "<html" in answer.text


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_static_files_too(client: FlaskClient, course: Course, encoding: str) -> None:
    found = re.search(r'src="(/static/[^"]+/js/segue\.js)"', course.visitor().get("/threads").text)
    assert found
    with client.get(found[1]) as plain:
        whole = plain.get_data()
    for _ in range(2):
        packed = client.get(found[1], headers={"Accept-Encoding": f"{encoding}, deflate"})
        assert packed.headers["Content-Encoding"] == encoding
        assert packed.headers["Cache-Control"] == plain.headers["Cache-Control"]
        assert packed.content_length == len(packed.get_data()) < len(whole)
        assert _UNPACK[encoding](packed.get_data()) == whole
    with client.get(found[1], headers={"Accept-Encoding": encoding, "Range": "bytes=0-9"}) as part:
        assert (part.status_code, part.get_data()) == (206, whole[:10])
    known = {"Accept-Encoding": encoding, "If-None-Match": plain.headers["ETag"]}
    unchanged = client.get(found[1], headers=known)
    assert (unchanged.status_code, unchanged.get_data()) == (304, b"")


def token(visitor: Visitor) -> str:
    return visitor.form("/threads/new")["csrf_token"]


def test_the_token_of_forms_looks_different_each_time_and_counts_each_time(course: Course) -> None:
    ana = course.visitor()
    tokens = [token(ana), token(ana)]
    assert tokens[0][:64] != tokens[1][:64]
    assert tokens[0][64:] != tokens[1][64:]
    for each in tokens:
        assert ana.post("/posts/preview", {"body": "Fine", "csrf_token": each}).status_code == 200


@pytest.mark.parametrize("changed", ["", "x", "00", "0" * 128])
def test_another_token_counts_for_nothing(course: Course, changed: str) -> None:
    answer = course.visitor().post("/posts/preview", {"body": "Fine", "csrf_token": changed})
    assert answer.status_code == 422


def test_a_part_of_the_token_counts_for_nothing(course: Course) -> None:
    ana = course.visitor()
    answer = ana.post("/posts/preview", {"body": "Fine", "csrf_token": token(ana)[:-2]})
    assert answer.status_code == 422
