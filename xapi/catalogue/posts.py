"""The events of what can be done with any post or conversation."""

from typing import Final

from xapi import vocabulary
from xapi.catalogue import extensions
from xapi.catalogue.form import Carries, Event, Stands

CONTRIBUTIONS: Final = (
    vocabulary.FORUM_TOPIC,
    vocabulary.FORUM_REPLY,
    vocabulary.DOUBT,
    vocabulary.SOLUTION,
)
# An opening post stands in its activity, any other in its conversation.
_PLACES: Final = (vocabulary.RESOURCE_LINK, vocabulary.FORUM_TOPIC, vocabulary.DOUBT)
_REFERENCE: Final = "that of the post"

POSTS: Final = (
    Event(
        name="post_edited",
        sentence="The author changed the text of a post.",
        verbs=(vocabulary.EDITED,),
        objects=CONTRIBUTIONS,
        parents=_PLACES,
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        reference=_REFERENCE,
        text=True,
        extensions=(Carries(extensions.REVISION),),
    ),
    Event(
        name="post_withdrawn",
        sentence="The author took a post back. Its earlier statements stay true, and are not voided.",
        verbs=(vocabulary.DELETED,),
        objects=CONTRIBUTIONS,
        parents=_PLACES,
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        reference=_REFERENCE,
    ),
    Event(
        name="mark_given",
        sentence="A reader gave a post a mark; the reaction says which one.",
        verbs=(vocabulary.LIKED,),
        objects=CONTRIBUTIONS,
        parents=_PLACES,
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        reference=_REFERENCE,
        extensions=(Carries(extensions.REACTION),),
    ),
    Event(
        name="mark_taken_back",
        sentence="A reader took a mark back.",
        verbs=(vocabulary.UNLIKED,),
        objects=CONTRIBUTIONS,
        parents=_PLACES,
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        reference=_REFERENCE,
        extensions=(Carries(extensions.REACTION),),
    ),
    Event(
        name="follow_changed",
        sentence="Somebody chose how much to be told of a conversation or an activity, or nothing any more.",
        verbs=(vocabulary.FOLLOWED, vocabulary.STOPPED_FOLLOWING),
        objects=(vocabulary.FORUM_TOPIC, vocabulary.DOUBT, vocabulary.RESOURCE_LINK),
        parents=(vocabulary.RESOURCE_LINK,),
        parent=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        extensions=(Carries(extensions.FOLLOW_LEVEL, only_with=vocabulary.FOLLOWED),),
    ),
    Event(
        name="post_reported",
        sentence="A reader asked staff to look at a post. Nobody is named: the actor is the tool.",
        verbs=(vocabulary.FLAGGED,),
        objects=CONTRIBUTIONS,
        parents=_PLACES,
        named=Stands.NEVER,
        reference=_REFERENCE,
        extensions=(Carries(extensions.REASON),),
    ),
    Event(
        name="post_moderated",
        sentence="Staff hid a post, showed it again, approved or declined it, or looked up who wrote it.",
        verbs=(
            vocabulary.REMOVED,
            vocabulary.RESTORED,
            vocabulary.APPROVED,
            vocabulary.DENIED,
            vocabulary.UNMASKED,
        ),
        objects=CONTRIBUTIONS,
        parents=_PLACES,
        # Staff who once were learners may act on what they wrote anonymously.
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        reference=_REFERENCE,
    ),
)
