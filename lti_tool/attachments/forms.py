"""Forms with files. Files are stored at once, even if the form has other errors."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID, uuid5

from flask import current_app, request
from flask_babel import LazyString, lazy_gettext
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import FileStorage

from lti_tool.attachments.attaching import waiting
from lti_tool.attachments.errors import Refusal, RefusedFileError
from lti_tool.attachments.keeping import LARGEST_FILE, LARGEST_POST, digest_of, keep_file
from lti_tool.attachments.kinds import KINDS
from lti_tool.attachments.models import MOST_FILES, Attachment
from lti_tool.attachments.names import shown_claim
from lti_tool.attachments.queries import AttachmentView
from lti_tool.attachments.service import remove_attachment
from lti_tool.core.text import clean_line
from lti_tool.posts.files import Chosen
from lti_tool.posts.service import was_posted
from lti_tool.serving.limits import BodyLimits
from lti_tool.settings import Settings
from lti_tool.web.forms import LaunchedForm
from lti_tool.web.launched import actor
from lti_tool.web.transaction import db

LARGEST_REQUEST = LARGEST_POST + 14 * 1024 * 1024
_MOST_PARTS = 120
LONGEST_ALT = 500
MEGABYTE = 1024 * 1024
ACCEPTED = ",".join([*(f".{ending}" for kind in KINDS.values() for ending in kind.endings), "text/*"])

_OF_FILES = ("files", "name-", "alt-", "decorative-", "remove-")

_WORDS: dict[Refusal, LazyString] = {
    Refusal.EMPTY: lazy_gettext("The file is empty."),
    Refusal.UNKNOWN: lazy_gettext(
        "This type of file is not accepted. You can attach pictures, PDF, text, program code, "
        "documents, sheets and slides (such as .docx or .odt), and sound (MP3, M4A, Ogg)."
    ),
    Refusal.MACROS: lazy_gettext(
        "The file contains macros or controls, which could harm other people's computers. "
        "Please save it without them, and choose it again."
    ),
    Refusal.LOCKED: lazy_gettext(
        "The file has a password, so others can't open it. Please save it without one."
    ),
    Refusal.OLD_OFFICE: lazy_gettext(
        "The file has an old office format (such as .doc or .xls). Please save it as .docx, "
        ".xlsx, .pptx or PDF."
    ),
    Refusal.ARCHIVE: lazy_gettext("This is a packed folder. Please choose its files one by one."),
    Refusal.PROGRAM: lazy_gettext("This is a program. Programs are not accepted."),
    Refusal.VIDEO: lazy_gettext(
        "This is a video, and videos are too large. Please link to it in your text instead."
    ),
    Refusal.DAMAGED: lazy_gettext("The file can't be opened. It may be damaged."),
    Refusal.TOO_LARGE: lazy_gettext(
        "The file is too large. A file can have up to %(most)d MB.", most=LARGEST_FILE // MEGABYTE
    ),
    Refusal.TOO_LARGE_INSIDE: lazy_gettext(
        "The file is too large when unpacked. Please choose a smaller one."
    ),
    Refusal.TOO_MANY: lazy_gettext(
        "A post can have up to %(most)d files. Please choose fewer.", most=MOST_FILES
    ),
    Refusal.TOO_MUCH: lazy_gettext(
        "The files are too large together. The files of a post can have up to %(most)d MB.",
        most=LARGEST_POST // MEGABYTE,
    ),
    Refusal.TOO_HEAVY: lazy_gettext(
        "The picture takes too long or too much memory to read. Please save a smaller version, and try again."
    ),
    Refusal.UNREADABLE: lazy_gettext("The picture can't be read. It may be damaged."),
    Refusal.TOO_MANY_WAITING: lazy_gettext(
        "You have many files that you have not posted. Please post or remove some first."
    ),
    Refusal.NOT_KEPT: lazy_gettext("The file could not be saved. Please choose it again in a moment."),
    Refusal.GONE: lazy_gettext("The file is no longer here. Please choose it again, or send without it."),
}


def upload_limits(settings: Settings) -> BodyLimits:
    """Upload limits for routes of forms with files."""
    return BodyLimits(LARGEST_REQUEST, settings.upload_seconds)


def _words(refused: RefusedFileError) -> LazyString:
    match refused.reason:
        case Refusal.MISNAMED:
            return lazy_gettext(
                "The name ends in “%(claimed)s”, but the file is of another type (%(found)s). Please "
                "correct the ending.",
                claimed=shown_claim(refused.details["claimed"]),
                found=refused.details["found"].upper(),
            )
        case Refusal.TOO_MANY_PIXELS:
            return lazy_gettext(
                "The picture has too many pixels. Pictures of this type can have up to %(most)s "
                "million. Please make it smaller first.",
                most=refused.details["most"],
            )
        case Refusal.NO_ROOM:
            return lazy_gettext(
                "The file is larger than your remaining space in this course (%(left)s MB).",
                left=f"{refused.left / MEGABYTE:.1f}",
            )
        case reason:
            return _WORDS[reason]


def is_of_files(name: str) -> bool:
    """Whether a field of this name belongs to the form's files."""
    return name.startswith(_OF_FILES)


