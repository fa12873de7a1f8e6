"""Statement templates, made from the catalogue (xAPI Profiles 1.0, Structure 8.0)."""

from collections.abc import Iterator, Sequence
from typing import Any

from xapi import vocabulary
from xapi.catalogue.extensions import SESSION_ID, SUBREGISTRATION
from xapi.catalogue.form import Event, Stands
from xapi.statement import SYSTEM
from xapi.vocabulary import Verb

Json = dict[str, Any]

_CATEGORY = "$.context.contextActivities.category[*].id"
_GROUPING = "$.context.contextActivities.grouping[*].definition"
_PARENT = "$.context.contextActivities.parent[*].definition"
# Of agents and groups: known by their account alone (xAPI 1.0.3, Data 2.4.2.3), without names or members.
_OTHER_NAMES = ("name", "mbox", "mbox_sha1sum", "openid", "member")
_RESULT = ("score", "success", "completion", "response", "duration")
# Parts of a statement that none of ours has.
_NOWHERE = (
    "$.attachments",
    "$.context.instructor",
    "$.context.revision",
    "$.context.contextAgents",
    "$.context.contextGroups",
    "$.context.contextActivities.other",
)
# A definition is merged with what a record store knows of the activity, and can't be taken back.
_UNDEFINED = ("description", "moreInfo", "extensions")


def template_id(version: str, event: Event, verb: Verb) -> str:
    """Stable within a version. An event with several verbs has a template for each."""
    words = event.name.replace("_", "-")
    return f"{version}/templates/{words}" + (f"-{verb.id.rpartition('/')[2]}" if len(event.verbs) > 1 else "")


def template(version: str, event: Event, verb: Verb) -> Json:
    """What a statement of this event with this verb looks like.

    No two templates have the same determining properties, so a statement matches one at most.
    """
    label = event.label + (f" ({verb.display})" if len(event.verbs) > 1 else "")
    made: Json = {
        "id": template_id(version, event, verb),
        "type": "StatementTemplate",
        "inScheme": version,
        "prefLabel": {"en": label},
        "definition": {"en": event.sentence},
        "verb": verb.id,
    }
    if len(event.objects) == 1:
        made["objectActivityType"] = event.objects[0]
    return made | {"rules": list(_rules(version, event, verb))}


def _rules(version: str, event: Event, verb: Verb) -> Iterator[Json]:
    yield _there("$.timestamp")
    yield from _agent("$.actor")
    if event.named is Stands.NEVER:
        yield _there("$.actor.account.name", all=[SYSTEM])
    yield from _object(event)
    yield from _categories(version, event)
    for kind in (vocabulary.COURSE, vocabulary.RESOURCE_LINK):
        yield _there(f"{_GROUPING}.type", any=[kind], all=[vocabulary.COURSE, vocabulary.RESOURCE_LINK])
    yield from _undefined(_GROUPING)
    yield from _parents(event)
    yield from map(_not_there, _NOWHERE)
    yield from _circumstances(event)
    yield from _result(event)
    yield from _extensions(event, verb)


def _agent(path: str) -> Iterator[Json]:
    yield _there(f"{path}.objectType", all=["Agent"])
    yield _there(f"{path}.account.homePage")
    yield _there(f"{path}.account.name")
    for other in _OTHER_NAMES:
        yield _not_there(f"{path}.{other}")


def _object(event: Event) -> Iterator[Json]:
    if event.is_about_person:
        yield from _agent("$.object")
        yield _not_there("$.object.definition")
        return
    yield _there("$.object.objectType", all=["Activity"])
    yield _there("$.object.definition.type", all=list(event.objects))
    yield from _undefined("$.object.definition")
    if not event.object_is_named:
        yield _not_there("$.object.definition.name")


def _undefined(definition: str) -> Iterator[Json]:
    for member in _UNDEFINED:
        yield _not_there(f"{definition}.{member}")


def _categories(version: str, event: Event) -> Iterator[Json]:
    """The profile itself; and the one of follow-ups, always where its subregistration always stands."""
    known = [vocabulary.PROFILE_VERSION]
    needed = [version]
    if event.part_of_follow_up:
        known.append(vocabulary.FOLLOW_UPS_VERSION)
        if any(it.extension is SUBREGISTRATION and it.stands is Stands.ALWAYS for it in event.extensions):
            needed = known
    for category in needed:
        yield _there(_CATEGORY, any=[category], all=known)


def _parents(event: Event) -> Iterator[Json]:
    if not event.parents:
        yield _not_there("$.context.contextActivities.parent")
        return
    within = {"any": [event.within]} if event.within else {}
    yield from _stands(event.parent, f"{_PARENT}.type", all=list(event.parents), **within)
    yield _not_there(f"{_PARENT}.name")
    yield from _undefined(_PARENT)


def _circumstances(event: Event) -> Iterator[Json]:
    yield from _stands(event.named, "$.context.registration")
    if event.named is Stands.NEVER:
        yield _not_there("$.context.language")
    if event.is_about_person:
        yield _not_there("$.context.platform")
    if event.team is Stands.NEVER:
        yield _not_there("$.context.team")
    else:
        yield from _stands(event.team, "$.context.team.account.name")
        for other in _OTHER_NAMES:
            yield _not_there(f"$.context.team.{other}")
    if not event.reference:
        yield _not_there("$.context.statement")


def _result(event: Event) -> Iterator[Json]:
    known = event.result_of()
    values = {**event.result, **event.result_sometimes}
    for member in _RESULT:
        allowed = values.get(member, ())
        more = {"all": list(allowed)} if allowed else {}
        yield from _stands(known.get(member, Stands.NEVER), f"$.result.{member}", **more)
    yield _not_there("$.result.extensions")


def _extensions(event: Event, verb: Verb) -> Iterator[Json]:
    yield from _stands(event.named, _extension(SESSION_ID.id))
    for carried in event.extensions:
        more = {"all": list(carried.extension.values)} if carried.extension.values else {}
        yield from _stands(carried.beside(verb), _extension(carried.extension.id), **more)


def _extension(iri: str) -> str:
    return f"$.context.extensions['{iri}']"


def _stands(stands: Stands, location: str, **values: Sequence[Any]) -> Iterator[Json]:
    """The rule for this place, where there is something to say of it."""
    if stands is Stands.ALWAYS:
        yield _there(location, **values)
    elif stands is Stands.NEVER:
        yield _not_there(location)
    elif values:
        # What is only recommended may be missing; what is there has these values.
        yield {"location": location, "presence": "recommended", **values}


def _there(location: str, **values: Sequence[Any]) -> Json:
    return {"location": location, "presence": "included", **values}


def _not_there(location: str) -> Json:
    return {"location": location, "presence": "excluded"}
