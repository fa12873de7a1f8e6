"""Bodies that do not say how long they are keep to the limits, wherever they are read."""

import http.client
from urllib.parse import urlsplit

from flask import Flask

from tests.servers import serving


def test_a_body_in_chunks_beyond_the_limit_is_refused(app: Flask) -> None:
    with serving(app) as address:
        for path, kind, status in (
            ("/lti/notices", "application/json", 413),
            ("/lti/login", "application/x-www-form-urlencoded", 413),
        ):
            line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
            headers = {"Content-Type": kind, "Transfer-Encoding": "chunked"}
            line.request("POST", path, body=(b"x" * 70_000 for _ in range(20)), headers=headers,
                         encode_chunked=True)  # fmt: skip
            assert line.getresponse().status == status, path
            line.close()
