"""Clients that hold connections open keep nobody else waiting, and are ended by the server."""

from http.client import HTTPConnection

import pytest
from flask import Flask, Response, request

from bench.attack import LARGE, attacked
from bench.attackers import KINDS
from lti_tool.serving import bodies, connections
from lti_tool.web import bodies as web_bodies
from tests.servers import serving

EACH = 20
LIMITS = ((bodies, "STALLED_AFTER"), (connections, "HEADERS_WITHIN"), (connections, "READ_WITHIN"))


@pytest.fixture
def tool() -> Flask:
    """A page, a form, and an answer that no connection takes at once."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = web_bodies.LARGEST_FORM_REQUEST
    app.add_url_rule("/page", "page", lambda: "A page.")
    app.add_url_rule(LARGE, "large", lambda: Response(b"x" * 4_000_000))
    app.add_url_rule("/lti/login", "form", lambda: request.form.get("iss", "none"), methods=["POST"])
    return app


def page_of(address: str) -> bytes:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=60)
    connection.request("GET", "/page")
    content = connection.getresponse().read()
    connection.close()
    return content


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_pages_are_answered_while_all_of_them_hold_on(tool: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread works on requests. None of them has it."""
    monkeypatch.setattr(web_bodies, "_FORM_SECONDS", 600)
    for module, name in LIMITS:
        monkeypatch.setattr(module, name, 600.0)
    with serving(tool, threads=1) as address:
        with attacked(port_of(address), EACH) as outcomes:
            assert [page_of(address) for _ in range(50)] == [b"A page."] * 50
        held = {name: count for name, count in outcomes.items() if "endless" not in name}
        assert held == {f"{kind}: held to the end": EACH for kind in KINDS if "endless" not in kind}


def test_the_server_ends_all_of_them(tool: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_bodies, "_FORM_SECONDS", 2)
    for module, name in LIMITS:
        monkeypatch.setattr(module, name, 1.0)
    with serving(tool, threads=1) as address:
        with attacked(port_of(address), EACH, until_ended=True) as outcomes:
            pass
        ended = {"slow body: 408", "slow headers: 408", "endless chunks: 408", "slow reader: cut"}
        assert outcomes == dict.fromkeys(ended, EACH)
        assert page_of(address) == b"A page."
