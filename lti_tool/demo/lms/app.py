"""The Flask application of the demo LMS: blueprints, error answers and headers."""

from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from lti_tool.demo.lms import (
    course_groups,
    deep_linking,
    line_items,
    notices,
    nrps,
    oauth,
    oidc,
    pages,
    records,
    registration,
    scores,
)
from lti_tool.demo.lms.analyst import routes as analyst
from lti_tool.demo.lms.checks import Refusal
from lti_tool.demo.lms.config import LmsConfig
from lti_tool.demo.lms.launches import Lms
from lti_tool.demo.lms.moments import in_words
from lti_tool.paths import static_dir, templates_dir

MOST_BYTES = 1_000_000
SERVICES = (
    "/oauth2/",
    "/nrps/",
    "/groups/",
    "/ags/",
    "/notice-handlers",
    "/jwks.json",
    "/.well-known/",
    "/register",
)  # their callers read JSON, not pages


def create_lms(config: LmsConfig) -> Flask:
    app = Flask(
        __name__,
        template_folder=templates_dir(),
        static_folder=static_dir() / "demo_lms",
        static_url_path="/static",
    )
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.add_template_filter(in_words)
    app.add_template_filter(scores.in_digits)
    app.extensions["lms"] = Lms(config)
    app.extensions["analyst"] = analyst.Copies(config)
    for module in (
        pages,
        records,
        analyst,
        oidc,
        oauth,
        registration,
        deep_linking,
        nrps,
        course_groups,
        line_items,
        notices,
        scores,
    ):
        app.register_blueprint(module.bp)
    app.register_error_handler(Refusal, _refuse)
    app.register_error_handler(HTTPException, _explain)
    policy = _content_policy(config)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = policy
        # The launch posts to the tool with an Origin header, as it does from real platforms.
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        if request.endpoint != "static":
            # A page from the cache would carry a launch that has already been used.
            response.headers["Cache-Control"] = "no-store"
        return response

    return app


def _content_policy(config: LmsConfig) -> str:
    own_and_tool = f"'self' {config.tool_origin}"
    # The frame shows our own authorization page on its way, so 'self' has to be allowed in it.
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"form-action {own_and_tool}; frame-src {own_and_tool}; frame-ancestors 'self'"
    )


def _refuse(refusal: Refusal) -> ResponseReturnValue:
    body = {"error": refusal.error, "error_description": refusal.description}
    return jsonify(body), refusal.status, refusal.headers


def _explain(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # noqa: PLR2004  a redirect
        return error
    description = error.description or error.name
    # The name and description of a 405 come with headers that have to stay.
    headers = {name: value for name, value in error.get_headers() if name.lower() == "allow"}
    if request.path.startswith(SERVICES):
        code = error.name.lower().replace(" ", "_")
        return jsonify(error=code, error_description=description), error.code, headers
    page = render_template("demo_lms/error.html", code=error.code, name=error.name, description=description)
    return page, error.code, headers
