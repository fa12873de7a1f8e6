"""Files over HTTP: chosen, posted, shown, refused, removed and swept."""

import io
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.http import parse_options_header

from lti_tool.attachments import keeping
from lti_tool.attachments.models import MOST_FILES
from lti_tool.core.actor import Role
from lti_tool.posts.models import Conversation, Post
from lti_tool.statements.models import StatementRow
from lti_tool.storage.store import Storage, StorageError
from tests.attachments.files import (
    NOTES,
    PDF,
    PLACE,
    ids_in,
    multipart,
    photo,
    picture,
    post_with_files,
    post_with_pictures,
    posted_file,
    rows,
    said,
    upload,
    waiting_file,
)
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import QUESTION, ask_for_help
from tests.threads.test_threads import THREAD, post_thread
from tests.web.test_sessions import TOOL, Tab
from xapi import vocabulary

COUNT = vocabulary.ATTACHMENTS


def test_files_that_are_sent_along_stand_below_the_post(ana: Visitor, session: Session) -> None:
    path = post_with_pictures(ana, {"A <beach>": photo((60, 40))}, ("plan.pdf", PDF))
    page = ana.get(path).text
    first, second = rows(session)
    assert f'src="{ana.base}/attachments/{first.id}"' in page
    assert 'alt="A &lt;beach&gt;"' in page
    assert 'width="40"' in page
    assert 'loading="lazy"' in page
    assert f'href="{ana.base}/attachments/{second.id}" data-download' in page
    assert "plan.pdf" in page
    assert session.scalars(select(Post.attachment_count)).one() == 2


def test_each_picture_has_its_description_without_scripts_too(ana: Visitor) -> None:
    page = ana.get(post_with_pictures(ana, {"A beach": photo((60, 40)), "A chart": photo((80, 40))})).text
    assert re.findall(r'alt="([^"]+)"[^>]*width="(\d+)"', page) == [("A beach", "40"), ("A chart", "40")]


def test_a_picture_is_served_inert(ana: Visitor, session: Session) -> None:
    post_with_files(ana, ("beach.jpg", photo()))
    answer = ana.get(f"/attachments/{rows(session)[0].id}")
    assert answer.status_code == 200
    assert answer.content_type == "image/jpeg"
    assert answer.headers["Content-Disposition"] == "inline; filename=beach.jpg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    assert answer.headers["Content-Security-Policy"] == policy
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert PLACE.encode() not in answer.data


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("plan.pdf", PDF, "application/pdf"),
        ("page.txt", b"<!doctype html><script>alert(1)</script>", "text/plain"),
        ("list.csv", b"a,b\n=1+1,2\n", "text/csv"),
    ],
)
def test_other_files_are_downloaded_and_never_opened(
    ana: Visitor, session: Session, name: str, content: bytes, media_type: str
) -> None:
    post_with_files(ana, (name, content))
    answer = ana.get(f"/attachments/{rows(session)[0].id}")
    assert (answer.data, answer.content_type) == (content, media_type)
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "said_as"),
    [
        ("خطة.txt", "filename=file.txt; filename*=UTF-8''%D8%AE%D8%B7%D8%A9.txt"),
        ("Größe (neu).txt", "filename=\"Groe (neu).txt\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%28neu%29.txt"),
        ("計画.py", "filename=file.py; filename*=UTF-8''%E8%A8%88%E7%94%BB.py"),
    ],
)
def test_a_non_ascii_name_is_encoded_in_the_header(
    ana: Visitor, session: Session, name: str, said_as: str
) -> None:
    """A header is ASCII: a server can't send it otherwise."""
    post_with_files(ana, (name, NOTES.encode()))
    header = ana.get(f"/attachments/{rows(session)[0].id}").headers["Content-Disposition"]
    assert header == f"attachment; {said_as}"
    assert header.isascii()
    assert parse_options_header(header)[1]["filename"] == name


def test_a_waiting_file_is_posted_with_its_description(ana: Visitor, session: Session) -> None:
    answer, form = upload(ana, ("IMG_1.png", picture()), ("plan.pdf", PDF))
    one, other = ids_in(answer.text)
    listed = ana.get(f"/attachments?form={form['submission']}")
    assert ids_in(listed.text) == [one, other]
    fields = {**said(other, "The plan"), **said(one, "opening.png", alt="A chart", decorative="yes")}
    sent = ana.post("/threads/new", {**form, **THREAD, **fields})
    assert sent.status_code == 303
    assert [(str(row.id), row.name) for row in rows(session)] == [
        (other, "The plan.pdf"),
        (one, "opening.png"),
    ]
    assert rows(session)[1].decorative
    assert ids_in(ana.get(f"/attachments?form={form['submission']}").text) == []
    page = ana.get(sent.location.removeprefix(ana.base)).text
    assert 'alt=""' in page


