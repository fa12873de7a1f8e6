"""By which accounts statements name people, groups and the tool itself: no other place makes one.

A registration chooses (`core/actor.py`, `Naming`): the platform's own id of the person, so that these
statements join with the platform's; or a pseudonym, of which the tool alone knows whose it is. Its key is a
row of its own: without that, not even the tool can tell any more.
"""

import hashlib
import hmac
import os
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor, ActorMode
from lti_tool.core.db import settings_of
from lti_tool.statements.models import ActorKey
from xapi.statement import account_agent, account_group

Agent = dict[str, Any]

_KEY_BYTES = 32
_KEY = select(ActorKey.key).where(ActorKey.person_id == bindparam("person_id"))


def agent_of(session: Session, actor: Actor, person_id: UUID, sub: str) -> Agent:
    """A person of the actor's platform, of whom `sub` is the platform's id. At most two queries."""
    if actor.naming.mode is ActorMode.PSEUDONYM:
        key = _key_of(session, person_id)
        return tools_agent(session, pseudonym(key, actor.issuer, sub))
    return account_agent(actor.naming.home_page or actor.issuer, sub)


def tools_agent(session: Session, name: str) -> Agent:
    """An account of the tool itself: SYSTEM, or somebody whom nothing leads to from there."""
    return account_agent(settings_of(session).base_url, name)


def group_agent(session: Session, group_id: UUID) -> Agent:
    """A group, without its members."""
    return account_group(settings_of(session).base_url, str(group_id))


def possible_agents(
    session: Session, *, person_id: UUID, issuer: str, home_page: str | None, sub: str
) -> list[Agent]:
    """By whatever this person may have been named, whichever way was chosen meanwhile."""
    found = [account_agent(issuer, sub)]
    if home_page and home_page != issuer:
        found.append(account_agent(home_page, sub))
    key = session.scalar(_KEY, {"person_id": person_id})
    if key is not None:
        found.append(tools_agent(session, pseudonym(key, issuer, sub)))
    return found


def pseudonym(key: bytes, issuer: str, sub: str) -> str:
    """HMAC-SHA256, 32 of its 64 hexadecimal digits."""
    return hmac.digest(key, f"{issuer}|{sub}".encode(), hashlib.sha256).hex()[:32]


def _key_of(session: Session, person_id: UUID) -> bytes:
    """The person's, made when it is first needed; of two at once the first."""
    key = session.scalar(_KEY, {"person_id": person_id})
    if key is None:
        new = insert(ActorKey).values(person_id=person_id, key=os.urandom(_KEY_BYTES))
        session.execute(new.on_conflict_do_nothing())
        key = session.execute(_KEY, {"person_id": person_id}).scalar_one()
    return key
