"""From the LMS's first page to the record store: what people did, and the statements that tell of it."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect

from lti_tool.demo.lms.catalogue import person_by_key
from tests.browser.conftest import own_context
from tests.browser.running import Demo
from tests.browser.visits import ANA, TALK, TOM, Visit
from xapi import vocabulary

pytestmark = pytest.mark.browser

DELIVERED_WITHIN = 30.0
PROFILE = "https://segue-lti.github.io/xapi"
TINCAN = "http://id.tincanapi.com"
VERBS = {
    "launched": "http://adlnet.gov/expapi/verbs/launched",
    "posted": "https://w3id.org/xapi/acrossx/verbs/posted",
    "replied": f"{TINCAN}/verb/replied",
    "asked": "http://adlnet.gov/expapi/verbs/asked",
    "accepted": "http://activitystrea.ms/accept",
    "resolved": "http://activitystrea.ms/resolve",
    "planned": "https://w3id.org/xapi/tla/verbs/planned",
    "reported": "https://w3id.org/xapi/acrossx/verbs/reported",
}
TYPES = {
    "course": "http://adlnet.gov/expapi/activities/course",
    "placement": f"{PROFILE}/activity-types/resource-link",
    "thread": f"{TINCAN}/activitytype/forum-topic",
    "reply": f"{TINCAN}/activitytype/forum-reply",
    "request": f"{TINCAN}/activitytype/doubt",
    "answer": f"{TINCAN}/activitytype/solution",
    "follow_up": f"{PROFILE}/activity-types/workplace-action",
}
FOLLOW_UPS = f"{PROFILE}/follow-ups/v0.1"
SUBREGISTRATION = "https://w3id.org/xapi/profiles/extensions/subregistration"
SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
DUE_DATE = "https://w3id.org/xapi/tla/extensions/due_date"
HELP_WANTED = f"{PROFILE}/extensions/help-wanted"
OUTCOME = f"{PROFILE}/extensions/outcome"

# All that is typed on the way; the first word of each occurs nowhere else.
TYPED = {
    "title": "Wimbrel openings: who goes first when both are upset?",
    "body": "Sandlark: I let the other one begin, and regret it *every* time.",
    "reply": "Turnstone here. Whoever asked for the meeting goes first, in one sentence.",
    "question": "Dotterel: how do I end a talk that goes round in circles?",
    "trying_to": "Knot: leave the room with one agreement.",
    "tried": "Ruff: summing up twice.",
    "expected": "Dunlin: that we would both be tired of it.",
    "got": "Sanderling: a third round.",
    "answer": "Phalarope: name the circle, then ask what would be enough for today.",
    "what_fixed_it": "Lapwing: asking what would be enough for today.",
    "cue": "Avocet says the same thing a third time",
    "action": "godwit, then ask what would be enough for today",
    "note": "Curlew: he laughed, and we were done in five minutes.",
}


@dataclass(frozen=True, kw_only=True)
class Journey:
    """What two people did, by the ids on their pages."""

    began: datetime
    ana: str
    """The id of Ana's launch."""
    tom: str
    thread: str
    reply: str
    request: str
    answer: str
    follow_up: str
    due_on: date
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))


@pytest.fixture(scope="module")
def journey(chromium: Browser, demo: Demo) -> Journey:
    """Ana posts a thread, Tom replies; he asks, she answers, he accepts, and carries her answer to work."""
    began, due_on = datetime.now(UTC), datetime.now(UTC).date() + timedelta(days=9)
    with own_context(chromium) as hers, own_context(chromium) as his:
        ana = Visit.enter(hers.new_page(), demo, ANA, TALK)
        thread = ana.post_thread(TYPED["title"], TYPED["body"])
        tom = Visit.enter(his.new_page(), demo, TOM, TALK)
        reply = _reply(tom)
        request = _ask(tom)
        answer = _answer(ana)
        _accept_and_resolve(tom)
        follow_up = _carry_forward(tom, due_on)
        return Journey(
            began=began,
            ana=ana.launch_id,
            tom=tom.launch_id,
            thread=thread,
            reply=reply,
            request=request,
            answer=answer,
            follow_up=follow_up,
            due_on=due_on,
        )


def _reply(tom: Visit) -> str:
    tom.tool.get_by_role("link", name=TYPED["title"]).click()
    tom.tool.get_by_label("Your reply").fill(TYPED["reply"])
    tom.tool.get_by_role("button", name="Post reply").click()
    expect(tom.post_with(TYPED["reply"])).to_be_visible()
    return tom.id_of_post_with(TYPED["reply"])


