"""The events of coming in, and of people among themselves."""

from typing import Final

from xapi import vocabulary
from xapi.catalogue import extensions
from xapi.catalogue.form import Carries, Event, Stands

PEOPLE: Final = (
    Event(
        name="launched",
        sentence="Somebody came into an activity from their course.",
        verbs=(vocabulary.LAUNCHED,),
        objects=(vocabulary.RESOURCE_LINK,),
        object_is_named=True,
    ),
    Event(
        name="mentioned",
        sentence="Somebody named a person in a post.",
        verbs=(vocabulary.MENTIONED,),
        parents=(vocabulary.FORUM_TOPIC, vocabulary.DOUBT),
        named=Stands.SOMETIMES,
        reference="that of the post",
    ),
    Event(
        name="person_placed",
        sentence="Staff put a learner into a group, or took them out of it; the group is the team.",
        verbs=(vocabulary.ASSIGNED, vocabulary.UNASSIGNED),
        team=Stands.ALWAYS,
    ),
    Event(
        name="role_given",
        sentence="Staff gave a learner a role in a discussion.",
        verbs=(vocabulary.APPOINTED,),
        team=Stands.SOMETIMES,
        extensions=(Carries(extensions.ROLE),),
    ),
    Event(
        name="role_passed_on",
        sentence="A learner said of a role in a discussion: not this time.",
        verbs=(vocabulary.PASSED_ON,),
        objects=(vocabulary.RESOURCE_LINK,),
        team=Stands.SOMETIMES,
        extensions=(Carries(extensions.ROLE),),
    ),
)
