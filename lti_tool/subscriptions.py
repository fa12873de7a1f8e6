"""Who listens to which event: every feature's subscribers, in one place."""

from sqlalchemy import select
from sqlalchemy.orm import Session

import lti_tool.jobs  # noqa: F401  # binds every task, so that a subscriber can defer it
from lti_tool.acceptance import statements as acceptance
from lti_tool.attachments.attaching import attach_files
from lti_tool.core.actor import Actor
from lti_tool.core.events import subscribe
from lti_tool.follow_ups import statements as follow_ups
from lti_tool.following import statements as following
from lti_tool.following.defaults import follow_own
from lti_tool.grades.service import look_at_column_for_staff, note_contribution
from lti_tool.groups import statements as groups
from lti_tool.help_requests import service as help_service
from lti_tool.help_requests import statements as help_requests
from lti_tool.help_requests.events import AnswerPosted, HelpAsked, RequestReopened, RequestResolved
from lti_tool.launch import statements as launch
from lti_tool.launch.events import Launched
from lti_tool.marks import statements as marks
from lti_tool.mentions import statements as mentions
from lti_tool.mentions.service import note_mentions
from lti_tool.moderation import statements as moderation
from lti_tool.notices.subscribing import subscribe_to_launches
from lti_tool.people import tasks as people
from lti_tool.posts.events import PostApproved, PostsRewritten, PostWritten
from lti_tool.posts.models import Change, Conversation, Post, PostState
from lti_tool.posts.service import opening_post
from lti_tool.posts.statements import conversation_thing, unnamed_author
from lti_tool.revisions import statements as revisions
from lti_tool.revisions.events import PostEdited, PostWithdrawn
from lti_tool.rotation import statements as rotation
from lti_tool.search.service import forget_post, index_posts
from lti_tool.threads import service as thread_service
from lti_tool.threads import statements as threads
from lti_tool.threads.events import ReplyPosted, ThreadChanged, ThreadPosted


def subscribe_all() -> None:
    """Safe to call again: a subscriber counts once."""
    for feature in (
        launch,
        threads,
        help_requests,
        acceptance,
        follow_ups,
        groups,
        mentions,
        marks,
        revisions,
        following,
        rotation,
        moderation,
    ):
        feature.subscribe_statements()
    subscribe_to_launches()
    people.subscribe_roster()
    # Posts know neither files nor follow levels.
    subscribe(PostWritten, attach_files)
    subscribe(PostWritten, follow_own)
    # Posts know none of the features, which tell of a post when it is there for others.
    subscribe(PostApproved, thread_service.tell_of_approved)
    subscribe(PostApproved, help_service.tell_of_approved)
    # Grades stand below the features, and know none of them.
    subscribe(ThreadPosted, _note_in_thread)
    subscribe(ReplyPosted, _note_in_thread)
    subscribe(HelpAsked, _note_in_request)
    subscribe(AnswerPosted, _note_in_request)
    # Staff see the points as the platform's gradebook has them.
    subscribe(Launched, look_at_column_for_staff)
    # Neither do mentions; after the statements of the posts, to which theirs refer.
    subscribe(ThreadPosted, _mention_in_thread)
    subscribe(ReplyPosted, _mention_in_thread)
    subscribe(HelpAsked, _mention_in_request)
    subscribe(AnswerPosted, _mention_in_answer)
    subscribe(PostEdited, _mention_in_edited)
    # The search finds what is there for others, as it is now.
    subscribe(ThreadPosted, _index_post)
    subscribe(ReplyPosted, _index_post)
    subscribe(HelpAsked, _index_post)
    subscribe(AnswerPosted, _index_post)
    subscribe(PostEdited, _index_post)
    subscribe(ThreadChanged, _index_tags)
    subscribe(RequestResolved, _index_request)
    subscribe(RequestReopened, _index_request)
    subscribe(PostWithdrawn, _forget_post)
    subscribe(PostsRewritten, _index_rewritten)


def _note_in_thread(session: Session, event: ThreadPosted | ReplyPosted) -> None:
    _note(session, event.actor, event.thread, event.post)


def _note_in_request(session: Session, event: HelpAsked | AnswerPosted) -> None:
    _note(session, event.actor, event.request.conversation, event.post)


def _note(session: Session, author: Actor, conversation: Conversation, post: Post) -> None:
    """Of an anonymous post the gradebook hears nothing: it would name its author."""
    if post.pseudonym is None:
        note_contribution(session, author, conversation.placement_id)


def _mention_in_thread(session: Session, event: ThreadPosted | ReplyPosted) -> None:
    _mention(session, event.actor, event.thread, event.post)


def _mention_in_answer(session: Session, event: AnswerPosted) -> None:
    _mention(session, event.actor, event.request.conversation, event.post)


def _mention_in_edited(session: Session, event: PostEdited) -> None:
    _mention(session, event.actor, event.conversation, event.post)


def _mention_in_request(session: Session, event: HelpAsked) -> None:
    asked = event.request
    also = (asked.tried_html, asked.expected_html, asked.got_html)
    _mention(session, event.actor, asked.conversation, event.post, *also)


def _mention(
    session: Session, author: Actor, conversation: Conversation, post: Post, *also_html: str
) -> None:
    note_mentions(
        session,
        author,
        post_id=post.id,
        statement_id=post.statement_id,
        conversation=conversation_thing(session, conversation),
        html=[post.body_html, *also_html],
        unnamed=unnamed_author(session, author, conversation, post),
    )


def _index_post(
    session: Session, event: ThreadPosted | ReplyPosted | HelpAsked | AnswerPosted | PostEdited
) -> None:
    index_posts(session, [event.post.id])


def _index_tags(session: Session, event: ThreadChanged) -> None:
    if event.change.change is Change.TAGGED:
        index_posts(session, [opening_post(session, event.thread).id])


def _index_request(session: Session, event: RequestResolved | RequestReopened) -> None:
    index_posts(session, [event.asked.id])


def _forget_post(session: Session, event: PostWithdrawn) -> None:
    forget_post(session, event.post.id)


def _index_rewritten(session: Session, event: PostsRewritten) -> None:
    published = select(Post.id).where(Post.id.in_(event.post_ids), Post.state == PostState.PUBLISHED)
    index_posts(session, list(session.scalars(published)))