def test_replies_requests_and_answers_take_files_too(ana: Visitor, session: Session) -> None:
    def files() -> dict[str, object]:
        return {"files": [(io.BytesIO(uuid4().bytes.hex().encode()), "notes.txt")]}

    thread = post_thread(ana)
    reply = ana.send(thread, f"{thread}/replies", {"body": "See below.", **files()})
    asked = ana.send("/help/new", "/help/new", {**QUESTION, **files()})
    request = ask_for_help(ana)
    answer = ana.send(request, f"{request}/answers", {"body": "See below.", **files()})
    for sent in (reply, asked, answer):
        assert sent.status_code == 303
        page = ana.get(sent.location.removeprefix(ana.base).partition("#")[0]).text
        assert page.count("data-download") == 1
    assert len(rows(session)) == 3


def test_staff_see_them_with_the_contribution(course: Course, ana: Visitor) -> None:
    post_with_files(ana, ("plan.pdf", PDF))
    teacher = course.visitor("Ines Koch", role=Role.INSTRUCTOR)
    assert "plan.pdf" in teacher.get(f"/people/{ana.actor.person_id}").text


def test_htmx_gets_the_post_with_its_files(ana: Visitor) -> None:
    path = post_thread(ana)
    answer, form = upload(ana, ("plan.pdf", PDF), form=ana.form(path))
    (one,) = ids_in(answer.text)
    sent = ana.post(
        f"{path}/replies", {**form, **said(one, "plan.pdf"), "body": "Here"}, headers={"HX-Request": "true"}
    )
    assert f"/attachments/{one}" in sent.text
    assert ids_in(sent.text) == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "page.png",
            b"<script>alert(1)</script>",
            "ends in “.png”, but the file is of another type (TEXT)",
        ),
        ("virus.exe", b"MZ\x90\x00" + b"\0" * 60, "This is a program"),
        ("data.bin", b"\0\1\2" * 30, "This type of file"),
        ("huge.gif", picture("GIF", (5001, 5000)), "can have up to 25 million"),
        ("large.txt", b"x" * (keeping.LARGEST_FILE + 1), "too large"),
        ("broken.png", picture()[:40], "be read"),
        ("<b>.txt", b"", "&lt;b&gt;.txt</bdi>"),
    ],
)
def test_a_refused_file_costs_neither_text_nor_other_files(
    ana: Visitor, session: Session, name: str, content: bytes, words: str
) -> None:
    files = [(io.BytesIO(it), called) for called, it in (("plan.pdf", PDF), (name, content))]
    answer = ana.post("/threads/new", **multipart({**ana.form("/threads/new"), **THREAD, "files": files}))
    assert answer.status_code == 422
    assert words in answer.text
    assert THREAD["title"] in answer.text
    (kept,) = ids_in(answer.text)
    assert session.scalars(select(Conversation)).all() == []
    assert [str(row.id) for row in rows(session)] == [kept]


def test_other_errors_keep_the_files_and_their_descriptions(ana: Visitor) -> None:
    data = {"title": "", "body": "Text", "files": [(io.BytesIO(picture()), "a.png")]}
    form = ana.form("/threads/new")
    answer = ana.post("/threads/new", {**form, **data})
    assert answer.status_code == 422
    (one,) = ids_in(answer.text)
    again = ana.post("/threads/new", {**form, **THREAD, "title": "", **said(one, "Mine", alt="Two <bars>")})
    assert ids_in(again.text) == [one]
    assert 'value="Mine"' in again.text
    assert 'value="Two &lt;bars&gt;"' in again.text


def test_no_more_files_than_a_post_can_have(ana: Visitor, session: Session) -> None:
    _, form = upload(ana, *((f"{number}.txt", str(number).encode()) for number in range(MOST_FILES)))
    answer, _ = upload(ana, ("one-more.txt", b"one more"), form=form)
    assert answer.status_code == 422
    assert "10 files" in answer.text
    assert len(rows(session)) == MOST_FILES


