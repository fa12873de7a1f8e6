"""What may be attached: told from the content; pictures are made anew; names are harmless."""

import io
import time

import pytest
from PIL import Image

from lti_tool.posts.attachments.errors import Refusal, RefusedFileError
from lti_tool.posts.attachments.kinds import JPEG, PDF, PNG, TEXT, kind_of
from lti_tool.posts.attachments.names import chosen_name, file_name
from lti_tool.posts.attachments.pictures import LONGEST_SIDE, make_anew
from tests.posts.files import MAKER, PLACE, document, packed, photo, picture, png_of
from tests.posts.files import PDF as A_PDF

M4A = b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00" + b"\0" * 40
OGG = b"OggS\x00\x02" + b"\0" * 22 + b"OpusHead" + b"\0" * 20
ODT = packed(mimetype=b"application/vnd.oasis.opendocument.text")


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
        ("a.docx", document(), "docx"),
        ("a.xlsx", packed("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        ("a.pptx", packed("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
        ("a.odt", ODT, "odt"),
        ("a.mp3", b"ID3\x04\x00" + b"\0" * 60, "mp3"),
        ("a.mp3", b"\xff\xfb\x90\x64" + b"\0" * 60, "mp3"),
        ("a.m4a", M4A, "m4a"),
        ("a.opus", OGG, "ogg"),
        ("a..b.pdf", A_PDF, "pdf"),
    ],
)
def test_what_is_taken(name: str, content: bytes, kind: str) -> None:
    assert kind_of(content, name).name == kind


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.png", b"", Refusal.EMPTY),
        ("a.html", HTML, Refusal.MISNAMED),
        ("a.svg", SVG, Refusal.MISNAMED),
        ("a.xml", b"<?xml version='1.0'?><x/>", Refusal.MISNAMED),
        ("a.js", b"alert(1)", Refusal.MISNAMED),
        ("a.jpg.html", photo(), Refusal.MISNAMED),
        ("a.png", HTML, Refusal.MISNAMED),
        ("a.pdf", picture(), Refusal.MISNAMED),
        ("words", b"no ending", Refusal.MISNAMED),
        ("a.exe", b"MZ\x90\x00" + b"\0" * 60, Refusal.UNKNOWN),
        ("a.txt", b"a\x00b", Refusal.UNKNOWN),
        ("a.txt", b"\xff\xfe\x00", Refusal.UNKNOWN),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 60, Refusal.UNKNOWN),
        ("a.zip", packed("word.txt"), Refusal.UNKNOWN),
        ("a.docx", packed("../../etc/passwd"), Refusal.UNKNOWN),
        ("a.docx", document("word/vbaProject.bin"), Refusal.MACROS),
        ("a.docx", b"PK\x03\x04 broken", Refusal.UNKNOWN),
        ("a.odt", packed(mimetype=b"text/html"), Refusal.UNKNOWN),
        ("a.docx", packed(*(f"entry-{number}" for number in range(5001))), Refusal.UNKNOWN),
        ("a.mp4", b"\x00\x00\x00\x20ftypavc1", Refusal.UNKNOWN),
        ("a.mp3", b"\xff\xf9\x90\x64" + b"\0" * 60, Refusal.UNKNOWN),
        ("a.mp3\u202egnp", b"\xff\xfb\x90\x64" + b"\0" * 60, Refusal.MISNAMED),
    ],
)
def test_what_is_refused(name: str, content: bytes, reason: Refusal) -> None:
    with pytest.raises(RefusedFileError) as refused:
        kind_of(content, name)
    assert refused.value.reason is reason


def test_a_photo_is_turned_upright_and_tells_nothing() -> None:
    sent = photo((60, 40))
    assert PLACE.encode() in sent
    made = make_anew(sent)
    assert (made.width, made.height) == (40, 60)
    assert PLACE.encode() not in made.content
    assert MAKER.encode() not in made.content
    with Image.open(io.BytesIO(made.content)) as again:
        assert again.format == "JPEG"
        assert again.size == (40, 60)
        assert not again.getexif()
        assert not {"exif", "icc_profile", "comment", "xmp"} & set(again.info)


def test_notes_in_a_png_are_gone_and_what_is_clear_stays_clear() -> None:
    written = io.BytesIO()
    notes = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    notes.info["icc_profile"] = b"a profile"
    notes.save(written, "PNG", icc_profile=b"a profile", exif=b"Exif\0\0" + PLACE.encode())
    made = make_anew(written.getvalue() + b"<script>alert(1)</script>")
    assert PLACE.encode() not in made.content
    assert b"script" not in made.content
    with Image.open(io.BytesIO(made.content)) as again:
        assert again.convert("RGBA").getpixel((0, 0)) == (255, 0, 0, 0)
        assert "icc_profile" not in again.info


def test_a_moving_picture_keeps_its_first_frame() -> None:
    written = io.BytesIO()
    frames = [Image.new("RGB", (30, 30), (shade, 0, 0)) for shade in (10, 120, 240)]
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    made = make_anew(written.getvalue())
    assert made.kind is PNG
    with Image.open(io.BytesIO(made.content)) as again:
        assert getattr(again, "n_frames", 1) == 1


def test_a_large_picture_becomes_smaller() -> None:
    made = make_anew(picture("JPEG", (5000, 2500)))
    assert (made.kind, made.width, made.height) == (JPEG, LONGEST_SIDE, LONGEST_SIDE // 2)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK", "RGBA"])
def test_every_kind_of_colour(mode: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (12, 12)).save(written, "JPEG" if mode == "CMYK" else "PNG")
    assert (make_anew(written.getvalue()).width, make_anew(written.getvalue()).height) == (12, 12)


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
def test_what_is_no_picture_that_we_can_make(content: bytes, reason: Refusal) -> None:
    began = time.perf_counter()
    with pytest.raises(RefusedFileError) as refused:
        make_anew(content)
    assert refused.value.reason is reason
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ana\\Plan.TXT", "Plan.txt"),
        ("invoice\u202etxt.exe", "invoicetxt.txt"),
        ("con.txt", "file.txt"),
        (".txt", "txt.txt"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("x" * 300 + ".txt", "x" * 80 + ".txt"),
        ("  two   words .txt", "two words.txt"),
        ("plan.md", "plan.txt"),
        ('a"b<c>|?*.txt', "a b c.txt"),
        ("Ruiz_Ana_plan.txt", "plan.txt"),
        ("Plan von Ána Ruiz.txt", "Plan von.txt"),
        ("analysis.txt", "analysis.txt"),
        ("Ana Ruiz.txt", "file.txt"),
        ("خطة.txt", "خطة.txt"),
    ],
)
def test_a_name_is_harmless_and_nobodys(claimed: str, name: str) -> None:
    assert file_name(claimed, TEXT, author="Ana Ruiz") == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [("My plan", "My plan.pdf"), ("My plan.PDF", "My plan.pdf"), ("a/b.exe", "b.exe.pdf"), ("", "file.pdf")],
)
def test_a_chosen_name_keeps_the_ending_of_its_kind(typed: str, name: str) -> None:
    assert chosen_name(typed, PDF) == name
