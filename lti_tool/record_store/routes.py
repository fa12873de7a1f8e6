"""/xapi/about and /xapi/statements.

No CSRF token belongs here: credentials come with each request, never from a cookie.
"""

import re
from typing import Any, NoReturn, cast

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.blueprints import BlueprintSetupState
from flask_limiter.errors import RateLimitExceeded
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from lti_tool.core.db import settings_of
from lti_tool.record_store import answers, queries, service
from lti_tool.record_store.alternate import IS_ALTERNATE, REFUSED, AlternateSyntax
from lti_tool.record_store.consistency import consistent_through
from lti_tool.record_store.credentials import check_credential
from lti_tool.record_store.decoding import decode_json
from lti_tool.record_store.errors import BadRequestError, CredentialError, NotOfferedError, RecordStoreError
from lti_tool.record_store.multipart import read_only_part
from lti_tool.record_store.parameters import One, read_parameters, read_query, read_uuid
from lti_tool.serving.limits import BodyLimits
from lti_tool.settings import Settings
from lti_tool.web.bodies import takes
from lti_tool.web.limits import limit_credentials, seconds_to_wait
from lti_tool.web.transaction import db, roll_back
from xapi.validation.formats import VERSION_1_0

# Each starting with 1.0. is taken (Communication 3.3), if it is a version at all.
_VERSIONS = ((re.compile(rf"1\.0|{VERSION_1_0}"), "1.0.3"), (re.compile(r"2\.0(?:\.[0-9]{1,4})?"), "2.0.0"))
_ALLOWED = {"about": ["GET", "HEAD"], "statements": ["GET", "HEAD", "POST", "PUT"]}
_ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"]
_ABOUT_THIS = "https://segue-lti.github.io/xapi/extensions/not-offered"
_NOT_OFFERED = (
    "activities, activities/state, activities/profile, agents, agents/profile; attachment data;"
    " signed statements; OAuth"
)


def statement_limits(settings: Settings) -> BodyLimits:
    """What the routes take that store statements."""
    return BodyLimits(settings.records_most_bytes, settings.form_seconds)


blueprint = Blueprint("record_store", __name__, url_prefix="/xapi")


@blueprint.record_once
def take_alternate_syntax(state: BlueprintSetupState) -> None:
    app = cast("Flask", state.app)
    settings: Settings = app.extensions["settings"]
    app.wsgi_app = AlternateSyntax(app.wsgi_app, most_bytes=settings.records_most_bytes)  # type: ignore[method-assign]


@blueprint.before_request
def admit() -> None:
    """Credentials first, then the version; only `about` is open to all and takes any version."""
    version = _read_version(request.headers.get("X-Experience-API-Version", ""))
    if version:
        g.xapi_version = version
    if IS_ALTERNATE in request.environ:
        _admit_alternate(version)
    if request.endpoint == "record_store.show_about":
        return
    given = request.authorization
    if given is None or given.type != "basic":
        raise CredentialError("Send a username and secret of this record store by HTTP Basic authentication.")
    limit_credentials()
    g.credential = check_credential(db(), username=given.username or "", secret=given.password or "")
    if not version:
        raise BadRequestError("The header X-Experience-API-Version must be 1.0.x or 2.0.x.")


def _admit_alternate(version: str | None) -> None:
    if REFUSED in request.environ:
        raise request.environ[REFUSED]
    if version != "1.0.3":
        raise BadRequestError(
            "The alternate request syntax (?method=) is part of xAPI 1.0.x alone: "
            "X-Experience-API-Version must be 1.0.x."
        )


@blueprint.after_request
def complete(answer: Response) -> Response:
    """Add the headers of every answer.

    Both versions want X-Experience-API-Consistent-Through on every answer of the Statement Resource, refusals
    included. For someone without credentials it is 1970: true, and it costs no query.
    """
    through = None
    if request.path == "/xapi/statements":
        known = g.get("consistent_through")
        through = 0 if "credential" not in g else consistent_through(db()) if known is None else known
    return answers.add_headers(answer, version=g.get("xapi_version"), through=through)


@blueprint.errorhandler(RecordStoreError)
def refuse(error: RecordStoreError) -> Response:
    roll_back()
    return answers.refusal(error)


@blueprint.errorhandler(RateLimitExceeded)
def refuse_for_now(_error: RateLimitExceeded) -> Response:
    roll_back()
    return answers.too_often(seconds=seconds_to_wait())


@blueprint.errorhandler(HTTPException)
def refuse_as_flask_does(error: HTTPException) -> Response:
    roll_back()
    return answers.http_error(error)


@blueprint.get("/about")
def show_about() -> Response:
    read_parameters(request.query_string, allowed=())
    return jsonify(version=["1.0.3", "2.0.0"], extensions={_ABOUT_THIS: _NOT_OFFERED})


@blueprint.get("/statements")
def show_statements() -> Response:
    query = read_query(request.query_string)
    # Before the statements are read, so that it holds for them.
    g.consistent_through = consistent_through(db())
    if isinstance(query.target, One):
        return answers.statement_answer(query, queries.find_statement(db(), query.target))
    found, is_more = queries.find_page(db(), query.target)
    more = answers.more_link(request.args, found[-1]) if is_more else ""
    return answers.page_answer(query, found, more=more)


@blueprint.post("/statements")
@takes(statement_limits)
def post_statements() -> Response:
    read_parameters(request.query_string, allowed=())
    stored = service.store_statements(db(), g.credential, sent=_content(), version=g.xapi_version)
    g.consistent_through = stored.through
    return jsonify(stored.ids)


@blueprint.put("/statements")
@takes(statement_limits)
def put_statement() -> Response:
    found = read_parameters(request.query_string, allowed={"statementId"})
    statement_id = read_uuid(found, "statementId")
    stored = service.put_statement(
        db(), g.credential, statement_id=statement_id, sent=_content(), version=g.xapi_version
    )
    g.consistent_through = stored.through
    return Response(status=204)


@blueprint.route("/", defaults={"resource": ""}, methods=_ANY_METHOD)
@blueprint.route("/<path:resource>", methods=_ANY_METHOD)
def refuse_other(resource: str) -> NoReturn:
    """Other methods on the two resources, and every other resource."""
    if resource in _ALLOWED:
        raise MethodNotAllowed(valid_methods=_ALLOWED[resource])
    raise NotOfferedError(f"This record store offers about and statements. Not offered: {_NOT_OFFERED}.")


def _read_version(header: str) -> str | None:
    return next((version for pattern, version in _VERSIONS if pattern.fullmatch(header)), None)


def _content() -> Any:
    """The request's JSON, alone or as the one part of a multipart/mixed."""
    kind, charset = request.mimetype, request.mimetype_params.get("charset", "utf-8")
    in_parts = kind == "multipart/mixed"
    if not in_parts:
        _check_json(kind, charset)
    request.max_content_length = settings_of(db()).records_most_bytes
    raw = request.get_data(cache=False)
    if in_parts:
        part, raw = read_only_part(raw, request.mimetype_params.get("boundary", ""))
        _check_json(part.get_content_type(), part.get_param("charset", "utf-8"))
    return decode_json(raw, what="The content")


def _check_json(kind: str, charset: object) -> None:
    if kind != "application/json" or str(charset).lower() not in {"utf-8", "utf8"}:
        raise BadRequestError("The Content-Type must be application/json, in UTF-8.")
