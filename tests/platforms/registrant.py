"""A platform that registers itself, over real HTTP, and misbehaves on command."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.platforms.invitations import make_invitation
from tests.servers import Counterpart

TOOL = "http://127.0.0.1:8000"
TOKEN = "a-registration-token-that-nobody-keeps"
SAID = "what the platform said"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"

Behaviour = Callable[[Request], Response]


def as_json(document: object, status: int = 200) -> Behaviour:
    return lambda _request: Response(json.dumps(document), status, mimetype="application/json")


@dataclass
class Registrant:
    """`configuration` and `granted` bend what it says; `describes` and `registers` replace it."""

    counterpart: Counterpart
    url: str
    configuration: dict[str, Any] = field(default_factory=dict)
    granted: dict[str, Any] = field(default_factory=dict)
    describes: Behaviour | None = None
    registers: Behaviour | None = None

    def __post_init__(self) -> None:
        self.counterpart.answer = self._answer

    @property
    def configuration_url(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.counterpart.requests]

    def invitation(self, sessions: sessionmaker[Session], **options: Any) -> str:
        """The token of a new invitation."""
        options = {"label": "Riverside", "issuer": None, "life": timedelta(days=7), **options}
        with unit_of_work(sessions) as session:
            link = make_invitation(session, **options)
        return parse_qs(urlsplit(link).query)["invitation"][0]

    def fields(self, invitation: str, **changes: str) -> dict[str, str]:
        return {
            "invitation": invitation,
            "openid_configuration": self.configuration_url,
            "registration_token": TOKEN,
            **changes,
        }

    def open(self, client: FlaskClient, invitation: str, **changes: str) -> TestResponse:
        return client.get("/lti/register", query_string=self.fields(invitation, **changes), base_url=TOOL)

    def send(self, client: FlaskClient, invitation: str, **changes: str) -> TestResponse:
        return client.post("/lti/register", data=self.fields(invitation, **changes), base_url=TOOL)

    def _answer(self, request: Request) -> Response:
        if request.method == "POST":
            return (self.registers or self._register)(request)
        return (self.describes or as_json(self.described()))(request)

    def described(self) -> dict[str, Any]:
        description = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "registration_endpoint": f"{self.url}/register",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "response_types_supported": ["id_token"],
            "scopes_supported": [
                "openid",
                "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
                "https://purl.imsglobal.org/spec/lti-ags/scope/score",
            ],
            "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
            # As Moodle gives them: their names alone.
            PLATFORM_CONFIGURATION: {
                "product_family_code": "moodle",
                "messages_supported": ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"],
            },
        }
        merged = {**description, **self.configuration}
        return {name: value for name, value in merged.items() if value is not None}

    def _register(self, request: Request) -> Response:
        asked = request.get_json()
        tool = {**asked[TOOL_CONFIGURATION], "deployment_id": "1"}
        granted = {**asked, "client_id": "client-1", TOOL_CONFIGURATION: tool, **self.granted}
        return as_json({name: value for name, value in granted.items() if value is not None})(request)
