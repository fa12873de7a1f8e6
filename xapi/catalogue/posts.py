"""The events of what can be done with any post or conversation."""

from typing import Final

from xapi import vocabulary
from xapi.catalogue import extensions
from xapi.catalogue.form import Carries, Event, Stands
from xapi.vocabulary import Verb

CONTRIBUTIONS: Final = (
    vocabulary.FORUM_TOPIC,
    vocabulary.FORUM_REPLY,
    vocabulary.DOUBT,
    vocabulary.SOLUTION,
)


def _of_post(
    name: str,
    sentence: str,
    *verbs: Verb,
    named: Stands = Stands.SOMETIMES,
    carried: Carries | None = None,
) -> Event:
    """What somebody did with a post that is there already, in a group where its conversation is in one.

    Whoever does it may have written the post anonymously, staff too who once were learners.
    """
    return Event(
        name=name,
        sentence=sentence,
        verbs=verbs,
        objects=CONTRIBUTIONS,
        # An opening post stands in its activity, any other in its conversation.
        parents=(vocabulary.RESOURCE_LINK, vocabulary.FORUM_TOPIC, vocabulary.DOUBT),
        named=named,
        team=Stands.NEVER if named is Stands.NEVER else Stands.SOMETIMES,
        reference="that of the post",
        extensions=(carried,) if carried else (),
    )


POSTS: Final = (
    _of_post(
        "post_edited",
        "The author changed the text of a post.",
        vocabulary.EDITED,
        carried=Carries(extensions.REVISION),
    ),
    _of_post(
        "post_withdrawn",
        "The author took a post back. Its earlier statements stay true, and are not voided.",
        vocabulary.DELETED,
    ),
    _of_post(
        "mark_given",
        "A reader gave a post a mark; the reaction says which one.",
        vocabulary.LIKED,
        carried=Carries(extensions.REACTION),
    ),
    _of_post(
        "mark_taken_back",
        "A reader took a mark back.",
        vocabulary.UNLIKED,
        carried=Carries(extensions.REACTION),
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
    _of_post(
        "post_reported",
        "A reader asked staff to look at a post. Nobody is named: the actor is the tool.",
        vocabulary.FLAGGED,
        named=Stands.NEVER,
        carried=Carries(extensions.REASON),
    ),
    _of_post(
        "post_moderated",
        "Staff hid a post, showed it again, approved or declined it, or looked up who wrote it.",
        vocabulary.REMOVED,
        vocabulary.RESTORED,
        vocabulary.APPROVED,
        vocabulary.DENIED,
        vocabulary.UNMASKED,
    ),
)
