"""What the tests of help requests share: asking, and answering."""

import json
import re
from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.acceptance.models import Acceptance
from lti_tool.help_requests.models import HelpRequest
from lti_tool.help_requests.standing import status_column
from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Visitor

QUESTION = {
    "title": "How do I open when he was my manager?",
    "trying_to": "Agree **new deadlines**.",
    "tried": "Starting with facts.",
    "expected": "That he listens.",
    "got": "“You used to manage fine.”",
    "help_wanted": "example",
}
FIX = {"what_fixed_it": "Saying what has changed first."}
A = "http://127.0.0.1:8000/xapi/a"


def ask_for_help(visitor: Visitor, **changes: str) -> str:
    """The path of the new request's page, below the launch."""
    answer = visitor.send("/help/new", "/help/new", {**QUESTION, **changes})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location).removeprefix(visitor.base)


def post_answer(visitor: Visitor, path: str, body: str = "Name the shared history first.") -> UUID:
    """The id of the new answer."""
    answer = visitor.send(path, f"{path}/answers", {"body": body})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    found = re.search(r"#post-(.+)$", str(answer.location))
    assert found
    return UUID(found[1])


def the_request(session: Session) -> HelpRequest:
    session.expire_all()
    return session.scalars(select(HelpRequest)).one()


def how_it_stands(session: Session) -> str:
    session.expire_all()
    query = select(status_column()).select_from(HelpRequest).join(HelpRequest.conversation)
    return session.scalars(query).one()


def accepted(session: Session) -> UUID | None:
    """The post of the acceptance that stands, whether it can be read or not."""
    return session.scalars(select(Acceptance.post_id).filter_by(stands=True)).one_or_none()


def statements(session: Session) -> list[dict[str, Any]]:
    return [
        json.loads(body) for body in session.scalars(select(StatementRow.body).order_by(StatementRow.seq))
    ]


def listed(visitor: Visitor, show: str) -> bool:
    page = visitor.get(f"/help?show={show}")
    assert page.status_code == 200
    return QUESTION["title"] in page.text


def ids_on(html: str) -> Counter[str]:
    return Counter(re.findall(r'\sid="([^"]*)"', html))
