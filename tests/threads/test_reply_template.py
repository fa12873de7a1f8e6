"""What stands below a reply is made once for each kind of reply: it decides by nothing else."""

import itertools
import re
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, g
from markupsafe import Markup

from lti_tool.core.actor import Role

ROLES = ["learner", "instructor", "assistant", "observer", ""]
FLAGS = 10
WORDS = ("id", "number", "on", "avatar", "at", "beside", "answered", "labels", "body", "files", "marks")


@pytest.mark.parametrize("author", ROLES)
@pytest.mark.parametrize("reader", [Role.LEARNER, Role.INSTRUCTOR])
def test_each_reply_is_what_it_would_be_by_itself(app: Flask, reader: Role, author: str) -> None:
    with app.test_request_context("/", base_url=app.extensions["settings"].base_url):
        g.launch_id = uuid4()
        context: dict[str, Any] = {
            "actor": SimpleNamespace(role=reader),
            "thread": SimpleNamespace(summing=None),
            "thread_id": uuid4(),
            "closed": False,
            "carrier": "cookie",
        }
        macros: Any = app.jinja_env.get_template("threads/_reply.html").make_module(context)
        seen = set()
        for kind in itertools.product([True, False], repeat=FLAGS):
            words = dict.fromkeys(WORDS, "50 % <i>") | {"id": str(uuid4()), "body": Markup("<p>100 %</p>")}
            for name in ("Ana & Tom", "%(id)s"):
                given = macros.frames(author, *kind, **words, name=name)
                assert given == macros.frame(author, *kind, **words, name=name)
            seen.add(re.sub(r"[0-9a-f-]{36}", "", given))
        assert len(seen) > 2 ** (FLAGS - 2), "the flags make hardly a difference"