def test_the_files_of_a_post_have_a_common_limit(
    ana: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LARGEST_POST", 100)
    answer, _ = upload(ana, ("a.txt", b"a" * 60), ("b.txt", b"b" * 60))
    assert answer.status_code == 422
    assert len(ids_in(answer.text)) == len(rows(session)) == 1


def test_only_forms_with_files_may_be_large(ana: Visitor) -> None:
    form, large = ana.form("/threads/new"), b"x" * (2 * 1024 * 1024)
    assert upload(ana, ("a.txt", large))[0].status_code == 200
    assert ana.post("/threads/new", {**form, "title": large.decode()}).status_code == 413
    sent = multipart({**form, "files": (io.BytesIO(large), "a.txt")})
    assert ana.post("/follow-ups/new", **sent).status_code == 413
    stranger = ana.client.application.test_client()
    assert stranger.post(f"{ana.base}/attachments", base_url=TOOL, **sent).status_code == 401


def test_a_forged_upload_stores_nothing(ana: Visitor, session: Session, storage: Storage) -> None:
    answer, _ = upload(ana, ("a.txt", b"x"), form={**ana.form("/threads/new"), "csrf_token": "x"})
    assert answer.status_code == 422
    assert "an earlier session" in answer.text
    assert (rows(session), storage.keys()) == ([], [])


def test_a_form_sent_twice_is_one_post_with_its_files(ana: Visitor, session: Session) -> None:
    form = ana.form("/threads/new")

    def send() -> str:
        return str(
            ana.post(
                "/threads/new", {**form, **THREAD, "files": (io.BytesIO(b"notes"), "notes.txt")}
            ).location
        )

    assert send() == send()
    answer, form = upload(ana, ("plan.pdf", PDF))
    fields = {**form, **THREAD, **said(ids_in(answer.text)[0], "plan.pdf")}
    again = [ana.post("/threads/new", fields).location for _ in range(2)]
    assert again[0] == again[1]
    assert session.scalar(select(func.count()).select_from(Post)) == 2
    assert [row.post_id is not None for row in rows(session) if row.kind == "pdf"] == [True]


def test_the_same_text_with_another_file_is_another_post(ana: Visitor, session: Session) -> None:
    form = ana.form("/threads/new")
    for content in (b"one", b"two"):
        ana.post("/threads/new", {**form, **THREAD, "files": (io.BytesIO(content), "notes.txt")})
    assert session.scalars(select(Post.attachment_count)).all() == [1, 1]


def test_a_file_of_another_post_has_to_be_chosen_again(ana: Visitor, session: Session) -> None:
    """After Back, with the text changed."""
    answer, form = upload(ana, ("plan.pdf", PDF))
    fields = {**form, **THREAD, **said(ids_in(answer.text)[0], "plan.pdf")}
    ana.post("/threads/new", fields)
    changed = ana.post("/threads/new", {**fields, "body": "Other words"})
    assert changed.status_code == 422
    assert "plan.pdf</bdi>" in changed.text
    assert "no longer here" in changed.text
    assert len(session.scalars(select(Post)).all()) == 1


def test_fifty_uploads_of_one_file_at_once_are_one_row(
    app: Flask, ana: Visitor, session: Session, storage: Storage
) -> None:
    form, together = ana.form("/threads/new"), threading.Barrier(10)
    cookie = ana.client.get_cookie("segue_launch", domain="127.0.0.1", path=ana.base)
    assert cookie

    def send(_: int) -> int:
        visitor = Visitor(app, ana.actor, cookie.value)
        together.wait(20)
        return upload(visitor, ("notes.txt", b"the same"), form=form)[0].status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(send, range(50))) == {200}
    assert len(rows(session)) == len(storage.keys()) == 1


def test_only_readers_of_the_post_get_its_file(
    app: Flask, course: Course, ana: Visitor, session: Session
) -> None:
    posted, waiting = posted_file(ana, session), waiting_file(ana)
    tom = course.visitor("Tom Becker")
    stranger = course.visitor("Tom Becker", context_id="course-2")
    assert tom.get(f"/attachments/{posted}").status_code == 200
    assert ana.get(f"/attachments/{waiting}").status_code == 200
    unknown = tom.get(f"/attachments/{uuid4()}")
    for refused in (
        tom.get(f"/attachments/{waiting}"),
        stranger.get(f"/attachments/{posted}"),
        stranger.get(f"/attachments/{waiting}"),
    ):
        assert (refused.status_code, refused.text.replace(stranger.base, tom.base)) == (404, unknown.text)


