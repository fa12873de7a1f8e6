"""The tool's end, for tests of the demo LMS: its key, and an HTTP server that publishes it."""

import html
import json
import re
import threading
import time
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from werkzeug.test import TestResponse

ISSUER = "http://lms.test"
CLIENT_ID = "segue-client"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Answer = tuple[int, str, bytes]


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class LocalServer:
    """Answers GET requests from a table of paths, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        table, asked = self.answers, self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, dict(self.headers)))
                status, media_type, body = table.get(self.path, (404, "text/plain", b""))
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                if status == 302:
                    self.send_header("Location", body.decode())
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def put_json(self, path: str, body: object, status: int = 200) -> None:
        self.answers[path] = (status, "application/json", json.dumps(body).encode())

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Tool:
    """The tool's end of the trust: it signs, and publishes the key it signs with."""

    def __init__(self, server: LocalServer, key: rsa.RSAPrivateKey) -> None:
        self.server = server
        self.use(key, "tool-1")

    def use(self, key: rsa.RSAPrivateKey, kid: str) -> None:
        self.key, self.kid = key, kid
        public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self.publish({**public, "kid": kid, "use": "sig", "alg": "RS256"})

    def publish(self, *jwks: Mapping[str, Any]) -> None:
        self.server.put_json("/lti/jwks.json", {"keys": list(jwks)})

    def sign(self, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        merged = {"kid": self.kid, **(headers or {})}
        return jwt.PyJWS().encode(
            json.dumps(claims).encode(),
            self.key,
            algorithm="RS256",
            headers={name: value for name, value in merged.items() if value is not None},
        )

    def assertion(self, **changes: object) -> dict[str, Any]:
        """The claims of a good client assertion, with changes; None takes a claim away."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": f"{ISSUER}/oauth2/token",
            "iat": now,
            "exp": now + 300,
            "jti": uuid.uuid4().hex,
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def token_form(self, scope: str, **changes: object) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.sign(self.assertion(**changes)),
            "scope": scope,
        }


def fields_of(response: TestResponse) -> dict[str, str]:
    """The hidden fields of a page that posts itself on."""
    found = re.findall(r'<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"', response.text)
    return {name: html.unescape(value) for name, value in found}
