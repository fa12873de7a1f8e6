"""The sample course: people who came in, talked, asked each other, and carried something to work."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.activities.service import set_up_activity
from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.core.ids import new_random_id
from lti_tool.courses.models import Activity
from lti_tool.demo.history import add_history
from lti_tool.demo.lms import Lms
from lti_tool.demo.lms.catalogue import COURSES
from lti_tool.demo.settings import CLIENT_ID, DemoSettings
from lti_tool.demo.story import Story
from lti_tool.follow_ups.models import Outcome
from lti_tool.follow_ups.service import plan_follow_up, report_outcome
from lti_tool.grades.service import set_score
from lti_tool.help_requests.models import HelpWanted
from lti_tool.help_requests.service import accept_answer, ask_for_help, post_answer, resolve_request
from lti_tool.platforms.models import Registration
from lti_tool.posts.models import Conversation
from lti_tool.posts.writing import Writing
from lti_tool.subscriptions import subscribe_all
from lti_tool.threads.service import post_reply, post_thread


def add_content(sessions: sessionmaker[Session], demo: DemoSettings) -> bool:
    """Write the sample course, all of it or nothing; False when somebody came in already."""
    subscribe_all()
    with unit_of_work(sessions) as session:
        registration = session.execute(
            select(Registration).filter_by(issuer=demo.lms_url, client_id=CLIENT_ID)
        ).scalar_one()
        if session.scalar(select(Conversation.id).limit(1)) is not None:
            return False
        story = Story(session, Lms(demo.lms_config()), registration)
        _difficult_conversations(story)
        _practice_swap(story)
        _facilitating_workshops(story)
        add_history(story)
    return True


def _difficult_conversations(story: Story) -> None:
    session, who = story.session, partial(story.visitor, course=COURSES[0], link=COURSES[0].links[0])
    with story.ago(days=3, hours=5):
        openings = post_thread(
            session,
            who("ines"),
            title="Which of the three openings would fail in your team, and why?",
            writing=Writing(
                body="Unit 2 offers three ways to open a difficult conversation: **facts first**, **shared history "
                "first**, and **a question first**.\n\nPick the one that would go wrong with the people *you* work "
                "with. Say what would happen in the first minute.",
                submission_key=new_random_id(),
            ),
        )
    with story.ago(days=3, hours=2):
        facts = post_reply(
            session,
            who("yusuf"),
            thread_id=openings.id,
            writing=Writing(
                body="Facts first. My team lead hears a list of facts as a list of charges. In the first minute he "
                "would be looking for the one fact that is wrong, and we would never get to the point.",
                submission_key=new_random_id(),
            ),
        )
    with story.ago(days=2, hours=20):
        post_reply(
            session,
            who("ana"),
            thread_id=openings.id,
            in_reply_to_id=facts.id,
            writing=Writing(
                body="Same here, until I tried *one* fact and then a pause of ten seconds:\n\n> Two of the last three "
                "handovers came after six.\n\nThe pause did the work. He filled it himself.",
                submission_key=new_random_id(),
            ),
        )
    with story.ago(days=2, hours=3):
        post_reply(
            session,
            who("priya"),
            thread_id=openings.id,
            writing=Writing(
                body="A question first fails with us. “How do you think it went?” is what everybody asks before "
                "telling you off, so nobody answers it honestly any more.",
                submission_key=new_random_id(),
            ),
        )
    with story.ago(days=1, hours=4):
        post_thread(
            session,
            who("tom"),
            title="What do you do with the silence after you have said it?",
            writing=Writing(
                body="I say the difficult sentence, and then I explain it away because I can't bear the silence. "
                "What do you do with your hands, your eyes, your coffee?",
                submission_key=new_random_id(),
            ),
        )
    _former_manager(story)
    with story.ago(hours=5):
        ask_for_help(
            session,
            who("yusuf"),
            title="The example in unit 3 contradicts our policy. Which one holds?",
            writing=Writing(
                body="Prepare a conversation about missed on-call shifts.", submission_key=new_random_id()
            ),
            tried="The checklist of unit 3, step 2: talk to the person alone first.",
            expected="Our policy to say the same.",
            got="It says that somebody from the works council has to be in the room.",
            help_wanted=HelpWanted.EXPLANATION,
        )


def _former_manager(story: Story) -> None:
    """A request that peers answered, and what became of the answer at work."""
    session, who = story.session, partial(story.visitor, course=COURSES[0], link=COURSES[0].links[0])
    with story.ago(days=2, hours=6):
        request = ask_for_help(
            session,
            who("tom"),
            title="How do I open when the other person is my former manager?",
            writing=Writing(
                body="Agree new deadlines with him without it sounding like a complaint.",
                submission_key=new_random_id(),
            ),
            tried="Starting with facts, as in unit 2.",
            expected="That we would talk about dates.",
            got="He said “you used to manage fine”, and we talked about that instead.",
            help_wanted=HelpWanted.EXAMPLE,
        )
    with story.ago(days=2, hours=4):
        answer = post_answer(
            session,
            who("ana"),
            request_id=request.id,
            writing=Writing(
                body="Name the shared history first, then the change:\n\n> We both know how I used to work. What has "
                "changed is …\n\nIt worked for me because it took the comparison off the table before he could make it.",
                submission_key=new_random_id(),
            ),
        )
    with story.ago(days=2, hours=3):
        post_answer(
            session,
            who("priya"),
            request_id=request.id,
            writing=Writing(
                body="Would this still work if *he* is the one who asked for the meeting?",
                submission_key=new_random_id(),
            ),
        )
    with story.ago(days=1, hours=22):
        accept_answer(session, who("tom"), request_id=request.id, post_id=answer.id)
        resolve_request(
            session,
            who("tom"),
            request_id=request.id,
            what_fixed_it="Saying what has changed before he could compare.",
        )
        today = clock.now().date()
        plan = plan_follow_up(
            session,
            who("tom"),
            source_post_id=answer.id,
            cue="Jan opens our weekly one-to-one",
            action="name what has changed before we talk about dates",
            due_on=today + timedelta(days=7),
            submission_key=new_random_id(),
        )
    with story.ago(hours=20):
        report_outcome(
            session,
            who("tom"),
            follow_up_id=plan.id,
            outcome=Outcome.TRIED,
            note="I said it, but only after we had talked about dates. Next time it comes first.",
            submission_key=new_random_id(),
        )


def _practice_swap(story: Story) -> None:
    """The activity with points: one contribution has some, and one waits for them in the LMS's gradebook."""
    session, who = story.session, partial(story.visitor, course=COURSES[0], link=COURSES[0].links[1])
    with story.ago(days=2, hours=9):
        ana = who("ana")
        set_up_activity(
            session,
            who("ines"),
            activity=Activity.DISCUSSION,
            prompt="What worked for you at work? Write it so that somebody else could try it tomorrow.",
            points=10,
        )
        post_thread(
            session,
            who("ana"),
            title="The first sentence, written down beforehand",
            writing=Writing(
                body="Before a handover talk I write one sentence on a card: what I saw, when, and nothing else. I read "
                "it out. It feels odd for three seconds, and then we talk about the thing instead of my tone.",
                submission_key=new_random_id(),
            ),
        )
    with story.ago(days=1, hours=7):
        post_thread(
            session,
            who("tom"),
            title="Walk, don't sit",
            writing=Writing(
                body="We walk round the building for the difficult part. Nobody has to look at anybody, and the silence "
                "has somewhere to go.",
                submission_key=new_random_id(),
            ),
        )
    with story.ago(hours=18):
        set_score(
            session,
            who("ines"),
            person_id=ana.person_id,
            points=Decimal(9),
            comment="Somebody else could try this tomorrow morning. That is what a practice is for.",
            submission_key=new_random_id(),
        )


def _facilitating_workshops(story: Story) -> None:
    course = COURSES[1]
    with story.ago(days=1, hours=8):
        post_thread(
            story.session,
            story.visitor("ines", course, course.links[0]),
            title="The best first ten minutes you have ever seen",
            writing=Writing(
                body="Not the best *icebreaker*: the best start of real work. Who did what, and what did it make "
                "possible an hour later?",
                submission_key=new_random_id(),
            ),
        )
