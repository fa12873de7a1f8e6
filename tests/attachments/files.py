"""Files to attach, made here, and people who attach them."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from lti_tool.attachments.models import Attachment
from lti_tool.posts.models import Post
from tests.factories.entrances import Visitor
from tests.threads.test_threads import THREAD

NOTES = "Say what has changed first."
PDF = b"%PDF-1.4\n1 0 obj\n<< /Author (Ana Ruiz) >>\nendobj\n%%EOF\n"
PLACE = "48.2082N 16.3738E"
MAKER = "Ana's telephone"
HEIC = (Path(__file__).parent / "pictures" / "photo.heic").read_bytes()
"""A photo on its side, red on the left, with that place and maker in it."""


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (10, 106, 104)).save(written, kind, **options)
    return written.getvalue()


def photo(size: tuple[int, int] = (60, 40)) -> bytes:
    """A JPEG that lies on its side, and says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010F] = MAKER
    exif[0x010E] = PLACE
    return picture("JPEG", size, exif=exif, comment=PLACE.encode())


CONTENT_TYPES = "[Content_Types].xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def packed(*names: str, **texts: bytes) -> bytes:
    """A zip with these entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        for name in names:
            archive.writestr(name, b"x")
    return written.getvalue()


def content_types(main: str, **others: str) -> bytes:
    """The table of an office document: its main part's type, and other parts' by name."""
    parts = {"word/document.xml": main, **others}
    told = "".join(f'<Override PartName="/{part}" ContentType="{it}"/>' for part, it in parts.items())
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f"{told}</Types>"
    ).encode()


def document(*more: str, main: str = WORD) -> bytes:
    return packed(*more, **{CONTENT_TYPES: content_types(main), "word/document.xml": b"<w/>"})


def odt(parts: Mapping[str, bytes]) -> bytes:
    return packed(mimetype=b"application/vnd.oasis.opendocument.text", **parts)


def png_of(width: int, height: int) -> bytes:
    """A small file that claims to be a large picture, with all its rows."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width // 8 + 2) * min(height, 4000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def multipart(fields: dict[str, Any]) -> dict[str, Any]:
    """A form with files as the body of a request; the test client's own way leaves large ones open."""
    parts = [
        (name, it if isinstance(it, str) else FileStorage(it[0], it[1]))
        for name, value in fields.items()
        for it in (value if isinstance(value, list) else [value])
    ]
    boundary, body = encode_multipart(MultiDict(parts))
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


def upload(
    visitor: Visitor, *files: tuple[str, bytes], form: dict[str, str] | None = None
) -> tuple[TestResponse, dict[str, str]]:
    """What the page's script does with chosen files: the answer, and the form that they wait in."""
    form = form or visitor.form("/threads/new")
    sent = multipart({**form, "files": [(io.BytesIO(content), name) for name, content in files]})
    return visitor.post("/attachments", headers={"HX-Request": "true"}, **sent), form


def ids_in(html: str) -> list[str]:
    """The files that stand in a form, in order."""
    return re.findall(r'id="file-([0-9a-f-]{36})"', html)


def waiting_file(visitor: Visitor, name: str = "notes.txt", content: bytes = NOTES.encode()) -> UUID:
    answer, _ = upload(visitor, (name, content))
    assert answer.status_code == 200, answer.text
    return UUID(ids_in(answer.text)[0])


def said(attachment_id: str, name: str = "notes.txt", **more: str) -> dict[str, str]:
    """The fields of a file in a form."""
    return {f"name-{attachment_id}": name, **{f"{key}-{attachment_id}": it for key, it in more.items()}}


def post_with_files(visitor: Visitor, *files: tuple[str, bytes], **changes: Any) -> str:
    """The path of a new thread with these files, sent along as without script."""
    chosen = [(io.BytesIO(content), name) for name, content in files]
    answer = visitor.send("/threads/new", "/threads/new", {**THREAD, "files": chosen, **changes})
    assert answer.status_code == 303, answer.text
    return str(answer.location).removeprefix(visitor.base)


def post_with_pictures(visitor: Visitor, described: dict[str, bytes], *files: tuple[str, bytes]) -> str:
    """The same as somebody without script does who says of each picture (by what) what it shows."""
    form = visitor.form("/threads/new")
    chosen = [(io.BytesIO(content), f"{number}.jpg") for number, content in enumerate(described.values())]
    attached = visitor.post("/threads/new", {**form, **THREAD, "files": chosen, "preview": "yes"})
    assert attached.status_code == 200, attached.text
    fields = dict(form) | THREAD
    for number, (it, alt) in enumerate(zip(ids_in(attached.text), described, strict=True)):
        fields |= said(it, f"{number}.jpg", alt=alt)
    more = [(io.BytesIO(content), name) for name, content in files]
    answer = visitor.post("/threads/new", {**fields, **({"files": more} if more else {})})
    assert answer.status_code == 303, answer.text
    return str(answer.location).removeprefix(visitor.base)


def posted_file(visitor: Visitor, session: Session) -> UUID:
    """Of a thread of its own."""
    thread = UUID(post_with_files(visitor, ("plan.txt", NOTES.encode())).rpartition("/")[2])
    query = select(Attachment.id).join(Post, Post.id == Attachment.post_id)
    found = session.scalars(query.where(Post.conversation_id == thread)).one()
    session.commit()
    return found


def rows(session: Session) -> list[Attachment]:
    session.rollback()
    return list(session.scalars(select(Attachment).order_by(Attachment.position, Attachment.id)))
