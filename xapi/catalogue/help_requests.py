"""The events of asking peers for help."""

from typing import Final

from xapi import vocabulary
from xapi.catalogue import extensions
from xapi.catalogue.form import Carries, Event, Stands

_ATTACHMENTS: Final = Carries(extensions.ATTACHMENTS, Stands.SOMETIMES)

HELP_REQUESTS: Final = (
    Event(
        name="help_asked",
        sentence="Somebody asked the others of the course for help.",
        verbs=(vocabulary.ASKED,),
        objects=(vocabulary.DOUBT,),
        parents=(vocabulary.RESOURCE_LINK,),
        named=Stands.SOMETIMES,
        text=True,
        extensions=(Carries(extensions.HELP_WANTED), _ATTACHMENTS),
    ),
    Event(
        name="answer_posted",
        sentence="Somebody answered a request for help.",
        verbs=(vocabulary.REPLIED,),
        objects=(vocabulary.SOLUTION,),
        parents=(vocabulary.DOUBT,),
        named=Stands.SOMETIMES,
        reference="that of the request",
        text=True,
        extensions=(_ATTACHMENTS,),
    ),
    Event(
        name="request_resolved",
        sentence="Who asked for help, or staff, said what solved it; the duration is since it was asked.",
        verbs=(vocabulary.RESOLVED,),
        objects=(vocabulary.DOUBT,),
        parents=(vocabulary.RESOURCE_LINK,),
        named=Stands.SOMETIMES,
        reference="that of the request",
        result={"success": (True,), "duration": ()},
    ),
    Event(
        name="request_reopened",
        sentence="Who asked for help, or staff, said that it is not solved after all.",
        verbs=(vocabulary.REOPENED,),
        objects=(vocabulary.DOUBT,),
        parents=(vocabulary.RESOURCE_LINK,),
        named=Stands.SOMETIMES,
        reference="that of the request",
    ),
    Event(
        name="answer_accepted",
        sentence="Who asked, or staff, took an answer as the one that helped, in place of any before.",
        verbs=(vocabulary.ACCEPTED,),
        objects=(vocabulary.SOLUTION, vocabulary.FORUM_REPLY),
        parents=(vocabulary.DOUBT, vocabulary.FORUM_TOPIC),
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        reference="that of the answer",
    ),
    Event(
        name="acceptance_taken_back",
        sentence="Who asked, or staff, took back that an answer is the accepted one.",
        verbs=(vocabulary.NO_LONGER_ACCEPTED,),
        objects=(vocabulary.SOLUTION, vocabulary.FORUM_REPLY),
        parents=(vocabulary.DOUBT, vocabulary.FORUM_TOPIC),
        named=Stands.SOMETIMES,
        team=Stands.SOMETIMES,
        reference="that of the answer",
    ),
)
