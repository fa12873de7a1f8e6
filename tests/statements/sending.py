"""What the tests of delivery share: statements to send, and what a store was sent."""

import json
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.db import unit_of_work
from lti_tool.statements.models import StatementRow
from lti_tool.statements.recorder import Act, record_act, thing
from xapi import vocabulary


def record(sessions: sessionmaker[Session], actor: Actor, count: int) -> list[UUID]:
    ids = [uuid4() for _ in range(count)]
    with unit_of_work(sessions) as session:
        for row_id in ids:
            act = Act(
                name="thread_posted",
                subject_id=uuid4(),
                statement_id=row_id,
                verb=vocabulary.POSTED,
                object=thing(session, uuid4(), vocabulary.FORUM_TOPIC),
                parents=[thing(session, actor.placement_id, vocabulary.RESOURCE_LINK)],
                at=clock.now(),
            )
            record_act(session, actor, act)
    return ids


def states(sessions: sessionmaker[Session]) -> dict[UUID, StatementRow]:
    with sessions() as session:
        return {row.id: row for row in session.scalars(select(StatementRow))}


def sent_ids(request: Request) -> list[UUID]:
    return [UUID(statement["id"]) for statement in json.loads(request.get_data())]


def kept(request: Request) -> Response:
    return Response(json.dumps([str(i) for i in sent_ids(request)]), mimetype="application/json")
