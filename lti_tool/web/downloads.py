"""Files for people to keep, in a tab with cookies and in one without."""

from flask import Response, make_response

from lti_tool.web.fragments import is_sent_by_tab, send_on
from lti_tool.web.signed import signed_address


def download(content: bytes, *, filename: str, media_type: str) -> Response:
    """The file; to a tab's script, which can't save one, a signed address that the browser can open."""
    if is_sent_by_tab():
        return send_on(make_response(), signed_address())
    response = make_response(content)
    response.content_type = media_type
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response
