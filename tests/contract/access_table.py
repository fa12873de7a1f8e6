"""Who may do what: one row for each route and method. A route without a row fails the tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from lti_tool.launch.models import LaunchKind
from tests.follow_ups.planning import ACTION, CUE, in_days
from tests.grades.test_scores import GIVEN
from tests.help_requests.asking import FIX, QUESTION
from tests.threads.test_threads import THREAD


class Needs(Enum):
    """What a route asks of whoever calls it."""

    NOTHING = auto()
    """Public: shows nobody's data."""
    CREDENTIAL = auto()
    """A credential of the record store."""
    SESSION = auto()
    """Anybody of the course, for the objects of that course."""
    ADMINISTRATOR = auto()
    """An administrator's own session; test_administrators.py."""
    OWNER = auto()
    """The one whose object it is; not staff either."""
    STAFF = auto()
    """Staff of the course, for the objects of that course."""
    MESSAGE = auto()
    """The launch of one kind of message (`kind`); no other session will do."""


@dataclass(frozen=True)
class Row:
    """`ids` names the kind of object behind each argument, `hints` behind each field or query parameter.

    A foreign id in a hint that only says where on the page to begin is passed over; in one that the route
    acts on (`hints_count`) it is refused like one in the address. `from` and `after` name no object: they are
    positions, and any id is one.
    """

    needs: Needs
    ids: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    hints_count: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)
    answers: int | None = None
    """What is answered where all is well; None for the usual, 200 for GET and 303 for POST."""
    kind: LaunchKind | None = None


PUBLIC, CREDENTIAL = Row(Needs.NOTHING), Row(Needs.CREDENTIAL)
ADMINISTRATOR = Row(Needs.ADMINISTRATOR)
PLAN = {"cue": CUE, "action": ACTION, "due_on": in_days(7)}
CHOICE = {"activity": "discussion", "title": "Openings", "prompt": "Which one fails?", "points": ""}
CHOOSING = Row(Needs.MESSAGE, kind=LaunchKind.DEEP_LINKING, data=CHOICE)
REPORT = {"kind": "personal", "note": "It names a client."}
HIDING = {"act": "hide", "reason": "It names a client.", "revision": "1"}
BODY = {"body": "Name the shared history first."}

