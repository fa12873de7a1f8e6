"""The pages of threads."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.attachments.forms import upload_limits
from lti_tool.conversation_pages.listing import Show, Wanted
from lti_tool.conversation_pages.ordering import Sort
from lti_tool.conversation_pages.queries import conversation_view, last_number, post_view
from lti_tool.core.errors import NotFoundError
from lti_tool.core.paging import read_place
from lti_tool.drafts.models import DraftKind, DraftPlace
from lti_tool.following.queries import level_of_activity
from lti_tool.posts.anonymity.queries import anonymity_in
from lti_tool.posts.groups import groups_here
from lti_tool.posts.models import Conversation, ConversationKind, Post
from lti_tool.posts.tags import normal_tag, read_tags
from lti_tool.rotation.models import TalkRole
from lti_tool.rotation.queries import roles_here
from lti_tool.threads import queries, service, synthesis
from lti_tool.threads.clinic import clinic_of
from lti_tool.threads.debate import debate_of
from lti_tool.threads.forms import (
    ChangeForm,
    CloseForm,
    ReadForm,
    ReplyForm,
    StageForm,
    SynthesisForm,
    TagsForm,
    ThreadForm,
    UnreadForm,
    read_numbers,
)
from lti_tool.threads.queries import Place, ThreadPage
from lti_tool.web.bodies import takes
from lti_tool.web.forms import blank_form
from lti_tool.web.fragments import fragment, wants_fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db, reads_only

blueprint = launched_blueprint("threads", __name__, url_prefix="/threads")

# Any picture: only that it was asked for counts.
_DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
_LARGEST_NUMBER = 2**31 - 1


@blueprint.get("")
@reads_only
def list_threads() -> str:
    wanted = _wanted()
    return render_template(
        "threads/list.html",
        page=queries.thread_list(db(), actor(), wanted),
        wanted=wanted,
        level=level_of_activity(db(), actor()),
        change_form=blank_form(),
    )


def _wanted() -> Wanted:
    return Wanted(
        whole_course=request.args.get("where") == "course",
        show=request.args.get("show", Show.ALL, type=Show),
        sort=request.args.get("sort", Sort.ACTIVITY, type=Sort),
        tag=normal_tag(request.args.get("tag", "")) or None,
        group_id=request.args.get("group", type=UUID),
        after=read_place(request.args.get("after")),
        after_answered="answered" in request.args,
        after_useful=_number("useful"),
    )


@blueprint.get("/news")
@reads_only
def count_new_threads() -> Response:
    """What a page that is open asks now and then: 204 for nothing new."""
    wanted = Wanted(
        whole_course=request.args.get("where") == "course", group_id=request.args.get("group", type=UUID)
    )
    after_id = request.args.get("after", UUID(int=0), type=UUID)
    count = queries.new_thread_count(db(), actor(), wanted, after_id=after_id)
    return _news("threads/_new_threads.html", count, wanted=wanted)


@blueprint.route("/new", methods=["GET", "POST"])
@takes(upload_limits)
def post_thread() -> Response:
    groups, roles = groups_here(db(), actor()), roles_here(db(), actor())
    is_starter = roles is not None and roles.has(TalkRole.STARTER)
    form = ThreadForm().for_groups(groups).for_shape(actor().here.shape, is_starter=is_starter)
    form.keep_at(DraftPlace(DraftKind.THREAD, actor().placement_id))
    form.offer(anonymity_in(db(), actor(), None))
    thread = form.taken(lambda: _send_thread(form)) if form.is_sent() else None
    if thread is None:
        html = render_template("threads/new.html", form=form, groups=groups, roles=roles)
        return make_response(html, form.status)
    return _to_thread(thread.id)


def _send_thread(form: ThreadForm) -> Conversation:
    return service.post_thread(
        db(),
        actor(),
        title=form.title.data,
        writing=form.writing(),
        tags=read_tags(form.tags.data),
        group_id=form.group_id,
    )


@blueprint.get("/<uuid:thread_id>")
@reads_only
def show_thread(thread_id: UUID) -> Response:
    reply_to = request.args.get("reply_to", type=UUID)
    return _thread_page(thread_id, reply_form=ReplyForm(in_reply_to=reply_to), reply_to=reply_to)


@blueprint.post("/<uuid:thread_id>/replies")
@takes(upload_limits)
def post_reply(thread_id: UUID) -> Response:
    form = ReplyForm().inside(thread_id)
    reply = form.taken(lambda: _send_reply(thread_id, form)) if form.is_sent() else None
    if reply is None:
        return _thread_page(thread_id, reply_form=form, reply_to=form.in_reply_to.data)
    if wants_fragment():
        return _replied(thread_id, reply)
    return _to_thread(thread_id, at=reply.id, _anchor=f"post-{reply.id}")


def _send_reply(thread_id: UUID, form: ReplyForm) -> Post:
    return service.post_reply(
        db(),
        actor(),
        thread_id=thread_id,
        writing=form.writing(),
        in_reply_to_id=form.in_reply_to.data,
        side=form.chosen_side,
        stage=form.chosen_stage,
    )


def _replied(thread_id: UUID, reply: Post) -> Response:
    """The reply, and an empty form for the next one, for the page that is there."""
    thread = conversation_view(db(), actor(), thread_id, ConversationKind.THREAD)
    clinic = clinic_of(db(), actor(), thread)
    next_form = ReplyForm.empty().at(service.place_of_reply(thread_id, None))
    next_form.for_stage(clinic.stage if clinic and not clinic.is_over else None)
    html = render_template(
        "threads/_replied.html",
        thread_id=thread_id,
        thread=thread,
        post=post_view(db(), actor(), reply.id),
        form=next_form.offer(thread.anonymity),
        debate=debate_of(db(), actor(), thread),
        clinic=clinic,
    )
    return fragment(html)


@blueprint.get("/<uuid:thread_id>/news")
@reads_only
def count_new_replies(thread_id: UUID) -> Response:
    """What a page that is open asks now and then: 204 for nothing new."""
    after = _number("after")
    count = last_number(db(), actor(), thread_id, ConversationKind.THREAD) - after
    return _news("threads/_new_replies.html", count, thread_id=thread_id, after=after)


@blueprint.get("/<uuid:thread_id>/replies")
def show_new_replies(thread_id: UUID) -> Response:
    """The replies after a number, for the page that said that there are some."""
    thread, replies = queries.new_replies(db(), actor(), thread_id, after_number=_number("after"))
    html = render_template("threads/_arrived.html", thread_id=thread_id, replies=replies, thread=thread)
    return fragment(html)


@blueprint.get("/<uuid:thread_id>/composer")
def show_composer(thread_id: UUID) -> Response:
    """Where one answers this post, for the page that is there: somebody quotes a part of it."""
    part = queries.composer_part(db(), actor(), thread_id, request.args.get("reply_to", type=UUID))
    reply_to_id = part.reply_to.id if part.reply_to else None
    form = ReplyForm(in_reply_to=reply_to_id).keep_at(service.place_of_reply(thread_id, reply_to_id))
    html = render_template(
        "threads/_composer.html",
        thread_id=thread_id,
        form=form.offer(part.thread.anonymity),
        reply_to=part.reply_to,
        thread=part.thread,
        debate=part.debate,
        page=part,
    )
    return fragment(html)


@blueprint.post("/<uuid:thread_id>/read")
def read_posts(thread_id: UUID) -> Response:
    form = ReadForm()
    if form.is_sent():
        service.read_posts(db(), actor(), thread_id=thread_id, numbers=form.read_numbers())
    return make_response("", HTTPStatus.NO_CONTENT if not form.errors else form.status)


@blueprint.get("/<uuid:thread_id>/seen.svg")
def see_posts(thread_id: UUID) -> Response:
    """A picture that only a browser without scripts asks for: all that is on the page counts as read."""
    numbers = read_numbers(request.args.get("numbers", ""))
    service.read_posts(db(), actor(), thread_id=thread_id, numbers=[0, *numbers])
    picture = make_response(_DOT)
    picture.mimetype = "image/svg+xml"
    picture.headers["Cache-Control"] = "no-store"
    return picture


@blueprint.post("/<uuid:thread_id>/unread")
def unread_post(thread_id: UUID) -> Response:
    form = UnreadForm()
    if not form.is_sent():
        return _thread_page(thread_id, change_form=form)
    service.unread_post(db(), actor(), thread_id=thread_id, number=form.number.data or 0)
    return redirect(url_for(".list_threads"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<uuid:thread_id>/close")
def close_thread(thread_id: UUID) -> Response:
    form = CloseForm()
    if not form.is_sent():
        return _thread_page(thread_id, close_form=form)
    service.close_thread(db(), actor(), thread_id=thread_id, reason=form.reason.data)
    return _to_thread(thread_id)


@blueprint.post("/<uuid:thread_id>/reopen")
def reopen_thread(thread_id: UUID) -> Response:
    form = ChangeForm()
    if not form.is_sent():
        return _thread_page(thread_id, change_form=form)
    service.reopen_thread(db(), actor(), thread_id=thread_id)
    return _to_thread(thread_id)


@blueprint.post("/<uuid:thread_id>/pin")
def pin_thread(thread_id: UUID) -> Response:
    form = ChangeForm()
    if not form.is_sent():
        return _thread_page(thread_id, change_form=form)
    service.pin_thread(db(), actor(), thread_id=thread_id)
    return _to_thread(thread_id)


@blueprint.post("/<uuid:thread_id>/unpin")
def unpin_thread(thread_id: UUID) -> Response:
    form = ChangeForm()
    if not form.is_sent():
        return _thread_page(thread_id, change_form=form)
    service.unpin_thread(db(), actor(), thread_id=thread_id)
    return _to_thread(thread_id)


@blueprint.post("/<uuid:thread_id>/tags")
def tag_thread(thread_id: UUID) -> Response:
    form = TagsForm()
    if not form.is_sent():
        return _thread_page(thread_id, tags_form=form)
    service.tag_thread(db(), actor(), thread_id=thread_id, tags=read_tags(form.tags.data))
    return _to_thread(thread_id)


@blueprint.post("/<uuid:thread_id>/replies/<uuid:post_id>/accept")
def accept_answer(thread_id: UUID, post_id: UUID) -> Response:
    form = ChangeForm()
    if not form.is_sent():
        return _thread_page(thread_id, change_form=form)
    service.accept_answer(db(), actor(), thread_id=thread_id, post_id=post_id)
    return _to_thread(thread_id, _anchor="accepted")


@blueprint.post("/<uuid:thread_id>/replies/<uuid:post_id>/take-back")
def take_answer_back(thread_id: UUID, post_id: UUID) -> Response:
    form = ChangeForm()
    if not form.is_sent():
        return _thread_page(thread_id, change_form=form)
    service.take_answer_back(db(), actor(), thread_id=thread_id, post_id=post_id)
    return _to_thread(thread_id, at=post_id, _anchor=f"post-{post_id}")


@blueprint.post("/<uuid:thread_id>/stage")
def move_case_on(thread_id: UUID) -> Response:
    form = StageForm()
    if not form.is_sent():
        return _thread_page(thread_id, change_form=form)
    if form.chosen is None:
        raise NotFoundError
    service.move_case_on(db(), actor(), thread_id=thread_id, to=form.chosen)
    return _to_thread(thread_id, _anchor="clinic")


@blueprint.route("/<uuid:thread_id>/synthesis", methods=["GET", "POST"])
def choose_synthesis(thread_id: UUID) -> Response:
    """What the thread came to: a reply of it, or a text that is written now."""
    form = SynthesisForm().of_post(request.args.get("post", type=UUID))
    chosen = form.taken(lambda: _send_synthesis(thread_id, form)) if form.is_sent() else None
    return _to_thread(thread_id, _anchor="synthesis") if chosen else _synthesis_page(thread_id, form)


def _send_synthesis(thread_id: UUID, form: SynthesisForm) -> Post:
    said: dict[str, Any] = {"thread_id": thread_id, "draws_on": form.draws_on.data}
    if form.post.data:
        return synthesis.choose_synthesis(db(), actor(), post_id=form.post.data, **said)
    return synthesis.write_synthesis(db(), actor(), writing=form.writing(), **said)


def _synthesis_page(thread_id: UUID, form: SynthesisForm) -> Response:
    page = queries.synthesis_page(db(), actor(), thread_id, form.post.data)
    return make_response(render_template("threads/synthesis.html", form=form, page=page), form.status)


@blueprint.post("/<uuid:thread_id>/synthesis/take-back")
def take_synthesis_back(thread_id: UUID) -> Response:
    form = ChangeForm()
    if not form.is_sent():
        return _thread_page(thread_id, change_form=form)
    synthesis.take_synthesis_back(db(), actor(), thread_id=thread_id)
    return _to_thread(thread_id)


def _to_thread(thread_id: UUID, **place: Any) -> Response:
    return redirect(url_for(".show_thread", thread_id=thread_id, **place), HTTPStatus.SEE_OTHER)


def _number(name: str) -> int:
    """A post's number in the address; 0 for one that somebody made up."""
    number = request.args.get(name, 0, type=int)
    return number if 0 <= number <= _LARGEST_NUMBER else 0


