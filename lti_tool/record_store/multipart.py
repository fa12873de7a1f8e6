"""Statements sent as multipart/mixed (Communication 1.5.2): the first part holds them, further ones data.

Attachment data is not kept here, so there must be no further part; a sender that always writes in parts is
understood all the same.
"""

from email.message import Message
from email.parser import BytesHeaderParser

from lti_tool.record_store.errors import BadRequestError

_LONGEST_BOUNDARY = 70  # RFC 2046, 5.1.1
_BROKEN = "The content is not multipart/mixed with this boundary (RFC 2046)."


def read_only_part(raw: bytes, boundary: str) -> tuple[Message, bytes]:
    """The headers and the content of the one part. BadRequestError for what is broken, and for data."""
    if not boundary or len(boundary) > _LONGEST_BOUNDARY or not boundary.isascii():
        raise BadRequestError("The Content-Type multipart/mixed must name a boundary of 1 to 70 characters.")
    # A delimiter is at the beginning of a line; the last one ends with two hyphens.
    _preamble, *parts = (b"\r\n" + raw).split(b"\r\n--" + boundary.encode())
    if len(parts) <= 1 or not parts[-1].startswith(b"--"):
        raise BadRequestError(_BROKEN)
    if len(parts) > 2:  # noqa: PLR2004  # the statements, and what follows the last delimiter
        raise BadRequestError(
            "Attachment data is not offered: send no part after the statements', and a fileUrl."
        )
    delimiter_line, ends_line, part = parts[0].partition(b"\r\n")
    head, is_headed, content = part.partition(b"\r\n\r\n")
    if delimiter_line.strip(b" \t") or not ends_line or not is_headed:
        raise BadRequestError(_BROKEN)
    return BytesHeaderParser().parsebytes(head + b"\r\n\r\n"), content
