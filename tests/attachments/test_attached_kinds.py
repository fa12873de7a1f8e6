"""What may be attached: told from the content; pictures are made anew; names are harmless."""

import io

import pytest
from PIL import Image

from lti_tool.attachments.errors import Refusal, RefusedFileError
from lti_tool.attachments.kinds import JPEG, PDF, PNG, TEXT, kind_of
from lti_tool.attachments.names import file_name
from lti_tool.attachments.pictures import make_anew
from tests.attachments.files import (
    MAKER,
    PLACE,
    SHEET,
    SLIDES,
    document,
    odt,
    packed,
    photo,
    picture,
    png_of,
)
from tests.attachments.files import PDF as A_PDF

M4A = b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00" + b"\0" * 40
OGG = b"OggS\x00\x02" + b"\0" * 22 + b"OpusHead" + b"\0" * 20
HEIC = b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"
AVIF_IN_MIF1 = b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
WORDS = "Größe: „weiß“, 5 €"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", picture(), "png"),
        ("a.JPG", photo(), "jpeg"),
        ("a.jpeg", photo(), "jpeg"),
        ("a.webp", picture("WEBP"), "webp"),
        ("a.gif", picture("GIF"), "gif"),
        ("clipboard", picture(), "png"),
        ("a.pdf", A_PDF, "pdf"),
        ("a.txt", b"Words.\r\n", "text"),
        ("a.md", "Größe: ﷺ\n".encode(), "text"),
        ("a.csv", b"a,b\n1,2\n", "csv"),
        ("a.py", b"print('a')\n", "text"),
        ("A.java", b"class A {}\n", "text"),
        ("a.json", b'{"a": 1}', "text"),
        ("a.txt", WORDS.encode("utf-8-sig"), "text"),
        ("a.csv", WORDS.encode("utf-16"), "csv"),
        ("a.csv", WORDS.encode("utf-16-le"), "csv"),
        ("a.txt", b"\xfe\xff" + WORDS.encode("utf-16-be"), "text"),
        ("a.txt", WORDS.encode("utf-32"), "text"),
        ("a.java", WORDS.encode("cp1252"), "text"),
        ("a.py", "Grüße, Añez".encode("latin-1"), "text"),
        ("a.csv", "名前,点数\n".encode("shift-jis"), "csv"),
        ("a.txt", "名前は".encode("iso2022_jp"), "text"),
        ("a.txt", "姓名".encode("gb18030"), "text"),
        ("a.txt", "Имя".encode("koi8-r"), "text"),
        ("a.log", b"\x1b[31mred\x1b[0m\r\n", "text"),
        ("README", b"no ending", "text"),
        (".gitignore", b"var/\n", "text"),
        ("a.html", HTML, "text"),
        ("a.svg", SVG, "text"),
        ("a.js", b"alert(1)", "text"),
        ("a.docx", document(), "docx"),
        ("a.xlsx", document(main=SHEET), "xlsx"),
        ("a.pptx", document(main=SLIDES), "pptx"),
        ("a.odt", odt({}), "odt"),
        ("a.heic", HEIC, "heic"),
        ("a.avif", AVIF_IN_MIF1, "avif"),
        ("a.avif", picture("AVIF"), "avif"),
        ("a.mp3", b"ID3\x04\x00" + b"\0" * 60, "mp3"),
        ("a.mp3", b"\xff\xfb\x90\x64" + b"\0" * 60, "mp3"),
        ("a.m4a", M4A, "m4a"),
        ("a.opus", OGG, "ogg"),
        ("a..b.pdf", A_PDF, "pdf"),
    ],
)
def test_what_is_taken(name: str, content: bytes, kind: str) -> None:
    assert kind_of(content, name).name == kind


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.png", b"", Refusal.EMPTY),
        ("a.jpg.html", photo(), Refusal.MISNAMED),
        ("a.png", HTML, Refusal.MISNAMED),
        ("a.docx", b"words", Refusal.MISNAMED),
        ("a.pdf", picture(), Refusal.MISNAMED),
        ("a.txt", picture(), Refusal.MISNAMED),
        ("a.heic", photo(), Refusal.MISNAMED),
        ("a.exe", b"MZ\x90\x00" + b"\0" * 60, Refusal.PROGRAM),
        ("a", b"\x7fELF\x02\x01\x01" + b"\0" * 60, Refusal.PROGRAM),
        ("a.txt", b"a\x00b", Refusal.UNKNOWN),
        ("a.txt", b"\xff\xfe\x00", Refusal.UNKNOWN),
        ("a.txt", b"\x00\x01\x02\x03" * 20, Refusal.UNKNOWN),
        ("a.zip", packed("word.txt"), Refusal.ARCHIVE),
        ("a.docx", packed("../../etc/passwd"), Refusal.ARCHIVE),
        ("a.tar.gz", b"\x1f\x8b\x08\x00" + b"\0" * 60, Refusal.ARCHIVE),
        ("a.docx", b"PK\x03\x04 broken", Refusal.DAMAGED),
        ("a.odt", packed(mimetype=b"text/html"), Refusal.UNKNOWN),
        ("a.mp4", b"\x00\x00\x00\x20ftypavc1", Refusal.VIDEO),
        ("a.mp4", b"\x00\x00\x00\x20ftypisom\0\0\0\0", Refusal.VIDEO),
        ("a.mov", b"\x00\x00\x00\x14ftypqt  \0\0\0\0", Refusal.VIDEO),
        ("a.mp3", b"\xff\xf9\x90\x64" + b"\0" * 60, Refusal.UNKNOWN),
        ("a.mp3\u202egnp", b"\xff\xfb\x90\x64" + b"\0" * 60, Refusal.MISNAMED),
    ],
)
def test_what_is_refused(name: str, content: bytes, reason: Refusal) -> None:
    with pytest.raises(RefusedFileError) as refused:
        kind_of(content, name)
    assert refused.value.reason is reason


