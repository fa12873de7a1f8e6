"""Kinds of files that can be attached. The content decides, and the name's ending must agree."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from lti_tool.attachments import documents, texts
from lti_tool.attachments.errors import Refusal, RefusedFileError

_START = 64


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. A name keeps one of these endings; other names get the first one."""

    name: str
    media_type: str
    endings: tuple[str, ...]

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_bare(self) -> bool:
        """Whether the format has no metadata of programs, such as an author's name."""
        return self.is_image or self.media_type.startswith("text/")


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
JPEG: Final = Kind("jpeg", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif", "mpo"))
PNG: Final = Kind("png", "image/png", ("png", "apng"))
WEBP: Final = Kind("webp", "image/webp", ("webp",))
GIF: Final = Kind("gif", "image/gif", ("gif",))
HEIC: Final = Kind("heic", "image/heic", ("heic", "heif", "hif"))
AVIF: Final = Kind("avif", "image/avif", ("avif",))
PDF: Final = Kind("pdf", "application/pdf", ("pdf",))
# The encoding is unknown, so the text is served as it came.
TEXT: Final = Kind("text", "text/plain", ("txt", *texts.ENDINGS))
CSV: Final = Kind("csv", "text/csv", ("csv",))
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
    for kind in (
        *(JPEG, PNG, WEBP, GIF, HEIC, AVIF, PDF, TEXT, CSV),
        *(DOCX, XLSX, PPTX, ODT, ODS, ODP, MP3, M4A, OGG),
    )
}
BY_ENDING: Final = {ending: kind for kind in KINDS.values() for ending in kind.endings}
_STARTS: Final = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)
_REFUSED_STARTS: Final = (
    (b"MZ", Refusal.PROGRAM),
    (b"\x7fELF", Refusal.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Refusal.PROGRAM),
    (b"\xca\xfe\xba\xbe", Refusal.PROGRAM),
    (b"\x1aE\xdf\xa3", Refusal.VIDEO),
    (b"\x1f\x8b", Refusal.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Refusal.ARCHIVE),
    (b"Rar!\x1a\x07", Refusal.ARCHIVE),
)
_HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS: Final = {b"avif", b"avis"}
_M4A_BRANDS: Final = {b"M4A ", b"M4B "}
_MIXED_BRANDS: Final = {b"mp42", b"mp41", b"isom", b"iso2", b"dash"}
_VIDEO_ENDINGS: Final = {"mp4", "m4v", "mov", "3gp", "webm", "mkv", "avi"}
_LAYER_3, _FREE, _RESERVED = 0x02, 0x0F, 0x03


def kind_of(content: bytes, claimed_name: str) -> Kind:
    """The kind of a file. Raises RefusedFileError if it is not accepted, or its ending says otherwise."""
    if not content:
        raise RefusedFileError(Refusal.EMPTY)
    ending = ending_of(claimed_name)
    kind = _known(content)
    if ending in _VIDEO_ENDINGS and kind in {M4A, None}:
        raise RefusedFileError(Refusal.VIDEO)
    if kind is None and not texts.is_text(content):
        raise RefusedFileError(_why_not(content))
    kind = kind or (CSV if ending in CSV.endings else TEXT)
    claimed = BY_ENDING.get(ending)
    # A text may have any ending except another kind's; other endings are followed by ".txt".
    if claimed is not kind and (claimed or (ending and kind is not TEXT)):
        raise RefusedFileError(Refusal.MISNAMED, claimed=f".{ending}", found=kind.name)
    return kind


def ending_of(name: str) -> str:
    return PurePath(name).suffix.removeprefix(".").lower()


def _why_not(content: bytes) -> Refusal:
    for beginning, reason in _REFUSED_STARTS:
        if content.startswith(beginning):
            return reason
    if content[4:8] == b"ftyp":
        return Refusal.VIDEO
    return documents.why_old(content) or Refusal.UNKNOWN


def _known(content: bytes) -> Kind | None:
    start = content[:_START]
    for beginning, kind in _STARTS:
        if start.startswith(beginning):
            return kind
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return WEBP
    if start.startswith(b"PK\x03\x04"):
        return KINDS[documents.document_kind(content)]
    return _boxed(start) or _sound(start)


def _boxed(start: bytes) -> Kind | None:
    """Files of the MP4 family: the first box names the file's brands."""
    if start[4:8] != b"ftyp":
        return None
    brand = start[8:12]
    others = {start[at : at + 4] for at in range(16, min(int.from_bytes(start[:4]), len(start)), 4)}
    if brand in _AVIF_BRANDS or (brand in _HEIC_BRANDS and others & _AVIF_BRANDS):
        return AVIF
    if brand in _HEIC_BRANDS:
        return HEIC
    return M4A if brand in _M4A_BRANDS | _MIXED_BRANDS else None


def _sound(start: bytes) -> Kind | None:
    if start.startswith(b"OggS") and (b"OpusHead" in start or b"\x01vorbis" in start):
        return OGG
    if start.startswith(b"ID3") or _is_mp3_frame(start):
        return MP3
    return None


def _is_mp3_frame(start: bytes) -> bool:
    """An MP3 frame starts with eleven set bits, then layer III with a valid bit rate and sampling rate."""
    if len(start) < 4 or start[0] != 0xFF or start[1] & 0xE0 != 0xE0:  # noqa: PLR2004  # the bits of a frame
        return False
    return start[1] & 0x06 == _LAYER_3 and start[2] >> 4 != _FREE and start[2] >> 2 & 0x03 != _RESERVED
