"""What stands below a reply is made once for each kind of reply: it decides by nothing else."""

import itertools
import re
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, g

from lti_tool.core.actor import Role

FLAGS = 9


@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR])
def test_each_foot_is_what_it_would_be_by_itself(app: Flask, role: Role) -> None:
    with app.test_request_context("/", base_url=app.extensions["settings"].base_url):
        g.launch_id = uuid4()
        context: dict[str, Any] = {
            "actor": SimpleNamespace(role=role),
            "thread": SimpleNamespace(summing=None),
            "thread_id": uuid4(),
            "closed": False,
            "carrier": "cookie",
        }
        macros: Any = app.jinja_env.get_template("threads/_reply.html").make_module(context)
        seen = set()
        for kind in itertools.product([True, False], repeat=FLAGS):
            for name in ("Ana & Tom", "50 % <i>"):
                words = {"id": str(uuid4()), "number": 7, "name": name, "on": "3 May"}
                given = macros.feet(*kind, **words)
                assert given == macros.foot(*kind, **words)
            seen.add(re.sub(r"[0-9a-f-]{36}", "", given))
        assert len(seen) > 2 ** (FLAGS - 2), "the flags make hardly a difference"
