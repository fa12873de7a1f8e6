"""The statements of threads."""

from sqlalchemy.orm import Session

from lti_tool.attachments.statements import attachment_extension
from lti_tool.core.events import subscribe
from lti_tool.posts.events import ContributionPublished
from lti_tool.posts.models import Change, Post
from lti_tool.posts.statements import record_post_act, unnamed_author
from lti_tool.statements.recorder import Act, record_act, thing
from lti_tool.threads.events import CaseMovedOn, SynthesisChosen, ThreadChanged
from xapi import vocabulary


def record_published(session: Session, event: ContributionPublished) -> None:
    if event.replied_to is None:
        _record_thread(session, event)
    else:
        _record_reply(session, event, event.replied_to)


def _record_thread(session: Session, event: ContributionPublished) -> None:
    record_act(
        session,
        event.actor,
        Act(
            name="thread_posted",
            team=event.conversation.group_id,
            subject_id=event.post.id,
            statement_id=event.post.statement_id,
            verb=vocabulary.POSTED,
            object=thing(session, event.conversation.id, vocabulary.FORUM_TOPIC),
            parents=[thing(session, event.actor.placement_id, vocabulary.RESOURCE_LINK)],
            extensions=attachment_extension(event.post),
            written=[event.post.body_html],
            at=event.post.created_at,
            unnamed=unnamed_author(session, event.actor, event.conversation, event.post),
        ),
    )


def _record_reply(session: Session, event: ContributionPublished, replied_to: Post) -> None:
    parents = [thing(session, event.conversation.id, vocabulary.FORUM_TOPIC)]
    if not replied_to.is_opening:
        parents.append(thing(session, replied_to.id, vocabulary.FORUM_REPLY))
    record_act(
        session,
        event.actor,
        Act(
            name="reply_posted",
            team=event.conversation.group_id,
            subject_id=event.post.id,
            statement_id=event.post.statement_id,
            verb=vocabulary.REPLIED,
            object=thing(session, event.post.id, vocabulary.FORUM_REPLY),
            parents=parents,
            refers_to=replied_to.statement_id,
            extensions={**attachment_extension(event.post), **_side(event.post), **_stage(event.post)},
            written=[event.post.body_html],
            at=event.post.created_at,
            unnamed=unnamed_author(session, event.actor, event.conversation, event.post),
        ),
    )


def _side(post: Post) -> dict[str, str]:
    """Which of a debate's sides it argues; what they are called, somebody wrote."""
    return {} if post.side is None else {vocabulary.SIDE: ("first", "second")[post.side]}


def _stage(post: Post) -> dict[str, str]:
    """In which of a case's stages it was written."""
    return {} if post.stage is None else {vocabulary.STAGE: str(post.stage)}


_CHANGES = {
    Change.CLOSED: vocabulary.CLOSED,
    Change.REOPENED: vocabulary.REOPENED,
    Change.PINNED: vocabulary.PINNED,
    Change.UNPINNED: vocabulary.UNPINNED,
    Change.TAGGED: vocabulary.TAGGED,
}


def on_thread_changed(session: Session, event: ThreadChanged) -> None:
    """That it was done, never the reason or the tags: those are words that people wrote."""
    record_act(
        session,
        event.actor,
        Act(
            name=f"thread_{event.change.change}",
            team=event.thread.group_id,
            subject_id=event.change.id,
            verb=_CHANGES[event.change.change],
            object=thing(session, event.thread.id, vocabulary.FORUM_TOPIC),
            parents=[thing(session, event.thread.placement_id, vocabulary.RESOURCE_LINK)],
            at=event.change.created_at,
            unnamed=unnamed_author(session, event.actor, event.thread, event.thread),
        ),
    )


def on_case_moved_on(session: Session, event: CaseMovedOn) -> None:
    record_act(
        session,
        event.actor,
        Act(
            name="case_moved_on",
            team=event.thread.group_id,
            subject_id=event.moved.id,
            verb=vocabulary.MOVED_ON,
            object=thing(session, event.thread.id, vocabulary.FORUM_TOPIC),
            parents=[thing(session, event.thread.placement_id, vocabulary.RESOURCE_LINK)],
            extensions={vocabulary.STAGE: str(event.moved.stage)},
            at=event.moved.created_at,
            # Who brought the case anonymously moves it on so.
            unnamed=unnamed_author(session, event.actor, event.thread, event.thread),
        ),
    )


def on_synthesis_chosen(session: Session, event: SynthesisChosen) -> None:
    """Who chose it did that; what it draws on is theirs, and not told."""
    record_post_act(
        session,
        event.actor,
        event.thread,
        event.post,
        name="synthesis_chosen",
        subject_id=event.id,
        verb=vocabulary.CHOSEN_AS_SYNTHESIS if event.is_one else vocabulary.NO_LONGER_SYNTHESIS,
        at=event.at,
    )


def subscribe_statements() -> None:
    subscribe(SynthesisChosen, on_synthesis_chosen)
    subscribe(CaseMovedOn, on_case_moved_on)
    subscribe(ThreadChanged, on_thread_changed)
