"""Documents that would act, that are locked, or that unpack to more than they seem."""

import io
import struct
import zipfile
from collections.abc import Mapping

import pytest

from lti_tool.attachments.errors import Refusal, RefusedFileError
from lti_tool.attachments.kinds import kind_of
from tests.attachments.files import CONTENT_TYPES, WORD, content_types, document, odt, packed

VBA = "application/vnd.ms-office.vbaProject"
RELATIONSHIP = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"


def relationships(kind: str, target: str = "other.bin") -> bytes:
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="r1" Type="{kind}" Target="{target}"/></Relationships>'
    ).encode()


def _in_utf_16(part: bytes) -> bytes:
    return part.decode().encode("utf-16")


def word(parts: Mapping[str, bytes], **types: str) -> bytes:
    return packed(**{CONTENT_TYPES: content_types(WORD, **types), "word/document.xml": b"<w/>", **parts})


def manifest(*paths: str, inside: str = "", prefix: str = "manifest") -> bytes:
    entries = "".join(
        f'<{prefix}:file-entry {prefix}:full-path="{path}" {prefix}:media-type="text/xml">{inside}'
        f"</{prefix}:file-entry>"
        for path in paths
    )
    return (
        f'<?xml version="1.0"?><{prefix}:manifest xmlns:{prefix}='
        f'"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{entries}</{prefix}:manifest>'
    ).encode()


MANIFEST = "META-INF/manifest.xml"
LOCK = '<manifest:encryption-data manifest:checksum-type="SHA1/1K" manifest:checksum="x"/>'
MULTIPLIED = b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><m>&b;</m>'


def declared(size: int) -> bytes:
    """A document with a part that says it unpacks to this size."""
    content = bytearray(document("word/media/image1.png"))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(content)


def locked_zip() -> bytes:
    content = bytearray(document())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def old(*inside: str) -> bytes:
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    return start + b"".join(it.encode("utf-16-le") for it in inside)


def bloated_table() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CONTENT_TYPES, b" " * 20_000_000)
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", document("word/vbaProject.bin"), Refusal.MACROS),
        ("a.docx", document("word\\VBAPROJECT.BIN"), Refusal.MACROS),
        ("a.docx", word({"word/other.bin": b"x"}, **{"word/other.bin": VBA}), Refusal.MACROS),
        ("a.docx", word({"word/_rels/document.xml.rels": relationships(RELATIONSHIP)}), Refusal.MACROS),
        (
            "a.docx",
            word({"word/_rels/document.xml.rels": relationships(RELATIONSHIP).replace(b"vba", b"&#x76;ba")}),
            Refusal.MACROS,
        ),
        (
            "a.docx",
            word({"word/_rels/document.xml.rels": _in_utf_16(relationships(RELATIONSHIP))}),
            Refusal.MACROS,
        ),
        (
            "a.docx",
            packed(
                **{
                    CONTENT_TYPES: content_types("application/vnd.ms-word.document.macroEnabled.main+xml"),
                    "word/document.xml": b"<w/>",
                }
            ),
            Refusal.MACROS,
        ),
        (
            "a.xlsx",
            word({}, **{"xl/macrosheets/sheet1.xml": "application/vnd.ms-excel.macrosheet+xml"}),
            Refusal.MACROS,
        ),
        (
            "a.docx",
            word({}, **{"word/activeX/activeX1.xml": "application/vnd.ms-office.activeX+xml"}),
            Refusal.MACROS,
        ),
        ("a.docx", word({"[CONTENT_TYPES].xml": content_types(WORD, **{"x.bin": VBA})}), Refusal.MACROS),
        ("a.odt", odt({"Basic/Standard/Module1.xml": b"<x/>"}), Refusal.MACROS),
        ("a.odt", odt({"Scripts/python/evil.py": b"x"}), Refusal.MACROS),
        ("a.odt", odt({"scripts\\python\\evil.py": b"x"}), Refusal.MACROS),
        ("a.odt", odt({"Object 1/Basic/Standard/Module1.xml": b"<x/>"}), Refusal.MACROS),
        ("a.odt", odt({"Dialogs/Standard/Dialog1.xml": b"<x/>"}), Refusal.MACROS),
        ("a.odt", odt({MANIFEST: manifest("/", "Basic/Standard/Module1.xml")}), Refusal.MACROS),
        ("a.odt", odt({MANIFEST: manifest("Scripts/x.bsh", prefix="m")}), Refusal.MACROS),
        ("a.odt", odt({MANIFEST: manifest("content.xml", inside=LOCK)}), Refusal.LOCKED),
        ("a.odt", odt({MANIFEST: MULTIPLIED}), Refusal.DAMAGED),
        ("a.docx", locked_zip(), Refusal.LOCKED),
        ("a.docx", old("WordDocument", "EncryptedPackage"), Refusal.LOCKED),
        ("a.doc", old("WordDocument"), Refusal.OLD_OFFICE),
        ("a.docx", declared(4_000_000_000), Refusal.TOO_LARGE_INSIDE),
        ("a.docx", bloated_table(), Refusal.TOO_LARGE_INSIDE),
        ("a.docx", packed(*(f"{number}" for number in range(5001))), Refusal.TOO_LARGE_INSIDE),
        ("a.docx", document()[:-30], Refusal.DAMAGED),
        ("a.docx", word({"word/_rels/document.xml.rels": b"<not xml"}), Refusal.DAMAGED),
    ],
)
def test_what_is_refused(name: str, content: bytes, reason: Refusal) -> None:
    with pytest.raises(RefusedFileError) as refused:
        kind_of(content, name)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", document()),
        ("a.docx", packed(**{CONTENT_TYPES: content_types(WORD), "word/document2.xml": b"<w/>"})),
        ("a.odt", odt({})),
        ("a.odt", odt({MANIFEST: manifest("/", "content.xml")})),
        ("a.odt", odt({"Configurations2/menubar/menubar.xml": b"<x/>", "Pictures/basic.png": b"x"})),
        (
            "a.odt",
            odt(
                {
                    MANIFEST: b'<?xml version="1.0"?><!DOCTYPE manifest PUBLIC "-//OpenOffice.org//DTD'
                    b' Manifest 1.0//EN" "Manifest.dtd"><manifest/>'
                }
            ),
        ),
    ],
)
def test_what_is_taken(name: str, content: bytes) -> None:
    assert kind_of(content, name).endings[0] == name.rpartition(".")[2]


def test_a_too_long_list_of_zip_parts_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        pytest.fail("the list was read")

    content = packed(*(f"{number}" for number in range(5001)))
    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", read)
    with pytest.raises(RefusedFileError):
        kind_of(content, "a.docx")