class AttachingForm(LaunchedForm):
    """A form whose post may have files: `attached` are its waiting files, `file_errors` their problems."""

    attached: list[AttachmentView]
    file_errors: list[tuple[str, LazyString]]

    def __init__(self, **defaults: Any) -> None:
        # For signed-in people and this form only, and before anything reads the request.
        if request.mimetype == "multipart/form-data":
            request.max_content_length, request.max_form_parts = LARGEST_REQUEST, _MOST_PARTS
        self.attached, self.file_errors = [], []
        self._digests: list[str] = []
        super().__init__(**defaults)

    def is_sent(self) -> bool:
        sent = super().is_sent()
        if request.method == "POST" and self._fields["csrf_token"].validate(self):
            self._find_files()
            self._keep_files([file for file in request.files.getlist("files") if file.filename])
        return sent and not self.file_errors

    @property
    def status(self) -> HTTPStatus:
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.file_errors else super().status

    @property
    def accepted(self) -> str:
        """The file endings that are accepted."""
        return ACCEPTED

    @property
    def largest(self) -> int:
        return LARGEST_FILE

    def submission_key(self) -> UUID:
        """The key includes the files: the same text with another file is another post."""
        files = [*(str(it) for it in self._sent_ids()), *self._digests]
        key = super().submission_key()
        return uuid5(key, "\n".join(files)) if files else key

    def chosen(self) -> Sequence[Chosen]:
        """The ids of the files to attach, in order."""
        return [Chosen(id=it.id, name=it.name, alt=it.alt, decorative=it.decorative) for it in self.attached]

    def _sent_ids(self) -> list[UUID]:
        names = (name.removeprefix("name-") for name in request.form if name.startswith("name-"))
        return [UUID(it) for it in names if _is_uuid(it) and f"remove-{it}" not in request.form]

    def _find_files(self) -> None:
        """The form's waiting files with their descriptions; the form may remove some."""
        for name in [it for it in request.form if it.startswith("remove-") and _is_uuid(it[7:])]:
            remove_attachment(db(), actor(), UUID(name[7:]))
        wanted = self._sent_ids()
        if not wanted:
            return
        rows = {row.id: row for row in db().scalars(waiting(actor()).where(Attachment.id.in_(wanted)))}
        self.attached += [AttachmentView.of(rows[it], _said_of(it)) for it in wanted if it in rows]
        gone = [it for it in wanted if it not in rows]
        # The form was sent twice: its files are attached to the post already.
        if gone and not was_posted(db(), actor(), self.submission_key()):
            self.file_errors += [(_said_of(it)["name"], _WORDS[Refusal.GONE]) for it in gone]

    def _keep_files(self, files: Sequence[FileStorage]) -> None:
        if files:
            db().commit()  # hold no locks during an upload, which may be long
        for file in files:
            content = file.stream.read(LARGEST_FILE + 1)
            self._digests.append(digest_of(content))
            try:
                kept = keep_file(
                    cast("sessionmaker[Session]", current_app.extensions["sessions"]),
                    actor(),
                    form_id=UUID(self.submission.data),
                    claimed_name=file.filename or "",
                    content=content,
                )
            except RefusedFileError as refused:
                self.file_errors.append((shown_claim(file.filename or ""), _words(refused)))
                continue
            if kept.id not in {it.id for it in self.attached}:
                self.attached.append(AttachmentView.of(kept, {}))


class UploadForm(AttachingForm):
    """A form of files only, before the post is sent."""


class RemoveForm(LaunchedForm):
    """A form of one button."""


def _said_of(attachment_id: UUID) -> dict[str, Any]:
    return {
        "name": _line(f"name-{attachment_id}"),
        "alt": _line(f"alt-{attachment_id}"),
        "decorative": f"decorative-{attachment_id}" in request.form,
    }


def _line(name: str) -> str:
    return clean_line(request.form.get(name, ""), longest=LONGEST_ALT)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