def test_a_hidden_posts_files_are_hidden_and_a_withdrawn_ones_gone(
    course: Course, ana: Visitor, session: Session
) -> None:
    posted = posted_file(ana, session)
    [post_id] = session.scalars(select(Post.id)).all()
    tom, teacher = course.visitor("Tom Becker"), course.visitor("Ines Koch", role=Role.INSTRUCTOR)

    def statuses() -> list[int]:
        return [visitor.get(f"/attachments/{posted}").status_code for visitor in (tom, ana, teacher)]

    assert statuses() == [200, 200, 200]
    decision = {"act": "hide", "reason": "A client is named in it.", "revision": "1"}
    address = f"/moderation/posts/{post_id}"
    assert teacher.send(address, address, decision).status_code == 303
    assert statuses() == [404, 200, 200]
    assert teacher.send(address, address, {**decision, "act": "restore"}).status_code == 303
    assert statuses() == [200, 200, 200]
    address = f"/posts/{post_id}/withdraw"
    assert ana.send(address, address, {}).status_code == 303
    assert statuses()[0] == 404


def test_nobody_posts_or_removes_anothers_file(course: Course, ana: Visitor, session: Session) -> None:
    waiting, tom = waiting_file(ana), course.visitor("Tom Becker")
    answer = tom.send("/threads/new", "/threads/new", {**THREAD, **said(str(waiting), "mine")})
    assert answer.status_code == 422
    assert tom.send("/threads/new", f"/attachments/{waiting}/remove", {}).status_code == 404
    answer = tom.send("/threads/new", "/threads/new", {**THREAD, f"remove-{waiting}": "yes"})
    assert answer.status_code == 404
    assert [row.removed_at for row in rows(session)] == [None]
    form = ana.form("/threads/new")["submission"]
    assert ids_in(tom.get(f"/attachments?form={form}").text) == []


def test_a_tab_gets_a_signed_address(app: Flask, ana: Visitor, session: Session) -> None:
    posted = posted_file(ana, session)
    answer = Tab(app, ana).get(f"/attachments/{posted}")
    assert answer.text == ""
    signed = app.test_client().get(answer.headers["Segue-Next"], base_url=TOOL)
    assert signed.data == NOTES.encode()
    page = Tab(app, ana).get(post_with_files(ana, ("a.png", picture()))).text
    assert f'data-signed="{ana.base}/attachments/' in page


def test_the_statement_has_only_the_number_of_files(ana: Visitor, session: Session) -> None:
    path = post_with_pictures(ana, {"A beach": photo()}, ("secret plan.pdf", PDF))
    ana.send(path, f"{path}/replies", {"body": "None here"})
    bodies = session.scalars(select(StatementRow.body).order_by(StatementRow.created_at)).all()
    assert [json.loads(it)["context"]["extensions"].get(COUNT) for it in bodies] == [2, None]
    assert not any(word in it for it in bodies for word in ("secret", "beach", "attachments/"))


def test_a_failing_file_store_is_reported_without_losing_text(
    ana: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("GenericError")

    monkeypatch.setattr(Storage, "put", refuse)
    answer = ana.send("/threads/new", "/threads/new", {**THREAD, "files": (io.BytesIO(b"a"), "a.txt")})
    assert answer.status_code == 422
    assert "could not be saved" in answer.text
    assert THREAD["title"] in answer.text
    assert session.scalars(select(Post)).all() == []


def test_a_lost_file_is_not_found(ana: Visitor, session: Session, storage: Storage) -> None:
    posted = posted_file(ana, session)
    storage.delete(rows(session)[0].key)
    assert ana.get(f"/attachments/{posted}").status_code == 404


def test_queries_do_not_grow_with_files(ana: Visitor, count_queries: QueryCounter) -> None:
    path = post_thread(ana)
    with count_queries() as none:
        ana.get(path)
    for number in range(3):
        files = [(io.BytesIO(f"{number} {it}".encode()), "notes.txt") for it in range(3)]
        ana.send(path, f"{path}/replies", {"body": "x", "files": files})
    with count_queries() as some:
        page = ana.get(path).text
    assert page.count("data-download") == 9
    assert len(some) == len(none)
