"""The search page."""

from uuid import UUID

from flask import Response, render_template, request

from lti_tool.posts.models import ConversationKind
from lti_tool.posts.tags import normal_tag
from lti_tool.search import queries
from lti_tool.search.forms import SimilarForm
from lti_tool.search.queries import HitPlace, Order, Sought
from lti_tool.search.terms import LONGEST_QUERY, read_query
from lti_tool.web.fragments import fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("search", __name__, url_prefix="/search")

_LARGEST_RANK = 2**31 - 1


@blueprint.get("")
def show_hits() -> str:
    typed = request.args.get("q", "")[:LONGEST_QUERY]
    sought = Sought(
        query=read_query(typed),
        this_activity=request.args.get("where") == "activity",
        kind=request.args.get("kind", type=ConversationKind),
        mine="mine" in request.args,
        with_files="files" in request.args,
        tag=normal_tag(request.args.get("tag", "")) or None,
        order=request.args.get("order", Order.BEST, type=Order),
        after=_read_place(request.args.get("after", "")),
    )
    return render_template(
        "search/hits.html", typed=typed, sought=sought, page=queries.hits(db(), actor(), sought)
    )


@blueprint.post("/similar")
def find_similar() -> Response:
    form = SimilarForm()
    found = queries.similar(db(), actor(), form.title.data) if form.is_sent() else []
    return fragment(render_template("search/_similar.html", found=found), form.status)


def _read_place(text: str) -> HitPlace | None:
    """The place in the address; None if it is missing or invalid."""
    rank, _, post_id = text.partition("_")
    try:
        place = HitPlace(int(rank), UUID(post_id))
    except ValueError:
        return None
    return place if 0 <= place.rank <= _LARGEST_RANK else None