TABLE: dict[tuple[str, str], Row] = {
    ("GET", "health.live"): PUBLIC,
    ("GET", "health.ready"): PUBLIC,
    # For who has the token of the settings, and here is none; tests/metrics/.
    ("GET", "metrics.show_metrics"): Row(Needs.NOTHING, answers=404),
    ("GET", "launch.login"): PUBLIC,
    ("POST", "launch.login"): PUBLIC,
    ("POST", "launch.launch"): PUBLIC,
    ("POST", "launch.finish"): PUBLIC,
    ("GET", "launch.jwks"): PUBLIC,
    ("GET", "launch.canvas_config"): PUBLIC,
    ("POST", "notices.post_notices"): PUBLIC,
    ("GET", "platforms.confirm_registration"): PUBLIC,
    ("POST", "platforms.register"): PUBLIC,
    ("GET", "platforms.logo"): PUBLIC,
    ("GET", "admin.show_sign_in"): PUBLIC,
    ("POST", "admin.sign_in_with_code"): PUBLIC,
    ("GET", "admin.show_platforms"): ADMINISTRATOR,
    ("GET", "admin.show_statements"): ADMINISTRATOR,
    ("POST", "admin.resend_statement"): Row(Needs.ADMINISTRATOR, ids={"statement_id": "parked"}),
    ("POST", "admin.resend_statements"): Row(Needs.ADMINISTRATOR, ids={"registration_id": "registration"}),
    ("POST", "admin.end_session"): ADMINISTRATOR,
    ("POST", "admin.enable_registration"): Row(Needs.ADMINISTRATOR, ids={"registration_id": "registration"}),
    ("POST", "admin.disable_registration"): Row(Needs.ADMINISTRATOR, ids={"registration_id": "registration"}),
    ("POST", "admin.apply_update"): Row(Needs.ADMINISTRATOR, ids={"update_id": "update"}),
    ("POST", "admin.decline_update"): Row(Needs.ADMINISTRATOR, ids={"update_id": "other_update"}),
    ("POST", "admin.approve_deployment"): Row(Needs.ADMINISTRATOR, ids={"deployment_id": "deployment"}),
    ("POST", "admin.revoke_invitation"): Row(Needs.ADMINISTRATOR, ids={"invitation_id": "invitation"}),
    ("GET", "record_store.show_about"): PUBLIC,
    ("GET", "record_store.show_statements"): CREDENTIAL,
    ("POST", "record_store.post_statements"): CREDENTIAL,
    ("PUT", "record_store.put_statement"): CREDENTIAL,
    ("GET", "catalogue.show_profile"): PUBLIC,
    ("GET", "catalogue.show_follow_ups_profile"): PUBLIC,
    ("GET", "catalogue.show_docs"): PUBLIC,
    ("GET", "catalogue.show_examples"): PUBLIC,
    # Of others' ids it says what it says of a made-up one; test_addresses.py.
    ("GET", "catalogue.show_thing"): Row(Needs.NOTHING, ids={"thing_id": "thread"}),
    **{
        (method, "record_store.refuse_other"): CREDENTIAL
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT")
    },
    ("POST", "activities.settle_copy"): Row(Needs.STAFF, data={"choice": "keep"}),
    ("GET", "threads.list_threads"): Row(Needs.SESSION),
    ("GET", "threads.post_thread"): Row(Needs.SESSION),
    ("POST", "threads.post_thread"): Row(Needs.SESSION, data=THREAD),
    ("GET", "threads.show_thread"): Row(
        Needs.SESSION,
        ids={"thread_id": "thread"},
        hints={"reply_to": "thread post", "at": "thread post"},
    ),
    ("GET", "threads.count_new_threads"): Row(Needs.SESSION, answers=204),
    ("GET", "threads.count_new_replies"): Row(Needs.SESSION, ids={"thread_id": "thread"}),
    ("GET", "threads.show_new_replies"): Row(Needs.SESSION, ids={"thread_id": "thread"}),
    ("GET", "threads.show_composer"): Row(
        Needs.SESSION, ids={"thread_id": "thread"}, hints={"reply_to": "reply"}
    ),
    ("GET", "threads.see_posts"): Row(Needs.SESSION, ids={"thread_id": "thread"}),
    ("POST", "threads.read_posts"): Row(
        Needs.SESSION, ids={"thread_id": "thread"}, data={"numbers": "0"}, answers=204
    ),
    ("POST", "threads.unread_post"): Row(Needs.SESSION, ids={"thread_id": "thread"}, data={"number": "0"}),
    ("POST", "threads.pin_thread"): Row(Needs.STAFF, ids={"thread_id": "thread"}),
    ("POST", "threads.unpin_thread"): Row(Needs.STAFF, ids={"thread_id": "thread"}),
    # These three for staff and for who began the thread, not for others: tests/threads/test_changes.py.
    ("POST", "threads.tag_thread"): Row(
        Needs.SESSION, ids={"thread_id": "thread"}, data={"tags": "openings"}
    ),
    ("POST", "threads.close_thread"): Row(
        Needs.SESSION, ids={"thread_id": "thread"}, data={"reason": "It is settled."}
    ),
    ("POST", "threads.reopen_thread"): Row(Needs.SESSION, ids={"thread_id": "thread"}),
    ("POST", "threads.accept_answer"): Row(Needs.SESSION, ids={"thread_id": "thread", "post_id": "reply"}),
    ("POST", "threads.take_answer_back"): Row(Needs.SESSION, ids={"thread_id": "thread", "post_id": "reply"}),
    # For staff and for who brought the case: tests/shapes/test_clinics.py.
    ("POST", "threads.move_case_on"): Row(Needs.SESSION, ids={"thread_id": "case"}, data={"stage": "ideas"}),
    ("GET", "rotation.arrange_roles"): Row(Needs.STAFF),
    ("POST", "rotation.arrange_roles"): Row(Needs.STAFF, data={"count": "3"}),
    ("POST", "rotation.give_role"): Row(
        Needs.STAFF, hints={"person": "learner"}, hints_count=True, data={"role": "starter"}
    ),
    ("POST", "rotation.pass_role_on"): Row(Needs.OWNER, ids={"holder_id": "role"}),
    ("POST", "rotation.end_roles"): Row(Needs.STAFF),
    ("GET", "threads.choose_synthesis"): Row(Needs.STAFF, ids={"thread_id": "thread"}),
    ("POST", "threads.choose_synthesis"): Row(
        Needs.STAFF, ids={"thread_id": "thread"}, data={**BODY, "draws_on": "All of it."}
    ),
    ("POST", "threads.take_synthesis_back"): Row(Needs.STAFF, ids={"thread_id": "thread"}),
    ("POST", "threads.post_reply"): Row(
        Needs.SESSION,
        ids={"thread_id": "thread"},
        hints={"in_reply_to": "thread post"},
        hints_count=True,
        data=BODY,
    ),
    ("POST", "posts.preview_text"): Row(Needs.SESSION, data=BODY, answers=200),
    ("POST", "posts.check_prompt"): Row(Needs.SESSION, data=BODY, answers=200),
    ("GET", "help_requests.list_help_requests"): Row(Needs.SESSION),
    ("GET", "help_requests.ask_for_help"): Row(Needs.SESSION),
    ("POST", "help_requests.ask_for_help"): Row(Needs.SESSION, data=QUESTION),
    ("GET", "help_requests.show_help_request"): Row(
        Needs.SESSION, ids={"request_id": "request"}, hints={"at": "answer"}
    ),
    ("POST", "help_requests.post_answer"): Row(Needs.SESSION, ids={"request_id": "request"}, data=BODY),
    # These four for who asked and for staff, not for others: tests/help_requests/test_help_rights.py.
    ("POST", "help_requests.accept_answer"): Row(
        Needs.SESSION, ids={"request_id": "request", "post_id": "answer"}
    ),
    ("POST", "help_requests.take_answer_back"): Row(
        Needs.SESSION, ids={"request_id": "request", "post_id": "answer"}
    ),
    ("POST", "help_requests.resolve_request"): Row(Needs.SESSION, ids={"request_id": "request"}, data=FIX),
    ("POST", "help_requests.reopen_request"): Row(Needs.SESSION, ids={"request_id": "request"}),
    ("POST", "attachments.upload_files"): Row(Needs.SESSION),
    ("GET", "attachments.list_files"): Row(Needs.SESSION),
    ("GET", "attachments.show_attachment"): Row(Needs.SESSION, ids={"attachment_id": "attachment"}),
    ("GET", "attachments.show_original"): Row(Needs.OWNER, ids={"attachment_id": "original"}),
    ("POST", "attachments.remove_attachment"): Row(Needs.OWNER, ids={"attachment_id": "waiting file"}),
    ("GET", "people.list_people"): Row(Needs.STAFF),
    ("POST", "people.update_roster"): Row(Needs.STAFF),
    ("POST", "people.decide_removal"): Row(Needs.STAFF, data={"decision": "remove", "count": "5"}),
    ("GET", "own_names.name_oneself"): Row(Needs.SESSION, answers=404),
    ("POST", "own_names.name_oneself"): Row(Needs.SESSION, data={"name": "Ana"}, answers=404),
    ("GET", "own_names.name_person"): Row(Needs.STAFF, ids={"person_id": "nameless"}),
    ("POST", "own_names.name_person"): Row(
        Needs.STAFF, ids={"person_id": "nameless"}, data={"name": "Bo", "reason": "They asked."}
    ),
    ("GET", "groups.show_groups"): Row(Needs.STAFF),
    ("POST", "groups.choose_groups"): Row(Needs.STAFF, hints={"group_set": "group set"}, hints_count=True),
    ("POST", "groups.make_group_set"): Row(Needs.STAFF, data={"name": "Project teams"}),
    ("POST", "groups.set_gallery"): Row(Needs.STAFF, data={"opens": "2026-11-30T09:00"}),
    ("GET", "groups.show_group_set"): Row(Needs.STAFF, ids={"set_id": "group set"}),
    ("POST", "groups.make_group"): Row(Needs.STAFF, ids={"set_id": "group set"}, data={"name": "Kestrels"}),
    ("POST", "groups.place_people"): Row(Needs.STAFF, ids={"set_id": "group set"}),
    ("POST", "groups.paste_people"): Row(
        Needs.STAFF, ids={"set_id": "group set"}, data={"people": "Ana Ruiz, Herons"}, answers=200
    ),
    ("POST", "groups.spread_people"): Row(
        Needs.STAFF, ids={"set_id": "group set"}, data={"count": "2", "who": "rest"}
    ),
    ("POST", "groups.rename_group"): Row(
        Needs.STAFF, ids={"set_id": "group set", "group_id": "group"}, data={"name": "Ospreys"}
    ),
    ("POST", "groups.remove_group"): Row(Needs.STAFF, ids={"set_id": "group set", "group_id": "group"}),
    ("GET", "drafts.list_drafts"): Row(Needs.SESSION),
    ("POST", "drafts.save_draft"): Row(
        Needs.SESSION, hints={"draft_place": "thread draft"}, hints_count=True, data=BODY
    ),
    ("POST", "drafts.discard_draft"): Row(
        Needs.SESSION, hints={"draft_place": "thread draft"}, hints_count=True
    ),
    ("GET", "search.show_hits"): Row(Needs.SESSION),
    ("POST", "search.find_similar"): Row(Needs.SESSION, data={"title": "Which opening?"}, answers=200),
    ("POST", "mentions.suggest"): Row(Needs.SESSION, data={"typed": "tom"}, answers=200),
    ("GET", "follow_ups.list_follow_ups"): Row(Needs.SESSION),
    ("GET", "follow_ups.plan_follow_up"): Row(
        Needs.SESSION, hints={"source": "thread post"}, hints_count=True
    ),
    ("POST", "follow_ups.plan_follow_up"): Row(
        Needs.SESSION, hints={"source": "thread post"}, hints_count=True, data=PLAN
    ),
    ("GET", "follow_ups.show_follow_up"): Row(Needs.OWNER, ids={"follow_up_id": "follow-up"}),
    ("GET", "follow_ups.show_calendar_entry"): Row(Needs.OWNER, ids={"follow_up_id": "follow-up"}),
    ("POST", "follow_ups.report_outcome"): Row(
        Needs.OWNER,
        ids={"follow_up_id": "follow-up"},
        data={"outcome": "did", "note": "", "cue": CUE, "action": ACTION, "due_on": ""},
    ),
    # Before the set-up of the activity, which takes its points away.
    ("GET", "grades.list_scores"): Row(Needs.STAFF),
    ("POST", "grades.retry_scores"): Row(Needs.STAFF),
    ("GET", "grades.show_score"): Row(Needs.STAFF, ids={"person_id": "person"}),
    ("POST", "grades.set_score"): Row(Needs.STAFF, ids={"person_id": "person"}, data=GIVEN),
    ("GET", "activities.set_up_activity"): Row(Needs.STAFF),
    ("POST", "activities.set_up_activity"): Row(Needs.STAFF, data=CHOICE),
    ("GET", "facilitation.show_person"): Row(Needs.STAFF, ids={"person_id": "person"}),
    ("GET", "facilitation.review_submission"): Row(Needs.MESSAGE, kind=LaunchKind.SUBMISSION_REVIEW),
    ("GET", "marks.show_marks"): Row(Needs.SESSION, ids={"post_id": "answer"}),
    ("POST", "marks.give_mark"): Row(Needs.SESSION, ids={"post_id": "answer"}, data={"mark": "useful"}),
    ("POST", "marks.take_back_mark"): Row(Needs.SESSION, ids={"post_id": "answer"}, data={"mark": "useful"}),
    ("POST", "following.follow_conversation"): Row(
        Needs.SESSION, ids={"conversation_id": "thread"}, data={"level": "digest"}
    ),
    ("POST", "following.follow_activity"): Row(Needs.SESSION, data={"level": "mute"}),
    ("GET", "revisions.show_history"): Row(Needs.SESSION, ids={"post_id": "thread post"}),
    ("GET", "revisions.edit_post"): Row(Needs.OWNER, ids={"post_id": "thread post"}),
    ("POST", "revisions.edit_post"): Row(
        Needs.OWNER, ids={"post_id": "thread post"}, data={**THREAD, "revision": "1"}
    ),
    ("GET", "moderation.list_queue"): Row(Needs.STAFF),
    ("GET", "moderation.report_post"): Row(Needs.SESSION, ids={"post_id": "answer"}),
    ("POST", "moderation.report_post"): Row(Needs.SESSION, ids={"post_id": "answer"}, data=REPORT),
    ("GET", "moderation.show_reported"): Row(Needs.SESSION, ids={"post_id": "answer"}),
    ("GET", "moderation.show_post"): Row(Needs.STAFF, ids={"post_id": "thread post"}),
    # Nor for other staff than the one who gave the reason: tests/anonymity/test_unmasking.py.
    ("GET", "moderation.unmask_author"): Row(Needs.STAFF, ids={"post_id": "anonymous post"}),
    ("POST", "moderation.unmask_author"): Row(
        Needs.STAFF, ids={"post_id": "anonymous post"}, data={"reason": "Somebody may be in danger."}
    ),
    ("GET", "moderation.show_unmasked"): Row(Needs.STAFF, ids={"log_id": "unmasking"}),
    ("GET", "moderation.show_person"): Row(Needs.STAFF, ids={"person_id": "person"}),
    ("POST", "moderation.pre_moderate"): Row(
        Needs.STAFF, ids={"person_id": "person"}, data={"days": "7", "reason": "After two talks."}
    ),
    ("POST", "moderation.end_pre_moderation"): Row(
        Needs.STAFF, ids={"person_id": "person"}, data={"reason": "It went well."}
    ),
    ("GET", "moderation.show_log"): Row(Needs.STAFF, hints={"person": "person", "post": "thread post"}),
    ("POST", "moderation.read_notice"): Row(Needs.OWNER, ids={"notice_id": "notice"}),
    # Last, since they take away what the others need.
    ("POST", "moderation.decide_on_post"): Row(Needs.STAFF, ids={"post_id": "answer"}, data=HIDING),
    ("GET", "revisions.withdraw_post"): Row(Needs.OWNER, ids={"post_id": "thread post"}),
    ("POST", "revisions.withdraw_post"): Row(Needs.OWNER, ids={"post_id": "thread post"}),
    ("GET", "deep_linking.choose_activity"): CHOOSING,
    ("POST", "deep_linking.choose_activity"): CHOOSING,
    ("POST", "deep_linking.choose_nothing"): CHOOSING,
    ("GET", "privacy.show_person"): Row(Needs.MESSAGE, kind=LaunchKind.DATA_PRIVACY),
}