def _ask(tom: Visit) -> str:
    tom.space("Help")
    tom.tool.get_by_role("link", name="Ask your peers").click()
    for label, name in (
        ("Your question", "question"),
        ("I am trying to", "trying_to"),
        ("I tried", "tried"),
        ("I expected", "expected"),
        ("I got", "got"),
    ):
        tom.tool.get_by_label(label).fill(TYPED[name])
    tom.tool.get_by_role("radio", name="An explanation").check()
    tom.tool.get_by_role("button", name="Ask your peers").click()
    tom.heading(TYPED["question"])
    expect(tom.tool.get_by_text("Waiting for peers")).to_be_visible()
    return tom.part_of_address("help")


def _answer(ana: Visit) -> str:
    ana.space("Help")
    ana.tool.get_by_role("link", name=TYPED["question"]).click()
    ana.tool.get_by_label("Your answer").fill(TYPED["answer"])
    ana.tool.get_by_role("button", name="Post answer").click()
    expect(ana.post_with(TYPED["answer"])).to_be_visible()
    return ana.id_of_post_with(TYPED["answer"])


def _accept_and_resolve(tom: Visit) -> None:
    tom.space("Help")
    tom.tool.get_by_role("link", name="Answered").click()
    tom.tool.get_by_role("link", name=TYPED["question"]).click()
    tom.post_with(TYPED["answer"]).get_by_role("button", name="This helped me").click()
    tom.tool.get_by_label("What fixed it?").fill(TYPED["what_fixed_it"])
    tom.tool.get_by_role("button", name="Mark as resolved").click()
    expect(tom.tool.get_by_text("Resolved", exact=True)).to_be_visible()


def _carry_forward(tom: Visit, due_on: date) -> str:
    """From Ana's answer to a plan, and a report on it."""
    tom.post_with("This helped").get_by_role("link", name="Carry forward").click()
    expect(tom.tool.get_by_role("figure")).to_contain_text(TYPED["answer"])
    tom.tool.get_by_label("When").fill(TYPED["cue"])
    tom.tool.get_by_label("I will").fill(TYPED["action"])
    tom.tool.get_by_label("Next check-in").fill(due_on.isoformat())
    tom.tool.get_by_role("button", name="Carry forward").click()
    tom.heading("Your follow-up")
    tom.tool.get_by_role("radio", name="I did it").check()
    tom.tool.get_by_label("What happened?").fill(TYPED["note"])
    tom.tool.get_by_role("button", name="Save").click()
    expect(tom.tool.get_by_role("status").filter(has_text="You did it.")).to_be_visible()
    return tom.part_of_address("follow-ups")


Statements = list[dict[str, Any]]


def read_until(demo: Demo, complete: Callable[[Statements], bool]) -> Statements:
    """All statements, as soon as they are complete, and after 30 s however they are."""
    deadline, pause = time.monotonic() + DELIVERED_WITHIN, threading.Event()
    while True:
        found = demo.statements()
        if complete(found) or time.monotonic() > deadline:
            return found
        pause.wait(0.1)


def session_of(statement: dict[str, Any]) -> str:
    """Empty where the tool itself is who acts: of a report, say."""
    return str(statement.get("context", {}).get("extensions", {}).get(SESSION_ID, ""))


@pytest.fixture(scope="module")
def told(demo: Demo, journey: Journey) -> Statements:
    """What the record store says of the two visits, in the order of the acts."""

    def of_these(statements: Statements) -> Statements:
        return [it for it in statements if session_of(it) in {journey.ana, journey.tom}]

    delivered = of_these(read_until(demo, lambda found: len(of_these(found)) >= len(ACTS)))
    return sorted(delivered, key=lambda statement: str(statement["timestamp"]))


# Who did what, in this order.
ACTS = [
    ("ana", "launched"),
    ("ana", "posted"),
    ("tom", "launched"),
    ("tom", "replied"),
    ("tom", "asked"),
    ("ana", "replied"),
    ("tom", "accepted"),
    ("tom", "resolved"),
    ("tom", "planned"),
    ("tom", "reported"),
]


def sub_of(key: str) -> str:
    person = person_by_key(key)
    assert person
    return person.sub


def test_every_act_is_one_statement_in_order(journey: Journey, told: Statements) -> None:
    who = {sub_of("ana"): "ana", sub_of("tom"): "tom"}
    assert [(who[it["actor"]["account"]["name"]], VERB_NAMES[it["verb"]["id"]]) for it in told] == ACTS
    assert len({it["id"] for it in told}) == len(ACTS)
    assert all(UUID(it["id"]).version == 4 for it in told)
    times = [datetime.fromisoformat(it["timestamp"]) for it in told]
    # A statement's time is cut to the millisecond.
    assert journey.began - timedelta(milliseconds=1) <= times[0]
    assert times[-1] <= journey.ended


