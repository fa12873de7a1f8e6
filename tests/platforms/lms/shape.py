"""Launching with the recorded claims of a real LMS.

A shape has `sources` (where it was seen), `login` (what the LMS sends to start), `claims`, and `variants`:
changes to the claims that are usual there too, as JSON Merge Patches (RFC 7396).
"""

import time
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms import Launch
from lti_tool.demo.lms.keys import SigningKey
from lti_tool.platforms.service import add_platform
from tests.demo.tool_stand_in import LocalServer
from tests.launch.platform import DEFAULT, TOOL, Platform

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
CLIENT = "10000000000042"


class ShapedPlatform(Platform):
    """One LMS, its key set on `server`; its addresses are its own."""

    def __init__(
        self,
        app: Flask,
        sessions: sessionmaker[Session],
        server: LocalServer,
        key: SigningKey,
        shape: Mapping[str, Any],
    ) -> None:
        self.app, self.sessions, self.server, self.key, self.shape = app, sessions, server, key, shape
        server.put_json("/jwks.json", key.jwks())
        registration = shape["registration"]
        with unit_of_work(sessions) as session:
            self.registration = add_platform(
                session,
                issuer=shape["claims"]["iss"],
                client_id=CLIENT,
                auth_login_url=registration["auth_login_url"],
                auth_token_url=registration["auth_token_url"],
                jwks_url=f"{server.url}/jwks.json",
                deployment_ids=[shape["claims"][f"{LTI}deployment_id"], *registration.get("more", [])],
            )

    def login(self, client: FlaskClient, launch: Launch = DEFAULT, **changes: str | None) -> TestResponse:
        del launch
        fields = {
            "iss": self.shape["claims"]["iss"],
            "target_link_uri": f"{TOOL}/lti/launch",
            "client_id": CLIENT,
            **self.shape["login"]["fields"],
            **changes,
        }
        if self.shape["login"]["method"] == "GET":
            return client.get("/lti/login", query_string=fields, base_url=TOOL)
        return client.post("/lti/login", data=fields, base_url=TOOL)

    def come(self, variant: str | None = None, **changes: Any) -> tuple[FlaskClient, TestResponse]:
        """Launch with the shape, or one of its variants; `changes` are merged in last."""
        assert variant is None or variant in self.shape["variants"]
        client, now = self.app.test_client(), int(time.time())
        claims = merged(merged(self.shape["claims"], self.shape["variants"].get(variant, {})), changes)
        asked = self.start(client, lti_deployment_id=claims[f"{LTI}deployment_id"])
        claims |= {"iat": now, "exp": now + self.shape["lifetime"], "nonce": asked["nonce"]}
        claims |= {"aud": CLIENT, f"{LTI}target_link_uri": f"{TOOL}/lti/launch"}
        if "azp" in claims:
            claims["azp"] = CLIENT
        return client, self.post(client, asked["state"], self.key.sign(claims))


def merged(target: Any, patch: Any) -> Any:
    """JSON Merge Patch: null takes away."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
