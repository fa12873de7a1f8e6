"""Pseudonyms: what people are called who post anonymously, one in each conversation."""

import hashlib
import hmac
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lti_tool.core.db import settings_of
from lti_tool.core.secrets import derive_key
from lti_tool.posts.models import Pseudonym

# None of these is a name, or a word for people.
_FIRST_WORDS = (
    "Bold Brave Bright Brisk Calm Cheerful Clear Clever Coastal Cosy Crisp Curious Dappled Daring "
    "Distant Dusky Eager Early Earnest Fair Fearless Fleet Floating Forest Frosty Gentle Gleaming "
    "Golden Green Happy Honest Humble Indigo Inland Keen Kind Lively Lucky Maple Meadow Mild Misty "
    "Mountain Nimble Northern Patient Playful Polar Quick Quiet Serene Silver Sincere Sleepy "
    "Smiling Southern Starry Steady Still Sunlit Swift Tender Thoughtful Tidal Tranquil Twilight "
    "Velvet Wandering Warm Western Wild Wise Woodland"
)
_SECOND_WORDS = (
    "albatross avocet badger beaver bison bittern bluebird bunting buzzard caribou cicada condor "
    "cormorant crane cricket curlew dolphin dormouse dove dragonfly dunlin eagle egret eider elk "
    "falcon ferret finch firefly flamingo fox gannet gazelle gecko goldfinch goshawk grebe grouse "
    "hare harrier hedgehog heron hoopoe ibex ibis jackdaw kestrel kingfisher kite kiwi lapwing "
    "lemur linnet lynx magpie mallard marmot marten moth newt nightjar nuthatch octopus oriole "
    "osprey otter owl oystercatcher partridge pelican petrel pheasant pika pipit plover porpoise "
    "puffin quail rabbit raven redstart salmon sandpiper seal shearwater skylark snipe sparrow "
    "squirrel starling stoat stork swallow swan swift teal tern thrush tortoise turtle wagtail "
    "warbler woodpecker"
)
_FIRST, _SECOND = _FIRST_WORDS.split(), _SECOND_WORDS.split()
_TRIES_A_SIZE = 8
"""How often a name that somebody else has is drawn anew before names get a number too."""


def claim_pseudonym(session: Session, conversation_id: UUID, person_id: UUID) -> str:
    """The person's name in this conversation, drawn when they first need one; no two have the same."""
    mine = select(Pseudonym.name).filter_by(conversation_id=conversation_id, person_id=person_id)
    attempt = 0
    while (name := session.scalar(mine)) is None:
        drawn = _draw(session, conversation_id, person_id, attempt)
        # Where somebody else has it, or a request of one's own was quicker, this does nothing.
        session.execute(
            insert(Pseudonym)
            .values(conversation_id=conversation_id, person_id=person_id, name=drawn)
            .on_conflict_do_nothing()
        )
        attempt += 1
    return name


def account_of(session: Session, conversation_id: UUID, person_id: UUID) -> str:
    """What statements call the person in this conversation. Nobody without the key finds who it is."""
    return _digest(session, "statement accounts", f"{conversation_id} {person_id}").hex()[:32]


def _draw(session: Session, conversation_id: UUID, person_id: UUID, attempt: int) -> str:
    digest = _digest(session, "pseudonyms", f"{conversation_id} {person_id} {attempt}")
    names = len(_FIRST) * len(_SECOND) * (1 + attempt // _TRIES_A_SIZE)
    round_, place = divmod(int.from_bytes(digest[:16]) % names, len(_FIRST) * len(_SECOND))
    first, second = divmod(place, len(_SECOND))
    name = f"{_FIRST[first]} {_SECOND[second]}"
    return f"{name} {round_ + 1}" if round_ else name


def _digest(session: Session, purpose: str, of: str) -> bytes:
    key = derive_key(settings_of(session).secret_key.get_secret_value(), purpose)
    return hmac.digest(key, of.encode(), hashlib.sha256)
