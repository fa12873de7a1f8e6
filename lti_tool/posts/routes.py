"""What helps while writing: a preview, and a second look at a prompt. Neither keeps anything."""

from flask import Response, render_template
from markupsafe import Markup

from lti_tool.posts.authors import Author
from lti_tool.posts.forms import PreviewForm, PromptForm
from lti_tool.posts.prompt_check import doubts
from lti_tool.web.elements import avatar
from lti_tool.web.fragments import fragment
from lti_tool.web.launched import launched_blueprint

blueprint = launched_blueprint("posts", __name__, url_prefix="/posts")


@blueprint.post("/preview")
def preview_text() -> Response:
    """What a text would become, by the renderer that makes the post."""
    form = PreviewForm()
    form.is_sent()
    return fragment(render_template("posts/_preview.html", form=form), form.status)


@blueprint.post("/prompt-check")
def check_prompt() -> Response:
    form = PromptForm()
    found = doubts(form.text) if form.is_sent() else []
    return fragment(render_template("posts/_prompt_check.html", doubts=found), form.status)


@blueprint.app_template_global("author_avatar")
def author_avatar(author: Author) -> Markup:
    """Beside what somebody wrote; a pseudonym's colour is its own."""
    return avatar(author.name, author.person_id or author.name)


# For pages that show a prompt's form as it is filled in already.
blueprint.add_app_template_global(doubts, "prompt_doubts")
