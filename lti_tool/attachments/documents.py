"""Office documents: their kind, and whether they contain macros.

They are zip files. Their parts are told by what their own tables say of them (content types, relationships,
manifest), since a program goes by these and not by names. Of the rest nothing is unpacked.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from lti_tool.attachments.errors import Refusal, RefusedFileError

_MOST_ENTRIES: Final = 5000
_MOST_UNPACKED: Final = 500 * 1024 * 1024
"""Largest size that a reader's program may have to unpack. Spreadsheets are twenty times as large as their
file.
"""
_MOST_OF_TABLES: Final = 8 * 1024 * 1024
"""Largest unpacked size of a document's tables."""
_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x1

_OFFICE_KINDS: Final = {
    "wordprocessingml.document.main+xml": "docx",
    "spreadsheetml.sheet.main+xml": "xlsx",
    "presentationml.presentation.main+xml": "pptx",
}
_CONTENT_TYPES: Final = "[content_types].xml"
_OFFICE_MACROS: Final = ("vbaproject", "vbadata", "macroenabled", "macrosheet", "activex")
"""Marks of macros in a part's content type or a relationship's target."""
_NAMED_MACROS: Final = ("vbaproject.bin", "vbadata.xml")

_ODF_TYPE: Final = "application/vnd.oasis.opendocument."
_ODF_KINDS: Final = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
_ODF_MANIFEST: Final = "meta-inf/manifest.xml"
_ODF_MACROS: Final = {"basic", "scripts", "dialogs"}
"""Folders of macros, in the document and in documents embedded in it."""

_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_PART: Final = "EncryptedPackage".encode("utf-16-le")

_BROKEN = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, OSError, ValueError, RuntimeError, EOFError,
)  # fmt: skip


def document_kind(content: bytes) -> str:
    """The name of the document's kind. Raises RefusedFileError."""
    if content.count(_ENTRY) > _MOST_ENTRIES:  # before the list of them is read, which may be a long one
        raise RefusedFileError(Refusal.TOO_LARGE_INSIDE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _Document(packed).kind()
    except _BROKEN:
        raise RefusedFileError(Refusal.DAMAGED) from None


def why_old(content: bytes) -> Refusal | None:
    """Old office files, and new ones with a password, are containers of an older format, not zip files."""
    if not content.startswith(_OLD):
        return None
    return Refusal.LOCKED if _LOCKED_PART in content else Refusal.OLD_OFFICE


class _Document:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self._left = _MOST_OF_TABLES
        # Folded as an office program compares names; a name may occur twice.
        self._parts = [(it, _plain(it.filename)) for it in packed.infolist() if not it.is_dir()]
        self._names = {name for _, name in self._parts}

    def kind(self) -> str:
        if sum(it.file_size for it, _ in self._parts) > _MOST_UNPACKED:
            raise RefusedFileError(Refusal.TOO_LARGE_INSIDE)
        if any(it.flag_bits & _ENCRYPTED for it, _ in self._parts):
            raise RefusedFileError(Refusal.LOCKED)
        mimetype = next((it for it, name in self._parts if name == "mimetype"), None)
        return self._open_document(mimetype) if mimetype else self._office()

    def _office(self) -> str:
        if _CONTENT_TYPES not in self._names:
            raise RefusedFileError(Refusal.ARCHIVE)
        told = {
            attributes.get(key, "").lower()
            for entry, name in self._parts
            if name == _CONTENT_TYPES or name.endswith(".rels")
            for attributes in self._elements(entry)
            for key in ("ContentType", "Type")
        }
        named = any(name.rpartition("/")[2] in _NAMED_MACROS for name in self._names)
        if named or any(word in said for said in told for word in _OFFICE_MACROS):
            raise RefusedFileError(Refusal.MACROS)
        for ending, kind in _OFFICE_KINDS.items():
            if any(said.endswith(ending) for said in told):
                return kind
        raise RefusedFileError(Refusal.UNKNOWN)

    def _open_document(self, mimetype: zipfile.ZipInfo) -> str:
        kind = _ODF_KINDS.get(self._read(mimetype).decode().strip().removeprefix(_ODF_TYPE))
        if kind is None:
            raise RefusedFileError(Refusal.UNKNOWN)
        paths = list(self._names)
        for entry, name in self._parts:
            if name == _ODF_MANIFEST:
                paths += self._listed(entry)
        if any(_ODF_MACROS & set(path.split("/")[:-1]) for path in paths):
            raise RefusedFileError(Refusal.MACROS)
        return kind

    def _listed(self, manifest: zipfile.ZipInfo) -> Iterator[str]:
        """The parts that a manifest lists. Raises RefusedFileError if one is encrypted."""
        for attributes in self._elements(manifest):
            if "checksum" in attributes or "algorithm-name" in attributes:
                raise RefusedFileError(Refusal.LOCKED)
            yield _plain(attributes.get("full-path", ""))

    def _elements(self, entry: zipfile.ZipInfo) -> list[dict[str, str]]:
        """The attributes of each element of a part, by local name.

        Such a part declares no entities, so nothing in it can multiply.
        """
        found: list[dict[str, str]] = []

        def start(_: str, attributes: dict[str, str]) -> None:
            found.append({name.rpartition(" ")[2]: value for name, value in attributes.items()})

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _check_doctype
        parser.StartElementHandler = start
        parser.Parse(self._read(entry), True)  # expat's own
        return found

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        with self._packed.open(entry) as part:
            content = part.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise RefusedFileError(Refusal.TOO_LARGE_INSIDE)
        return content


def _check_doctype(_name: str, _system: str | None, _public: str | None, declares: int) -> None:
    """Old OpenDocument names a DTD, which is never fetched. Raises ValueError for an inline one."""
    if declares:
        raise ValueError("declarations")


def _plain(name: str) -> str:
    return name.replace("\\", "/").removeprefix("/").lower()