def _news(template: str, count: int, **about: Any) -> Response:
    if count <= 0:
        return make_response("", HTTPStatus.NO_CONTENT)
    return fragment(render_template(template, count=count, **about))


def _thread_page(
    thread_id: UUID,
    *,
    reply_form: ReplyForm | None = None,
    close_form: CloseForm | None = None,
    tags_form: TagsForm | None = None,
    change_form: ChangeForm | StageForm | UnreadForm | None = None,
    reply_to: UUID | None = None,
) -> Response:
    """The page with its forms; one of them may be what was sent, with something to correct."""
    place = Place(
        at=request.args.get("at"),
        from_id=request.args.get("from", type=UUID),
        before_id=request.args.get("before", type=UUID),
        side={"0": 0, "1": 1}.get(request.args.get("side", "")),
    )
    page = queries.thread_page(db(), actor(), thread_id, place=place, reply_to_id=reply_to)
    sent = close_form or tags_form or change_form or reply_form
    status = sent.status if sent else HTTPStatus.OK
    if wants_fragment() and place.before_id:
        return fragment(render_template("threads/_earlier_replies.html", page=page, thread_id=thread_id))
    form = (reply_form or ReplyForm.empty()).keep_at(service.place_of_reply(thread_id, reply_to))
    form.offer(page.thread.anonymity)
    form.for_stage(page.clinic.stage if page.clinic and not page.clinic.is_over else None)
    if wants_fragment() and request.method == "POST":
        html = render_template(
            "threads/_composer.html",
            thread_id=thread_id,
            form=form,
            reply_to=page.reply_to,
            thread=page.thread,
            debate=page.debate,
            clinic=page.clinic,
        )
        return fragment(html, status, instead_of="#composer")
    html = render_template(
        "threads/show.html",
        page=page,
        form=form,
        **_ways_to_change(page, close_form, tags_form),
        change_form=change_form or blank_form(),
    )
    return make_response(html, status)


def _ways_to_change(page: ThreadPage, close: CloseForm | None, tags: TagsForm | None) -> dict[str, Any]:
    """The forms to close and to tag it; none for whoever sees neither."""
    if not page.may_change:
        return {"close_form": close, "tags_form": tags}
    return {
        "close_form": close or CloseForm.empty(),
        "tags_form": tags or TagsForm.holding(tags=", ".join(page.thread.tags)),
    }
