"""/xapi/profile, /xapi/docs, and /xapi/a/<id>, the addresses that statements name things by. Open to all."""

import json
from functools import cache
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for

from lti_tool.catalogue.queries import type_of
from lti_tool.settings import Settings
from lti_tool.web.headers import allow_embedders
from lti_tool.web.transaction import db
from xapi import vocabulary
from xapi.catalogue import CHAPTERS, EVENTS, extensions
from xapi.catalogue.concepts import NAMES
from xapi.catalogue.examples import example
from xapi.catalogue.versions import FOLLOW_UPS_VERSIONS, PROFILE_VERSIONS
from xapi.profile import follow_ups_profile, profile, template_id

blueprint = Blueprint("catalogue", __name__, url_prefix="/xapi")

_JSON_LD = "application/ld+json"


@blueprint.before_request
def be_framed_by_nobody() -> None:
    allow_embedders([])


@blueprint.get("/profile")
def show_profile() -> Response:
    return _published(profile)


@blueprint.get("/profile/follow-ups")
def show_follow_ups_profile() -> Response:
    return _published(follow_ups_profile)


@blueprint.get("/docs")
def show_docs() -> str:
    return render_template(
        "catalogue/docs.html",
        chapters=CHAPTERS,
        example=example,
        names=NAMES,
        template_id=template_id,
        session_id=extensions.SESSION_ID,
        vocabulary=vocabulary,
        versions=(PROFILE_VERSIONS, FOLLOW_UPS_VERSIONS),
        base_url=_base_url(),
    )


@blueprint.get("/docs/examples.json")
def show_examples() -> Response:
    """The example of each event, by its name: for whoever copies one, or tries a program with all of them."""
    answer = Response(_all_examples(), mimetype="application/json")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@blueprint.get("/a/<uuid:thing_id>")
def show_thing(thing_id: UUID) -> Response:
    """An activity definition (xAPI 1.0.3, Data 2.4.4.1) for programs, and the way there for people.

    A course, and an activity in it, have their type. All other ids get one answer, used or not: whoever
    may know what they stand for knows it from the statement.
    """
    kind = type_of(db(), thing_id)
    if _is_for_people():
        answer = make_response(render_template("catalogue/thing.html", name=NAMES.get(kind or "")))
    else:
        answer = make_response(
            {"moreInfo": f"{_base_url()}/xapi/a/{thing_id}"} | ({"type": kind} if kind else {})
        )
    answer.vary.add("Accept")
    return answer


def _published(document: Any) -> Response:
    """The profile; a browser's reader is led to the page that says the same."""
    if _is_for_people(_JSON_LD):
        answer = cast("Response", redirect(url_for("catalogue.show_docs"), HTTPStatus.SEE_OTHER))
    else:
        answer = Response(_text_of(document), mimetype=_JSON_LD)
        answer.add_etag()
        answer.make_conditional(request)
    answer.vary.add("Accept")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@cache
def _text_of(document: Any) -> str:
    return json.dumps(document(), ensure_ascii=False, indent=2)


@cache
def _all_examples() -> str:
    return json.dumps({name: json.loads(example(name)) for name in EVENTS}, ensure_ascii=False, indent=2)


def _is_for_people(*others: str) -> bool:
    """Whether HTML is wanted before JSON; whoever wants anything gets JSON."""
    offered = [*others, "application/json", "text/html"]
    return request.accept_mimetypes.best_match(offered) == "text/html"


def _base_url() -> str:
    return cast("Settings", current_app.extensions["settings"]).base_url
