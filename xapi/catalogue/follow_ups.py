"""The events of follow-ups: what a learner means to do at work, and what came of it."""

from typing import Final

from xapi import vocabulary
from xapi.catalogue import extensions
from xapi.catalogue.form import Carries, Event, Stands

_SUBREGISTERED: Final = Carries(extensions.SUBREGISTRATION, Stands.SOMETIMES)
# The discussion or request that the plan came from; a plan can come from nowhere in particular.
_SOURCES: Final = (vocabulary.FORUM_TOPIC, vocabulary.DOUBT)

FOLLOW_UPS: Final = (
    Event(
        name="follow_up_planned",
        sentence="A learner planned to do something at work, and chose a day to look at it again.",
        verbs=(vocabulary.PLANNED,),
        objects=(vocabulary.WORKPLACE_ACTION,),
        parents=_SOURCES,
        parent=Stands.SOMETIMES,
        reference="that of the post which the plan came from",
        extensions=(Carries(extensions.DUE_DATE), Carries(extensions.SUBREGISTRATION)),
        part_of_follow_up=True,
    ),
    Event(
        name="outcome_reported",
        sentence="A learner said what came of a plan.",
        verbs=(vocabulary.REPORTED,),
        objects=(vocabulary.WORKPLACE_ACTION,),
        parents=_SOURCES,
        parent=Stands.SOMETIMES,
        reference="that of the plan",
        result={"completion": (True, False)},
        result_sometimes={"success": (True, False)},
        extensions=(Carries(extensions.OUTCOME), Carries(extensions.DUE_DATE), _SUBREGISTERED),
        part_of_follow_up=True,
    ),
)