def test_a_photo_is_turned_upright_and_loses_its_metadata() -> None:
    sent = photo((60, 40))
    assert PLACE.encode() in sent
    made = make_anew(sent, JPEG)
    assert (made.width, made.height) == (40, 60)
    assert PLACE.encode() not in made.content
    assert MAKER.encode() not in made.content
    with Image.open(io.BytesIO(made.content)) as again:
        assert again.format == "JPEG"
        assert again.size == (40, 60)
        assert not again.getexif()
        assert not {"exif", "icc_profile", "comment", "xmp"} & set(again.info)


def test_a_png_loses_its_metadata_and_keeps_its_transparency() -> None:
    written = io.BytesIO()
    notes = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    notes.info["icc_profile"] = b"a profile"
    notes.save(written, "PNG", icc_profile=b"a profile", exif=b"Exif\0\0" + PLACE.encode())
    made = make_anew(written.getvalue() + b"<script>alert(1)</script>", PNG)
    assert PLACE.encode() not in made.content
    assert b"script" not in made.content
    with Image.open(io.BytesIO(made.content)) as again:
        assert again.convert("RGBA").getpixel((0, 0)) == (255, 0, 0, 0)
        assert "icc_profile" not in again.info


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK", "RGBA"])
def test_every_colour_mode(mode: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (12, 12)).save(written, "JPEG" if mode == "CMYK" else "PNG")
    made = make_anew(written.getvalue(), JPEG if mode == "CMYK" else PNG)
    assert (made.width, made.height) == (12, 12)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (png_of(65_535, 65_535), Refusal.TOO_MANY_PIXELS),
        (png_of(5001, 5000), Refusal.TOO_MANY_PIXELS),
        (picture("JPEG", (8100, 8000)), Refusal.TOO_MANY_PIXELS),
        (picture()[:-30], Refusal.UNREADABLE),
        (photo()[:-200], Refusal.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, Refusal.UNREADABLE),
        (b"\xff\xd8\xff" + b"x" * 100, Refusal.UNREADABLE),
        (b"GIF89a/*" + b"*/=1;alert(1)", Refusal.UNREADABLE),
    ],
    ids=["bomb", "just over", "jpeg over", "cut png", "cut jpeg", "hollow png", "hollow jpeg", "gif script"],
)
def test_unreadable_pictures_are_refused(content: bytes, reason: Refusal) -> None:
    with pytest.raises(RefusedFileError) as refused:
        make_anew(content, kind_of(content, ""))
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ana\\Plan.TXT", "Plan.txt"),
        ("invoice\u202etxt.exe", "invoicetxt.exe.txt"),
        ("con.txt", "file.txt"),
        (".txt", "file.txt"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("x" * 300 + ".txt", "x" * 80 + ".txt"),
        ("  two   words .txt", "two words.txt"),
        ("plan.md", "plan.md"),
        ("plan.PY", "plan.py"),
        ("script.js", "script.js.txt"),
        ("page.html", "page.html.txt"),
        ("setup.cmd", "setup.cmd.txt"),
        ("notes v1.2", "notes v1.2.txt"),
        ("README", "README.txt"),
        ('a"b<c>|?*.txt', "a b c.txt"),
        ("Ana Ruiz.txt", "Ana Ruiz.txt"),
        ("خطة.txt", "خطة.txt"),
    ],
)
def test_names_are_made_safe(claimed: str, name: str) -> None:
    assert file_name(claimed, TEXT) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [("My plan", "My plan.pdf"), ("My plan.PDF", "My plan.pdf"), ("a/b.exe", "b.exe.pdf"), ("", "file.pdf")],
)
def test_a_chosen_name_has_the_ending_of_its_kind(typed: str, name: str) -> None:
    assert file_name(typed, PDF) == name


@pytest.mark.parametrize(("typed", "name"), [("Plan", "Plan.py"), ("Plan.java", "Plan.java")])
def test_a_text_keeps_its_ending_where_none_is_typed(typed: str, name: str) -> None:
    assert file_name(typed, TEXT, before="draft.py") == name
