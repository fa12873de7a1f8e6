"""Who listens to which event, and which kinds of contribution there are: all in one place."""

import lti_tool.jobs  # noqa: F401  # binds every task, so that a subscriber can defer it
from lti_tool.acceptance import statements as acceptance
from lti_tool.attachments.attaching import attach_files
from lti_tool.core.events import subscribe
from lti_tool.follow_ups import statements as follow_ups
from lti_tool.following import statements as following
from lti_tool.following.defaults import follow_own
from lti_tool.grades.contributions import note_published_for_grades
from lti_tool.grades.service import look_at_column_for_staff
from lti_tool.groups import statements as groups
from lti_tool.help_requests import statements as help_requests
from lti_tool.help_requests.kind import HELP_REQUEST
from lti_tool.launch import statements as launch
from lti_tool.launch.events import Launched
from lti_tool.marks import statements as marks
from lti_tool.mentions import statements as mentions
from lti_tool.moderation import statements as moderation
from lti_tool.notices.subscribing import subscribe_to_launches
from lti_tool.people import tasks as people
from lti_tool.posts import mentioning
from lti_tool.posts import statements as posts
from lti_tool.posts.events import (
    ContributionEdited,
    ContributionPublished,
    ContributionRenewed,
    ContributionWithdrawn,
    PostsRewritten,
    PostWritten,
)
from lti_tool.posts.kinds import register_kind
from lti_tool.revisions import statements as revisions
from lti_tool.rotation import statements as rotation
from lti_tool.search import service as search
from lti_tool.threads import statements as threads
from lti_tool.threads.kind import THREAD

_KINDS = (THREAD, HELP_REQUEST)


def subscribe_all() -> None:
    """Safe to call again: a subscriber counts once."""
    for kind in _KINDS:
        register_kind(kind)
    # The statement of a post comes first: others refer to it.
    subscribe(ContributionPublished, posts.record_published)
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
    subscribe(PostWritten, attach_files)
    subscribe(PostWritten, follow_own)
    subscribe(ContributionPublished, note_published_for_grades)
    subscribe(ContributionPublished, mentioning.note_published)
    subscribe(ContributionEdited, mentioning.note_edited)
    subscribe(ContributionPublished, search.index_published)
    subscribe(ContributionEdited, search.index_published)
    subscribe(ContributionRenewed, search.index_renewed)
    subscribe(ContributionWithdrawn, search.forget_withdrawn)
    subscribe(PostsRewritten, search.index_rewritten)
    # Staff see the points as the platform's gradebook has them.
    subscribe(Launched, look_at_column_for_staff)
