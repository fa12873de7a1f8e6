"""The events of discussions."""

from typing import Final

from xapi import vocabulary
from xapi.catalogue import extensions
from xapi.catalogue.form import Carries, Event, Stands
from xapi.vocabulary import Verb

_ATTACHMENTS: Final = Carries(extensions.ATTACHMENTS, Stands.SOMETIMES)


def _changed(name: str, sentence: str, verb: Verb, *carried: Carries) -> Event:
    """What is done to a thread as a whole."""
    return Event(
        name=name,
        sentence=sentence,
        verbs=(verb,),
        objects=(vocabulary.FORUM_TOPIC,),
        parents=(vocabulary.RESOURCE_LINK,),
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        extensions=carried,
    )


THREADS: Final = (
    Event(
        name="thread_posted",
        sentence="Somebody began a discussion.",
        verbs=(vocabulary.POSTED,),
        objects=(vocabulary.FORUM_TOPIC,),
        parents=(vocabulary.RESOURCE_LINK,),
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        text=True,
        extensions=(_ATTACHMENTS,),
    ),
    Event(
        name="reply_posted",
        sentence="Somebody replied in a discussion; a reply to a reply has that one as a second parent.",
        verbs=(vocabulary.REPLIED,),
        objects=(vocabulary.FORUM_REPLY,),
        parents=(vocabulary.FORUM_TOPIC, vocabulary.FORUM_REPLY),
        within=vocabulary.FORUM_TOPIC,
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        reference="that of the post which was replied to",
        text=True,
        extensions=(
            _ATTACHMENTS,
            Carries(extensions.SIDE, Stands.SOMETIMES),
            Carries(extensions.STAGE, Stands.SOMETIMES),
        ),
    ),
    _changed("thread_closed", "A discussion was closed: nobody replies there any more.", vocabulary.CLOSED),
    _changed("thread_reopened", "A closed discussion was opened again.", vocabulary.REOPENED),
    _changed("thread_pinned", "Staff put a discussion at the top of its list.", vocabulary.PINNED),
    _changed("thread_unpinned", "Staff put a discussion back to its place in the list.", vocabulary.UNPINNED),
    _changed("thread_tagged", "Somebody changed the tags of a discussion.", vocabulary.TAGGED),
    _changed(
        "case_moved_on",
        "A case that is talked through was moved on to its next stage.",
        vocabulary.MOVED_ON,
        Carries(extensions.STAGE),
    ),
    Event(
        name="synthesis_chosen",
        sentence="A reply was chosen as the one that sums the discussion up, or is not that one any more.",
        verbs=(vocabulary.CHOSEN_AS_SYNTHESIS, vocabulary.NO_LONGER_SYNTHESIS),
        objects=(vocabulary.FORUM_REPLY,),
        parents=(vocabulary.FORUM_TOPIC,),
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        reference="that of the reply",
    ),
)
