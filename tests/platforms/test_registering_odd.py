"""Descriptions whose optional parts are empty or odd: the platform is registered all the same."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.platforms.models import Registration
from tests.platforms.registrant import PLATFORM_CONFIGURATION, Registrant

OPTIONAL = (
    "authorization_server",
    "token_endpoint_auth_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "response_types_supported",
    "scopes_supported",
    "claims_supported",
)


@pytest.mark.parametrize("value", ["", 7, {}, {"a": 1}, [7]], ids=repr)
def test_it_is_registered(
    client: FlaskClient,
    registrant: Registrant,
    sessions: sessionmaker[Session],
    session: Session,
    value: object,
) -> None:
    messages: list[Any] = [{"type": "LtiResourceLinkRequest", "placements": value}, "LtiDeepLinkingRequest"]
    registrant.configuration = {
        **dict.fromkeys(OPTIONAL, value),
        PLATFORM_CONFIGURATION: {"product_family_code": "moodle", "messages_supported": messages},
    }
    if value == [7]:  # a list without anything that we support is another matter: it says so
        del registrant.configuration["token_endpoint_auth_methods_supported"]
        del registrant.configuration["token_endpoint_auth_signing_alg_values_supported"]
        del registrant.configuration["response_types_supported"]
    answer = registrant.send(client, registrant.invitation(sessions))
    assert answer.status_code == 200, answer.text
    assert session.scalars(select(Registration.auth_audience)).one() is None
