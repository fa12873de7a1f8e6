"""The pages where staff arrange groups."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lti_tool.core import clock
from lti_tool.groups import pasting, queries, service
from lti_tool.groups.forms import (
    ChooseForm,
    GalleryForm,
    GroupForm,
    PasteForm,
    PlacesForm,
    RemoveForm,
    RenameForm,
    SetForm,
    SpreadForm,
)
from lti_tool.people.models import Group
from lti_tool.people.names import NUMBERED
from lti_tool.web.forms import LaunchedForm
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("groups", __name__, url_prefix="/groups")


@blueprint.get("")
def show_groups() -> Response:
    return _groups_page()


@blueprint.post("/choose")
def choose_groups() -> Response:
    form = ChooseForm()
    if not form.is_sent():
        return _groups_page(choose_form=form)
    service.choose_groups(db(), actor(), set_id=form.group_set.data)
    return redirect(url_for(".show_groups"), HTTPStatus.SEE_OTHER)


@blueprint.post("/sets")
def make_group_set() -> Response:
    form = SetForm()
    if not form.is_sent():
        return _groups_page(set_form=form)
    made = service.make_group_set(db(), actor(), name=form.name.data)
    return _to_set(made.id)


@blueprint.post("/gallery")
def set_gallery() -> Response:
    form = GalleryForm()
    if not form.is_sent():
        return _groups_page(gallery_form=form)
    opens_at = clock.now() if "now" in request.form else form.opens.moment
    service.set_gallery(db(), actor(), opens_at=opens_at, replies=form.replies.data)
    return redirect(url_for(".show_groups"), HTTPStatus.SEE_OTHER)


@blueprint.get("/sets/<uuid:set_id>")
def show_group_set(set_id: UUID) -> Response:
    return _set_page(set_id)


@blueprint.post("/sets/<uuid:set_id>/groups")
def make_group(set_id: UUID) -> Response:
    form = GroupForm()
    if not form.is_sent():
        return _set_page(set_id, group_form=form)
    service.make_group(db(), actor(), set_id=set_id, name=form.name.data)
    return _to_set(set_id)


@blueprint.post("/sets/<uuid:set_id>/groups/<uuid:group_id>/rename")
def rename_group(set_id: UUID, group_id: UUID) -> Response:
    form = RenameForm()
    if form.is_sent() and form.taken(lambda: _rename(set_id, group_id, form)) is not None:
        return _to_set(set_id)
    return _set_page(set_id, rename_form=form, renamed_id=group_id)


def _rename(set_id: UUID, group_id: UUID, form: RenameForm) -> Group:
    return service.rename_group(db(), actor(), set_id=set_id, group_id=group_id, name=form.name.data)


@blueprint.post("/sets/<uuid:set_id>/groups/<uuid:group_id>/remove")
def remove_group(set_id: UUID, group_id: UUID) -> Response:
    form = RemoveForm()
    if not form.is_sent():
        return _set_page(set_id, places_form=form)
    service.remove_group(db(), actor(), set_id=set_id, group_id=group_id)
    return _to_set(set_id)


@blueprint.post("/sets/<uuid:set_id>/spread")
def spread_people(set_id: UUID) -> Response:
    form = SpreadForm()
    if not form.is_sent():
        return _set_page(set_id, spread_form=form)
    names = [gettext("Group %(number)s", number=number + 1) for number in range(form.count.data or 0)]
    service.spread_people(db(), actor(), set_id=set_id, names=names, everybody=form.who.data == "everybody")
    return _to_set(set_id)


@blueprint.post("/sets/<uuid:set_id>/people")
def place_people(set_id: UUID) -> Response:
    form = PlacesForm()
    if not form.is_sent():
        return _set_page(set_id, places_form=form)
    service.place_people(db(), actor(), set_id=set_id, places=form.places())
    return _to_set(set_id, after=request.args.get("after", type=UUID))


@blueprint.post("/sets/<uuid:set_id>/paste")
def paste_people(set_id: UUID) -> Response:
    """The list becomes a plan to look at; sent again as it was looked at, it is carried out."""
    form = PasteForm()
    if not form.is_looked_at():
        return _set_page(set_id, paste_form=form)
    word = gettext("Participant %(number)s", number=NUMBERED)
    choices = form.choices()
    plan = pasting.plan_pasted(
        db(), actor(), set_id=set_id, text=form.people.data, choices=choices, participant=word
    )
    if "carry_out" in request.form and form.seen.data == plan.digest and plan.places:
        service.place_by_name(db(), actor(), set_id=set_id, places=plan.places)
        return _to_set(set_id)
    is_other = "carry_out" in request.form and form.seen.data != plan.digest
    page = render_template(
        "groups/paste.html", plan=plan, form=form, is_other=is_other, most_choices=pasting.MOST_CHOICES
    )
    return make_response(page, HTTPStatus.CONFLICT if is_other else HTTPStatus.OK)


def _to_set(set_id: UUID, *, after: UUID | None = None) -> Response:
    return redirect(url_for(".show_group_set", set_id=set_id, after=after), HTTPStatus.SEE_OTHER)


def _groups_page(
    *,
    choose_form: ChooseForm | None = None,
    set_form: SetForm | None = None,
    gallery_form: GalleryForm | None = None,
) -> Response:
    page = queries.groups_page(db(), actor())
    sent = choose_form or set_form or gallery_form
    html = render_template(
        "groups/show.html",
        page=page,
        choose_form=choose_form or ChooseForm.empty(),
        set_form=set_form or SetForm.empty(),
        gallery_form=gallery_form or GalleryForm(opens=page.gallery_at, replies=page.gallery_replies),
    )
    return make_response(html, sent.status if sent else HTTPStatus.OK)


def _set_page(
    set_id: UUID,
    *,
    group_form: GroupForm | None = None,
    spread_form: SpreadForm | None = None,
    places_form: LaunchedForm | None = None,
    rename_form: RenameForm | None = None,
    paste_form: PasteForm | None = None,
    renamed_id: UUID | None = None,
) -> Response:
    after = request.args.get("after", type=UUID)
    page = queries.group_set_page(db(), actor(), set_id, after=after)
    sent = group_form or spread_form or places_form or rename_form or paste_form
    html = render_template(
        "groups/set.html",
        page=page,
        after=after,
        group_form=group_form or GroupForm.empty(),
        spread_form=spread_form or SpreadForm(count=page.suggested_count),
        places_form=places_form or PlacesForm.empty(),
        rename_form=rename_form or RenameForm.empty(),
        paste_form=paste_form or PasteForm.empty(),
        renamed_id=renamed_id,
    )
    return make_response(html, sent.status if sent else HTTPStatus.OK)
