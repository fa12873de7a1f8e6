"""Composition: the Flask application, put together from its features."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, g, request
from flask_babel import LazyString, lazy_gettext
from sqlalchemy import Engine

from lti_tool import subscriptions
from lti_tool.activities import routes as activities
from lti_tool.admin import routes as admin
from lti_tool.attachments import routes as attachments
from lti_tool.catalogue import routes as catalogue
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.core.errors import SettingsError
from lti_tool.courses.models import Activity
from lti_tool.deep_linking import routes as deep_linking
from lti_tool.drafts import routes as drafts
from lti_tool.facilitation import routes as facilitation
from lti_tool.follow_ups import routes as follow_ups
from lti_tool.following import routes as following
from lti_tool.grades import routes as grades
from lti_tool.groups import routes as groups
from lti_tool.health import routes as health
from lti_tool.help_requests import routes as help_requests
from lti_tool.launch import routes as launch
from lti_tool.launch.models import LaunchKind
from lti_tool.marks import routes as marks
from lti_tool.mentions import routes as mentions
from lti_tool.metrics import routes as metrics
from lti_tool.moderation import queries as moderation_queries
from lti_tool.moderation import routes as moderation
from lti_tool.notices import routes as notices
from lti_tool.own_names import routes as own_names
from lti_tool.paths import static_dir, templates_dir
from lti_tool.people import routes as people
from lti_tool.platforms import routes as platforms
from lti_tool.posts import routes as posts
from lti_tool.posts.kinds import kind_of
from lti_tool.privacy import routes as privacy
from lti_tool.record_store import routes as record_store
from lti_tool.revisions import routes as revisions
from lti_tool.rotation import routes as rotation
from lti_tool.search import routes as search
from lti_tool.settings import Settings
from lti_tool.threads import routes as threads
from lti_tool.web.addresses import init_addresses
from lti_tool.web.arrivals import Arrivals, init_arrivals
from lti_tool.web.assets import init_assets
from lti_tool.web.bodies import LARGEST_FORM_REQUEST
from lti_tool.web.body_stream import Request
from lti_tool.web.compression import init_compression
from lti_tool.web.elements import init_elements
from lti_tool.web.errors import init_errors
from lti_tool.web.filters import init_filters
from lti_tool.web.forms import blank_form
from lti_tool.web.headers import init_headers
from lti_tool.web.hosts import init_hosts
from lti_tool.web.launched import actor, init_launched
from lti_tool.web.limits import init_limits
from lti_tool.web.locale import init_locale
from lti_tool.web.repeated import init_repeated
from lti_tool.web.templates import init_templates
from lti_tool.web.transaction import db, init_transactions

_FEATURES = (
    health,
    metrics,
    launch,
    notices,
    platforms,
    admin,
    record_store,
    catalogue,
    threads,
    help_requests,
    attachments,
    follow_ups,
    drafts,
    mentions,
    grades,
    activities,
    facilitation,
    deep_linking,
    privacy,
    people,
    groups,
    own_names,
    posts,
    marks,
    revisions,
    following,
    rotation,
    moderation,
    search,
)
_ARRIVALS = Arrivals(
    activities={
        Activity.DISCUSSION: "threads.list_threads",
        Activity.HELP: "help_requests.list_help_requests",
        Activity.FOLLOW_UP: "follow_ups.list_follow_ups",
    },
    messages={
        LaunchKind.DEEP_LINKING: "deep_linking.choose_activity",
        LaunchKind.SUBMISSION_REVIEW: "facilitation.review_submission",
        LaunchKind.DATA_PRIVACY: "privacy.show_person",
    },
    points="grades.list_scores",
)
_LARGEST_FORM = 256 * 1024
_MOST_FIELDS = 50


def create_app(settings: Settings, *, engine: Engine | None = None) -> Flask:
    """The application for these settings; `engine` where the caller has one already."""
    if engine is None:
        if settings.database_url is None:
            raise SettingsError("SEGUE_DATABASE_URL is not set.")
        engine = make_engine(settings.database_url)
    app = Flask(__name__, static_folder=None, template_folder=str(templates_dir()))
    app.request_class = Request
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM_REQUEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        MAX_FORM_PARTS=_MOST_FIELDS,
        TRUSTED_HOSTS=[urlsplit(settings.base_url).hostname],
    )
    app.extensions["settings"] = settings
    init_templates(app)
    init_filters(app)
    # After-request functions run in reverse: what the commit let through gets its headers and is compressed.
    init_compression(app)
    init_headers(app)
    init_hosts(app)
    init_transactions(app, make_sessions(engine, settings))
    init_addresses(app)
    init_locale(app)
    init_launched(app)
    init_errors(app)
    init_assets(app, static_dir())
    init_elements(app)
    init_repeated(app)
    for feature in _FEATURES:
        app.register_blueprint(feature.blueprint)
    init_limits(app, settings)
    init_arrivals(app, _ARRIVALS)
    app.add_template_global(alerts)
    app.add_template_global(blank_form)
    app.add_template_global(kind_of)
    app.context_processor(_for_every_template)
    subscriptions.subscribe_all()
    return app


@dataclass(frozen=True, slots=True)
class Space:
    """An entry in the bar at the top of each page of a course."""

    endpoint: str
    label: LazyString
    icon: str
    for_staff: bool = False

    @property
    def current(self) -> bool:
        return request.blueprint == self.endpoint.partition(".")[0]


_SPACES = (
    Space("threads.list_threads", lazy_gettext("Discuss"), "message-circle"),
    Space("help_requests.list_help_requests", lazy_gettext("Help"), "life-buoy"),
    Space("follow_ups.list_follow_ups", lazy_gettext("Carry forward"), "arrow-right-to-line"),
    Space("grades.list_scores", lazy_gettext("Points"), "star", for_staff=True),
    Space("moderation.list_queue", lazy_gettext("Moderation"), "flag", for_staff=True),
    Space("people.list_people", lazy_gettext("People"), "users", for_staff=True),
)


def alerts() -> moderation_queries.Alerts:
    """What stands at the top of this person's pages."""
    return moderation_queries.alerts(db(), actor())


def _for_every_template() -> dict[str, object]:
    actor = g.get("actor")
    is_staff = actor is not None and actor.role.is_staff
    return {
        "actor": actor,
        "visit": g.get("visit"),
        "carrier": g.get("carrier"),
        "spaces": [space for space in _SPACES if is_staff or not space.for_staff],
    }
