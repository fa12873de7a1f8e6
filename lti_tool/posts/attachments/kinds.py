"""Which files may be attached, told from what is in them: never from what they claim to be."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from lti_tool.posts.attachments.errors import Refusal, RefusedFileError

_START = 64
_MOST_ENTRIES = 5000
_OPEN_DOCUMENT = b"mimetype"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is; its first ending is the one that it gets."""

    name: str
    media_type: str
    endings: tuple[str, ...]

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_bare(self) -> bool:
        """Whether nothing is in it that a program wrote into it, such as its author's name."""
        return self.is_image or self.media_type.startswith("text/")


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
JPEG: Final = Kind("jpeg", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
PNG: Final = Kind("png", "image/png", ("png",))
WEBP: Final = Kind("webp", "image/webp", ("webp",))
GIF: Final = Kind("gif", "image/gif", ("gif",))
PDF: Final = Kind("pdf", "application/pdf", ("pdf",))
TEXT: Final = Kind("text", "text/plain; charset=utf-8", ("txt", "text", "md", "log"))
CSV: Final = Kind("csv", "text/csv; charset=utf-8", ("csv",))
DOCX: Final = Kind("docx", f"{_OFFICE}wordprocessingml.document", ("docx",))
XLSX: Final = Kind("xlsx", f"{_OFFICE}spreadsheetml.sheet", ("xlsx",))
PPTX: Final = Kind("pptx", f"{_OFFICE}presentationml.presentation", ("pptx",))
ODT: Final = Kind("odt", f"{_ODF}text", ("odt",))
ODS: Final = Kind("ods", f"{_ODF}spreadsheet", ("ods",))
ODP: Final = Kind("odp", f"{_ODF}presentation", ("odp",))
MP3: Final = Kind("mp3", "audio/mpeg", ("mp3",))
M4A: Final = Kind("m4a", "audio/mp4", ("m4a",))
OGG: Final = Kind("ogg", "audio/ogg", ("ogg", "oga", "opus"))

KINDS: Final = {
    kind.name: kind
    for kind in (JPEG, PNG, WEBP, GIF, PDF, TEXT, CSV, DOCX, XLSX, PPTX, ODT, ODS, ODP, MP3, M4A, OGG)
}
_OFFICE_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_OPEN_DOCUMENTS = {kind.media_type.encode(): kind for kind in (ODT, ODS, ODP)}
_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)
_M4A_BRANDS = {b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"iso2", b"dash"}
_LAYER_3, _FREE, _RESERVED = 0x02, 0x0F, 0x03


def kind_of(content: bytes, claimed_name: str) -> Kind:
    """What the file is. Raises RefusedFileError for what we don't take, or whose ending says otherwise."""
    if not content:
        raise RefusedFileError(Refusal.EMPTY)
    ending = PurePath(claimed_name).suffix.removeprefix(".").lower()
    kind = _known(content) or _text(content, ending)
    if kind is None:
        raise RefusedFileError(Refusal.UNKNOWN)
    if ending not in kind.endings and (ending or kind is TEXT):
        raise RefusedFileError(Refusal.MISNAMED)
    return kind


def _known(content: bytes) -> Kind | None:
    start = content[:_START]
    for beginning, kind in _STARTS:
        if start.startswith(beginning):
            return kind
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return WEBP
    if start.startswith(b"PK\x03\x04"):
        return _packed(content)
    return _sound(start)


def _sound(start: bytes) -> Kind | None:
    if start[4:8] == b"ftyp" and start[8:12] in _M4A_BRANDS:
        return M4A
    if start.startswith(b"OggS") and (b"OpusHead" in start or b"\x01vorbis" in start):
        return OGG
    if start.startswith(b"ID3") or _is_mp3_frame(start):
        return MP3
    return None


def _is_mp3_frame(start: bytes) -> bool:
    """Eleven set bits, then layer III with a bit rate and a sampling rate that exist."""
    if len(start) < 4 or start[0] != 0xFF or start[1] & 0xE0 != 0xE0:  # noqa: PLR2004  # the bits of a frame
        return False
    return start[1] & 0x06 == _LAYER_3 and start[2] >> 4 != _FREE and start[2] >> 2 & 0x03 != _RESERVED


def _packed(content: bytes) -> Kind | None:
    """A document of an office program, by what it holds; nothing but its short type is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            if not entries or len(entries) > _MOST_ENTRIES:
                return None
            names = {entry.filename for entry in entries}
            if any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in names):
                raise RefusedFileError(Refusal.MACROS)
            if entries[0].filename.encode() == _OPEN_DOCUMENT and entries[0].file_size < _START * 2:
                return _OPEN_DOCUMENTS.get(packed.read(entries[0]).strip())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in names), None)


def _text(content: bytes, ending: str) -> Kind | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(not letter.isprintable() and letter in _CONTROLS for letter in set(text)):
        return None
    return CSV if ending in CSV.endings else TEXT


_CONTROLS = {chr(code) for code in (*range(32), *range(127, 160))} - set("\t\n\r\f\x85")