@dataclass(frozen=True)
class Expected:
    """Builds what a statement should be, whole, from the ids on the pages."""

    demo: Demo
    journey: Journey
    told: Statements

    def thing(self, row_id: str, kind: str, name: str | None = None) -> dict[str, Any]:
        definition: dict[str, Any] = {"type": TYPES[kind]}
        if name:
            definition["name"] = {"und": name}
        url = f"{self.demo.tool_url}/xapi/a/{row_id}"
        return {"objectType": "Activity", "id": url, "definition": definition}

    def placement(self, name: str | None = TALK.activity) -> dict[str, Any]:
        found = self.demo.value("select id from placement where resource_link_id = :id", id=TALK.link.id)
        return self.thing(found, "placement", name)

    def course(self) -> dict[str, Any]:
        id_ = TALK.in_course.context_id
        found = self.demo.value("select id from course where context_id = :id", id=id_)
        return self.thing(found, "course", TALK.course)

    def statement(
        self,
        place: int,
        object_: dict[str, Any],
        *,
        parents: list[dict[str, Any]] | None = None,
        refers_to: int | None = None,
        result: dict[str, Any] | None = None,
        extensions: dict[str, str] | None = None,
        follow_up: str | None = None,
    ) -> dict[str, Any]:
        key, verb = ACTS[place]
        conforms_to = [f"{PROFILE}/v0.2", *([FOLLOW_UPS] if follow_up else [])]
        activities = {
            "grouping": [self.course(), self.placement()],
            "category": [{"objectType": "Activity", "id": version} for version in conforms_to],
        }
        if parents:
            activities["parent"] = parents
        context: dict[str, Any] = {
            # The same for all that a person does in the course; which one is asked elsewhere.
            "registration": self.told[place]["context"]["registration"],
            "platform": "Riverside College (demo LMS)",
            # No page speaks Ana's Spanish: she reads her browser's English, once she has a page.
            "language": "en" if (key, verb) == ("ana", "launched") else "en-GB",
            "contextActivities": activities,
            "extensions": {SESSION_ID: getattr(self.journey, key)} | (extensions or {}),
        }
        if follow_up:
            part = {"profile": FOLLOW_UPS, "subregistration": follow_up}
            context["extensions"][SUBREGISTRATION] = [part]
        if refers_to is not None:
            context["statement"] = {"objectType": "StatementRef", "id": self.told[refers_to]["id"]}
        account = {"homePage": self.demo.lms_url, "name": sub_of(key)}
        made: dict[str, Any] = {
            "actor": {"objectType": "Agent", "account": account},
            "verb": {"id": VERBS[verb], "display": {"en": verb}},
            "object": object_,
            "context": context,
        }
        return made | ({"result": result} if result else {})


# The record store's own, the time, and the id, which are looked at by themselves.
OWN = {"id", "timestamp", "version", "stored", "authority"}


def test_statements_say_exactly_who_did_what_to_what(demo: Demo, journey: Journey, told: Statements) -> None:
    """Actors, verbs, objects, parents and references: the whole of every statement."""
    said = Expected(demo, journey, told)
    # What the course calls it stands once in a statement, where it says in which place it was.
    placement, parent = said.placement(), said.placement(name=None)
    thread, reply = said.thing(journey.thread, "thread"), said.thing(journey.reply, "reply")
    request, answer = said.thing(journey.request, "request"), said.thing(journey.answer, "answer")
    follow_up = said.thing(journey.follow_up, "follow_up")
    due = {DUE_DATE: journey.due_on.isoformat()}
    told = deepcopy(told)
    took = told[7]["result"].pop("duration")
    expected = [
        said.statement(0, placement),
        said.statement(1, thread, parents=[parent]),
        said.statement(2, placement),
        said.statement(3, reply, parents=[thread], refers_to=1),
        said.statement(4, request, parents=[parent], extensions={HELP_WANTED: "explanation"}),
        said.statement(5, answer, parents=[request], refers_to=4),
        said.statement(6, answer, parents=[request], refers_to=5),
        said.statement(7, request, parents=[parent], refers_to=4, result={"success": True}),
        said.statement(
            8, follow_up, parents=[request], refers_to=5, extensions=due, follow_up=journey.follow_up
        ),
        said.statement(
            9,
            follow_up,
            parents=[request],
            refers_to=8,
            result={"success": True, "completion": True},
            extensions={OUTCOME: "did", **due},
            follow_up=journey.follow_up,
        ),
    ]
    for got, wanted in zip(told, expected, strict=True):
        assert {key: value for key, value in got.items() if key not in OWN} == wanted
    assert_lasted(took, told[4]["timestamp"], told[7]["timestamp"])


