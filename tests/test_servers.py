"""The servers of tests themselves: what they do wrong, other tests would be blamed for."""

import socket
import ssl
from http.client import HTTPSConnection
from pathlib import Path

from werkzeug.wrappers import Response

from tests.browser.sites import certificate
from tests.servers import free_port, serving


def test_who_connects_and_says_nothing_keeps_nobody_out(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path, "localhost")
    port, anybody = free_port(), ssl._create_unverified_context()  # a test's own certificate
    with (
        serving(Response("Hello"), port=port, ssl_context=context),
        socket.create_connection(("127.0.0.1", port)),
    ):
        asking = HTTPSConnection("127.0.0.1", port, timeout=10, context=anybody)
        asking.request("GET", "/")
        assert asking.getresponse().read() == b"Hello"
        asking.close()
