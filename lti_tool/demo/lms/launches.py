"""The LMS itself, without HTTP: what it keeps, and how it starts and signs a launch."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lti_tool.demo.lms import claims
from lti_tool.demo.lms.access_tokens import AccessTokens
from lti_tool.demo.lms.catalogue import Course, Link, Person
from lti_tool.demo.lms.config import LmsConfig
from lti_tool.demo.lms.habits import PLAIN, Habits, known_habits
from lti_tool.demo.lms.keys import SigningKey
from lti_tool.demo.lms.once import SeenOnce, Tickets
from lti_tool.demo.lms.state import State
from lti_tool.demo.lms.tool_keys import ToolKeys
from lti_tool.demo.lms.vocabulary import (
    AGS_ENDPOINT,
    DATA_PRIVACY_REQUEST,
    DEEP_LINKING_REQUEST,
    LTI,
    LTI_VERSION,
    RESOURCE_LINK_REQUEST,
    SUBMISSION_REVIEW_REQUEST,
)

LAUNCH_SECONDS = 300
DEEP_LINKING_SECONDS = 3600  # choosing an activity may take a while
REGISTRATION_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class Launch:
    """Who opens what: with a link its activity, without one the dialogue that adds activities.

    A launch about somebody is another thing: with a link the review of that person's work, without one what
    the tool keeps of them.
    """

    person: Person
    course: Course
    link: Link | None
    document_target: str = "iframe"
    about: Person | None = None
    of_column: bool = False
    """A review of a column, about nobody in particular."""
    line_item_id: str | None = None
    """The gradebook's column that a review comes from."""

    @property
    def message_type(self) -> str:
        if self.about or self.of_column:
            return SUBMISSION_REVIEW_REQUEST if self.link else DATA_PRIVACY_REQUEST
        return RESOURCE_LINK_REQUEST if self.link else DEEP_LINKING_REQUEST


@dataclass(frozen=True, kw_only=True)
class DeepLinkVisit:
    """Who went to the tool to choose activities, and for which course."""

    person: Person
    course: Course


class Lms:
    def __init__(self, config: LmsConfig) -> None:
        self.config = config
        self.key = SigningKey.load_or_create(config.data_dir / "lms-signing-key.pem")
        self.state = State(config.data_dir / "lms-state.json")
        self.launches = Tickets[Launch](LAUNCH_SECONDS)
        self.deep_link_visits = Tickets[DeepLinkVisit](DEEP_LINKING_SECONDS)
        self.registrations = Tickets[bool](REGISTRATION_SECONDS)
        """Tokens with which a tool may register, once each."""
        self.tool_keys = ToolKeys(config.tool_jwks_url)
        self.tool_jwts = SeenOnce()
        self.access_tokens = AccessTokens()

    def login_fields(self, launch: Launch) -> dict[str, str]:
        """What the browser posts to the tool's login address to start this launch, once."""
        fields = {
            "iss": self.config.issuer,
            "login_hint": launch.person.sub,
            "target_link_uri": self._target(launch.link),
            "lti_message_hint": self.launches.issue(launch),
            "client_id": self.config.client_id,
            "lti_deployment_id": self.config.deployment_id,
            **self.habits.login,
        }
        return fields | ({"lti_storage_target": self.storage_target} if self.storage_target else {})

    @property
    def habits(self) -> Habits:
        """How it behaves just now."""
        return known_habits().get(self.state.habits(), PLAIN)

    @property
    def storage_target(self) -> str | None:
        """The frame that keeps things for the tool; None for none."""
        if not self.config.offers_storage:
            return None
        return self.config.storage_target if self.habits.plain else self.habits.storage

    def places(self, course: Course, person: Person) -> dict[str, str]:
        """What {words} in a file of habits stand for."""
        return {
            "issuer": self.config.issuer,
            "client": self.config.client_id,
            "course": course.key,
            "label": course.label,
            "title": course.title,
            "person": person.key,
            "role": self.habits.role_words.get(person.kind, ""),
        }

    def launch_claims(self, launch: Launch, nonce: str) -> dict[str, Any]:
        """The claims of the launch's id_token. Tests may bend them before they `sign`."""
        habits, message = self.habits, self._as_specified(launch, nonce)
        if habits.plain:
            return message
        bent = habits.bend(message, launch.person, self.places(launch.course, launch.person))
        opened = launch.message_type == RESOURCE_LINK_REQUEST and AGS_ENDPOINT in bent
        if habits.empty_line_item and opened and not self._line_items_of(launch.course, launch.link):
            bent[AGS_ENDPOINT]["lineitem"] = ""
        return bent

    def _as_specified(self, launch: Launch, nonce: str) -> dict[str, Any]:
        person, course, link = launch.person, launch.course, launch.link
        now = int(time.time())
        message = {
            "iss": self.config.issuer,
            "aud": self.config.client_id,
            "iat": now,
            "exp": now + (self.habits.seconds or LAUNCH_SECONDS),
            "nonce": nonce,
            f"{LTI}message_type": launch.message_type,
            f"{LTI}version": LTI_VERSION,
            f"{LTI}deployment_id": self.config.deployment_id,
            f"{LTI}target_link_uri": self._target(link),
            f"{LTI}launch_presentation": {
                "document_target": launch.document_target,
                "locale": person.locale,
                "return_url": f"{self.config.issuer}/courses/{course.key}/as/{person.key}",
            },
        }
        message |= claims.person_claims(person) | claims.platform_claim(self.config)
        if launch.about:
            message |= claims.about_claim(launch.about)
        if launch.message_type == DATA_PRIVACY_REQUEST:
            return message  # it is about no course
        message |= claims.course_claims(self.config, course) | claims.custom_claim(
            course, link, person, self.habits
        )
        message |= claims.groups_claim(self.config, course)
        message |= claims.notices_claim(self.config)
        one = launch.line_item_id if self.habits.reviews_name_the_column else None
        items = [one] if one else self._line_items_of(course, link)
        message |= claims.grading_claim(self.config, course, items)
        if link is not None:
            return message | claims.link_claims(link)
        visit = self.deep_link_visits.issue(DeepLinkVisit(person=person, course=course))
        return message | claims.deep_linking_claim(self.config, visit, carried=self.habits.visit)

    def sign(self, message: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        """Sign claims as they are. Headers replace ours, and None takes one away."""
        return self.key.sign(message, headers)

    def _target(self, link: Link | None) -> str:
        return (link.url if link else None) or self.config.tool_launch_url

    def _line_items_of(self, course: Course, link: Link | None) -> list[str]:
        if link is None:
            return []
        items = self.state.line_items(course).items()
        return [item_id for item_id, item in items if item.get("resourceLinkId") == link.id]