def assert_lasted(duration: str, first: str, last: str) -> None:
    found = re.fullmatch(r"PT(?:(\d+)M)?(?:(\d+)S)?", duration)
    assert found, duration
    minutes, seconds = (int(part or 0) for part in found.groups())
    between = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    # Whole seconds, of times that were cut to milliseconds.
    assert abs(between - timedelta(minutes=minutes, seconds=seconds)) < timedelta(seconds=1.01)


def test_a_person_has_one_registration_in_the_course(told: Statements) -> None:
    registrations: dict[str, set[str]] = {}
    for statement in told:
        name = statement["actor"]["account"]["name"]
        registrations.setdefault(name, set()).add(statement["context"]["registration"])
    assert [len(found) for found in registrations.values()] == [1, 1]
    assert len(set.union(*registrations.values())) == 2


def test_nothing_that_was_typed_is_in_a_statement(demo: Demo, told: Statements) -> None:
    everything = json.dumps(demo.statements(), ensure_ascii=False)
    assert sub_of("tom") in everything
    for text in TYPED.values():
        assert re.split(r"\W", text)[0] not in everything


def test_the_record_store_has_as_many_as_there_are_rows(demo: Demo, journey: Journey) -> None:
    """Rows are counted in the database, statements over HTTP: neither count knows of the other."""
    rows = {name: demo.count(sql) for name, sql in COUNTS.items()}
    assert all(rows.values()), f"nothing to count: {rows}"
    found = read_until(demo, lambda statements: counted(statements) == rows)
    assert counted(found) == rows


# Sessions are cleared a day after they ended, and their statements stay: young ones are counted. Who comes to
# choose, to review or to ask what is kept opens no activity, and makes no statement.
YOUNG = timedelta(days=1)
COUNTS = {
    "launched placement": "select count(*) from launch where created_at > now() - interval '1 day' "
    "and kind = 'resource_link' and not is_test",
    "posted thread": "select count(*) from conversation where kind = 'thread' and is_public",
    "replied reply": "select count(*) from post join conversation on conversation.id = conversation_id "
    "where kind = 'thread' and not is_opening and post.is_public",
    "asked request": "select count(*) from conversation where kind = 'help_request' and is_public",
    "replied answer": "select count(*) from post join conversation on conversation.id = conversation_id "
    "where kind = 'help_request' and not is_opening and post.is_public",
    "accepted answer": "select count(*) from acceptance "
    "join conversation on conversation.id = conversation_id where kind = 'help_request'",
    "resolved request": "select count(*) from conversation_change where change = 'resolved'",
    "planned follow_up": "select count(*) from follow_up",
    "reported follow_up": "select count(*) from follow_up_report",
}


ELSEWHERE = {
    verb.id
    for verb in (
        vocabulary.LIKED,
        vocabulary.UNLIKED,
        vocabulary.EDITED,
        vocabulary.DELETED,
        vocabulary.FLAGGED,
        vocabulary.REMOVED,
        vocabulary.RESTORED,
        vocabulary.APPROVED,
        vocabulary.DENIED,
        vocabulary.FOLLOWED,
        vocabulary.STOPPED_FOLLOWING,
        vocabulary.MENTIONED,
        vocabulary.CLOSED,
        vocabulary.REOPENED,
        vocabulary.PINNED,
        vocabulary.UNPINNED,
        vocabulary.TAGGED,
        vocabulary.CHOSEN_AS_SYNTHESIS,
        vocabulary.NO_LONGER_SYNTHESIS,
        vocabulary.ASSIGNED,
        vocabulary.UNASSIGNED,
        vocabulary.APPOINTED,
        vocabulary.UNMASKED,
        vocabulary.MOVED_ON,
        vocabulary.PASSED_ON,
    )
}
"""What other tests do to posts and threads in the same demo, each counted beside its feature."""
VERB_NAMES = {verb: name for name, verb in VERBS.items()}
TYPE_NAMES = {kind: name for name, kind in TYPES.items()}


def counted(statements: Statements) -> dict[str, int]:
    """How many of each kind; one that we do not know of counts under its own name."""
    since = datetime.now(UTC) - YOUNG
    found: Counter[str] = Counter()
    for statement in statements:
        verb, kind = statement["verb"]["id"], statement["object"].get("definition", {}).get("type")
        name = f"{VERB_NAMES.get(verb, verb)} {TYPE_NAMES.get(kind, kind)}"
        if verb in ELSEWHERE or name == "accepted reply":
            continue
        if name != "launched placement" or datetime.fromisoformat(statement["timestamp"]) > since:
            found[name] += 1
    return dict(found)
