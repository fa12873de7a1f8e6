"""Posts that wait for approval: whose do, and who wrote them, when it is time to tell of them."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor
from lti_tool.core.prepared import asked_by, asker, time_of_asking
from lti_tool.courses.models import Course, Placement
from lti_tool.launch.models import Launch
from lti_tool.launch.sessions import actor_of
from lti_tool.people.models import Membership, Person
from lti_tool.platforms.models import Deployment, Registration
from lti_tool.posts.models import Conversation, Post, PostState, PreModeration, WaitingAct

_LASTING = select(PreModeration.id).where(
    PreModeration.course_id == asker(is_staff=False).course_id,
    PreModeration.person_id == asker(is_staff=False).person_id,
    PreModeration.until > time_of_asking(),
)


def must_wait(session: Session, actor: Actor) -> bool:
    """Whether what the actor writes now waits for approval. One query; none for staff."""
    return not actor.role.is_staff and (session.scalar(_LASTING, asked_by(actor)) is not None)


def first_state(*, is_held: bool) -> dict[str, Any]:
    """How a conversation and its posts begin."""
    return {"state": PostState.WAITING if is_held else PostState.PUBLISHED, "is_public": not is_held}


def keep_for_approval(session: Session, actor: Actor, post: Post) -> None:
    """Note what is known of the author now, for the statement that is made when the post is published."""
    session.add(
        WaitingAct(
            post_id=post.id,
            launch_id=actor.launch_id,
            platform_name=actor.platform_name,
            locale=actor.language,
            is_test=actor.is_test,
        )
    )


def author_of_waiting(session: Session, post_id: UUID) -> Actor:
    """The author as they were when they wrote. One query."""
    act, post, person, course, placement, deployment, registration, xapi_registration = session.execute(
        select(
            WaitingAct,
            Post,
            Person,
            Course,
            Placement,
            Deployment.deployment_id,
            Registration,
            # An author who was erased has no part in the course any more.
            func.coalesce(Membership.xapi_registration, func.gen_random_uuid()),
        )
        .join(Post, Post.id == WaitingAct.post_id)
        .join(Person, Person.id == Post.author_id)
        .join(Conversation, Conversation.id == Post.conversation_id)
        .join(Placement, Placement.id == Conversation.placement_id)
        .join(Course, Course.id == Post.course_id)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
        .outerjoin(Membership, (Membership.course_id == Course.id) & (Membership.person_id == Person.id))
        .where(WaitingAct.post_id == post_id)
    ).one()
    launch = Launch(
        id=act.launch_id,
        platform_name=act.platform_name,
        role=post.author_role,
        locale=act.locale,
        embedders=[],
        is_test=act.is_test,
    )
    return actor_of(
        launch,
        person=person,
        course=course,
        placement=placement,
        deployment=deployment,
        registration=registration,
        xapi_registration=xapi_registration,
    )
