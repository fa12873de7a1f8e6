"""A course in its seventh week, so that there is something to count. What they say is short.

Every act goes by the service that a person's form would call, at its moment of the past.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from lti_tool.activities.service import set_up_activity
from lti_tool.core import clock
from lti_tool.core.actor import Actor
from lti_tool.core.ids import new_random_id
from lti_tool.courses.models import Activity
from lti_tool.demo.lms.catalogue import COURSES
from lti_tool.demo.story import Story
from lti_tool.follow_ups.models import Outcome
from lti_tool.follow_ups.service import plan_follow_up, report_outcome
from lti_tool.help_requests.models import HelpWanted
from lti_tool.help_requests.service import ask_for_help, post_answer, resolve_request
from lti_tool.posts.writing import Writing
from lti_tool.threads.service import post_reply, post_thread

COURSE = COURSES[2]
_WEEK = 7
_A_DAY = 24


class Said(NamedTuple):
    """A reply: hours after the opening, who, what; to which of the earlier ones; whether under a pseudonym."""

    hours: float
    who: str
    text: str
    to: int | None = None
    anonymous: bool = False


class Opening(NamedTuple):
    """A thread, or a request for help: days ago, who, what."""

    days: float
    who: str
    title: str
    text: str
    replies: Sequence[Said] = ()
    anonymous: bool = False
    fixed_by: str = ""
    """Of a request that was resolved: what did it, two hours after the last answer."""


class Plan(NamedTuple):
    """Days ago, who, when, what; of each report the days after the plan, what came of it, and a note."""

    days: float
    who: str
    cue: str
    action: str
    reports: Sequence[tuple[float, Outcome, str]] = ()


THREADS = (
    Opening(44, "ines", "What was the last feedback that you could use?", "One sentence that you still remember.", (
        Said(3, "ana", "“You stopped listening after her second sentence.” It was true, and I could see when."),
        Said(20, "tom", "That my slides were for me, not for the room."),
        Said(22, "yusuf", "Same here. Mine said it in the corridor, right after. That helped.", 1),
        Said(50, "priya", "What made it usable was the moment: ten minutes later, not at the end of the year."),
    )),
    Opening(39, "tom", "Praise first?", "The sandwich tastes of its middle. Does anybody still do it?", (
        Said(1.5, "ana", "I did, until somebody waited for the “but” with folded arms."),
        Said(2, "tom", "That is the face I mean.", 0),
        Said(30, "ines", "Praise on one day, correction on another. Both are heard then."),
    )),
    Opening(33, "yusuf", "Feedback in writing or by voice?", "My team is in three time zones.", (
        Said(8, "priya", "A voice message. The tone comes along, and they can listen twice."),
        Said(9, "ana", "In writing, if it is about a text. By voice, if it is about a person."),
        Said(11, "yusuf", "That is a rule I can remember.", 1),
    )),
    Opening(26, "ana", "My lead asks for feedback and then explains it away", "What would you say next time?", (
        Said(0.6, "yusuf", "“May I finish first?” And then be silent."),
        Said(5, "priya", "Write it down for him. It is harder to talk over a page."),
        Said(7, "tom", "I am that lead, I fear. Tell him that you stop when he starts.", 0, anonymous=True),
    ), anonymous=True),
    Opening(20, "priya", "How long after the event is too long?", "I waited eleven days. It felt like a summons.", (
        Said(100, "tom", "After a week I write: this is late, and it is still worth saying."),
    )),
    Opening(13, "ines", "Give one, ask for one", "This week: give one piece of feedback, ask for one. Report here.", (
        Said(26, "ana", "Given. Asked for one as well, and got two."),
        Said(45, "yusuf", "Asked. The answer was “all fine”. How do you get more?"),
        Said(47, "ana", "Ask about one thing: what would you cut?", 1),
        Said(70, "priya", "I ask for the second-worst thing. The worst then comes by itself.", 1),
        Said(96, "tom", "Given, badly. I will say how next week."),
    )),
    Opening(6, "tom", "How I gave it badly", "I gave it with an audience of two. He heard the two, not me.", (
        Said(2, "priya", "You noticed. Did you go back to him?"),
        Said(3, "tom", "This morning. It took one minute.", 0),
        Said(28, "ana", "That minute is the whole course."),
    )),
    Opening(1.2, "yusuf", "Feedback that you would rather not have given", "I start: about somebody's handwriting."),
)  # fmt: skip

REQUESTS = (
    Opening(41, "yusuf", "How do I say it to somebody who taught me?", "Give feedback to my former mentor.", (
        Said(2.2, "ana", "Begin with what you still use of what she taught you. Then it is a return."),
        Said(6, "tom", "Ask whether she wants it. Mine did."),
    ), fixed_by="Asking first."),
    Opening(36, "priya", "Feedback on a draft I had no time to read", "Be honest and useful in five minutes.", (
        Said(0.4, "tom", "Say what you read: the first page. Feedback on that alone."),
    ), fixed_by="Saying what I had read."),
    Opening(29, "tom", "What if the facts are disputed?", "Talk about lateness that he does not see.", (
        Said(15, "yusuf", "Two dates, no adjective."),
        Said(60, "ines", "And ask what he saw on those two days, before you say what it meant."),
    )),
    Opening(23, "ana", "She cried. What now?", "Go on without taking it back.", (
        Said(0.8, "priya", "Stop, wait, offer a time. Not the point, only the pace."),
        Said(1.1, "ines", "And come back to it, or she learns that it was not important."),
    ), anonymous=True, fixed_by="A pause, and then the second meeting that I had offered."),
    Opening(16, "yusuf", "Feedback upwards, by mail only", "My manager answers no calls.", (
        Said(52, "tom", "One paragraph, one example, one wish."),
    )),
    Opening(11, "tom", "Which of the three models is for peers?", "Unit 4 has three and I mix them up.", (
        Said(5, "tom", "Found it: the table at the end of the unit."),
    ), fixed_by="The table at the end of unit 4."),
    Opening(7, "ana", "Two people, one mistake: together or alone?", "They worked on it as a pair.", (
        Said(3.4, "yusuf", "Alone first, each. Then together about the work, not the persons."),
        Said(9, "priya", "And the same words for both."),
    )),
    Opening(2.4, "priya", "How do I thank for hard feedback?", "Without it sounding like a wound."),
)  # fmt: skip

PLANS = (
    Plan(40, "ana", "the weekly review is over", "ask one person what I should cut", (
        (7, Outcome.NOT_YET, "No review this week."),
        (14, Outcome.DID, "I asked Jan. He cut the half of it."),
    )),
    Plan(35, "tom", "I have read somebody's draft", "say first how much of it I read", ((9, Outcome.DID, "Twice."),)),
    Plan(28, "yusuf", "a date was missed", "name the two dates and nothing else", (
        (8, Outcome.TRIED, "I added an adjective."),
    )),
    Plan(22, "ana", "somebody cries", "offer a second meeting", ((15, Outcome.DID, "It took place."),)),
    Plan(19, "priya", "I am late with feedback", "say that it is late", ((7, Outcome.CHANGED, "Smaller."),)),
    Plan(15, "tom", "somebody asks for feedback", "ask what about", ((6, Outcome.NOT_YET, "Nobody asked."),)),
    Plan(12, "yusuf", "the stand-up ends", "ask for the second-worst thing"),
    Plan(9, "tom", "I have something to say to one person", "wait until we are alone", (
        (4, Outcome.TRIED, "Almost alone."),
    )),
    Plan(3, "priya", "I get hard feedback", "say what I will do with it"),
)  # fmt: skip


def add_history(story: Story) -> None:
    """Write the seven weeks."""
    course = _Course(story)
    course.open()
    for opening in THREADS:
        course.discuss(opening)
    for opening in REQUESTS:
        course.ask(opening)
    for plan in PLANS:
        course.plan(plan)


class _Course:
    def __init__(self, story: Story) -> None:
        self._story, self._session = story, story.session

    def open(self) -> None:
        with self._story.ago(days=48):
            set_up_activity(
                self._session,
                self._actor("ines"),
                activity=Activity.DISCUSSION,
                prompt="What helps people to hear it? You may write anonymously here.",
                points=None,
                anonymous=True,
            )

    def discuss(self, opening: Opening) -> None:
        with self._story.ago(days=opening.days):
            thread = post_thread(
                self._session,
                self._actor(opening.who),
                title=opening.title,
                writing=Writing(
                    body=opening.text, anonymous=opening.anonymous, submission_key=new_random_id()
                ),
            )
        posts: list[UUID] = []
        for reply in opening.replies:
            days = opening.days - reply.hours / _A_DAY
            with self._story.ago(days=days):
                posted = post_reply(
                    self._session,
                    self._actor(reply.who),
                    thread_id=thread.id,
                    in_reply_to_id=None if reply.to is None else posts[reply.to],
                    writing=Writing(
                        body=reply.text, anonymous=reply.anonymous, submission_key=new_random_id()
                    ),
                )
            posts.append(posted.id)

    def ask(self, opening: Opening) -> None:
        with self._story.ago(days=opening.days):
            request = ask_for_help(
                self._session,
                self._actor(opening.who),
                title=opening.title,
                writing=Writing(
                    body=opening.text, anonymous=opening.anonymous, submission_key=new_random_id()
                ),
                tried="What unit 3 says.",
                expected="",
                got="",
                help_wanted=HelpWanted.EXAMPLE,
            )
        days = opening.days
        for answer in opening.replies:
            days = opening.days - answer.hours / _A_DAY
            with self._story.ago(days=days):
                post_answer(
                    self._session,
                    self._actor(answer.who),
                    request_id=request.id,
                    writing=Writing(body=answer.text, submission_key=new_random_id()),
                )
        if opening.fixed_by:
            with self._story.ago(days=days, hours=-2):
                resolve_request(
                    self._session,
                    self._actor(opening.who),
                    request_id=request.id,
                    what_fixed_it=opening.fixed_by,
                )

    def plan(self, plan: Plan) -> None:
        with self._story.ago(days=plan.days):
            due_on = clock.now().date() + timedelta(days=_WEEK)
            made = plan_follow_up(
                self._session,
                self._actor(plan.who),
                cue=plan.cue,
                action=plan.action,
                due_on=due_on,
                submission_key=new_random_id(),
            )
        for later, outcome, note in plan.reports:
            changes = outcome is Outcome.CHANGED
            with self._story.ago(days=plan.days - later):
                report_outcome(
                    self._session,
                    self._actor(plan.who),
                    follow_up_id=made.id,
                    outcome=outcome,
                    note=note,
                    cue=plan.cue if changes else None,
                    action=f"{plan.action}, in a sentence" if changes else None,
                    due_on=due_on + timedelta(days=2 * _WEEK),
                    submission_key=new_random_id(),
                )

    def _actor(self, key: str) -> Actor:
        """The person, called at the moment that they act."""
        return self._story.visitor(key, COURSE, COURSE.links[0])
