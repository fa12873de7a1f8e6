"""Every rule of conformance.py, each table asked of a store of its own."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.record_store.conformance import HELD, TABLES, USUAL, Case


@pytest.mark.parametrize("table", TABLES)
def test_each_rule_of_the_specification(
    store: FlaskClient,
    client_of: Callable[..., FlaskClient],
    authorization: Callable[..., str],
    table: str,
) -> None:
    assert store.post("/xapi/statements", json=HELD).status_code == 200
    client = client_of(X_Experience_API_Version=None)
    given = {"GIVEN": authorization(), "READ ONLY": authorization(can_write=False)}
    broken = [
        f"{case.section}: {case.rule} ({version}): {case.request}: {answer.status} {answer.text[:200]}"
        for case in TABLES[table]
        for version in case.versions
        for answer in [ask(client, case, given | {"VERSION": version})]
        if answer.status_code != case.status or not case.holds(answer)
    ]
    assert broken == []


def ask(client: FlaskClient, case: Case, given: dict[str, str]) -> TestResponse:
    new_id = str(uuid4())
    method, address = case.request.replace("NEW", new_id).split(" ", 1)
    headers = {
        name: given.get(value, value)
        for name, value in {**USUAL, **case.headers}.items()
        if value is not None
    }
    sent: dict[str, Any] = {}
    if case.form is not None:
        sent["data"] = {
            name: given.get(value, value).replace("NEW", new_id) for name, value in case.form.items()
        }
    elif isinstance(case.body, bytes):
        sent["data"] = case.body.replace(b"NEW", new_id.encode())
    elif case.body is not None:
        sent |= {
            "data": json.dumps(case.body).replace("NEW", new_id),
            "content_type": "application/json",
        }
    if case.form == {}:
        sent["content_type"] = "application/x-www-form-urlencoded"
    return client.open(f"/xapi{address}", method=method, headers=headers, **sent)
