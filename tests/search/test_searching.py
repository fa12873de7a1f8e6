"""The search: what is found, by whom, in which order, and how it is shown."""

import html
import re
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.posts.models import Post
from lti_tool.search.models import PostWords
from lti_tool.search.queries import HITS_A_PAGE
from lti_tool.search.service import index_posts
from lti_tool.statements.models import StatementRow
from tests.attachments.files import PDF, post_with_files
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, Visitor
from tests.help_requests.asking import FIX, QUESTION, ask_for_help, post_answer
from tests.moderation.test_moderation import decide, pre_moderate, reply_to, staff
from tests.threads.test_threads import THREAD, post_thread, write_replies

HOSTILE = [
    "'", "\\", ":*", "a:*", "&", "|", "!", "!!", "()", "(((", "<->", "a <-> b", "<5>", "'':", "%", "_",
    "\x00", "\x00a", "\ud800", '"', '""', '"a', 'a"b"c', "-", "--", "-a", "- -", "or", "or or",
    "OR a", "a or", "-or",
    '-"', '-"a b', "a' or 1=1 --", "<script>", "$1", "{}", "{{7*7}}", "%(id)s", "a\u0301", "\u202e", "🦉",
    "½", "e" * 5000, "a " * 5000, '"' * 5000, "(" * 5000, "or " * 5000, "-x " * 5000, "\n\t", "会" * 500,
]  # fmt: skip


def search(visitor: Visitor, typed: str, **narrowed: str) -> str:
    answer = visitor.get("/search", query_string={"q": typed, **narrowed})
    assert answer.status_code == 200
    return answer.text


def found(page: str) -> list[str]:
    """The titles of what was found, in order."""
    titles = re.findall(r'<li class="row">.*?<a class="title"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [html.unescape(re.sub("<.*?>", "", it)).strip() for it in titles]


def excerpts(page: str) -> list[str]:
    return re.findall(r'<p class="excerpt"[^>]*>\s*(.*?)</p>', page, re.DOTALL)


def marks(page: str) -> list[str]:
    return re.findall(r"<mark>(.*?)</mark>", page)


@pytest.fixture
def ana(course: Course) -> Visitor:
    return course.visitor("Ana Ruiz")


@pytest.fixture
def tom(course: Course) -> Visitor:
    return course.visitor("Tom Becker")


def test_nothing_typed_says_what_one_may_type(ana: Visitor) -> None:
    page = search(ana, "  ")
    assert "What are you looking for?" in page
    assert "both words, in any order" in page
    assert found(page) == []


def test_what_is_not_there_says_what_to_do(ana: Visitor) -> None:
    post_thread(ana)
    page = search(ana, "whimbrel", mine="1")
    assert "Nothing found" in page
    assert "Search the whole course" in page
    assert "Search the whole course" not in search(ana, "whimbrel")


@pytest.mark.parametrize(
    "typed",
    [
        "opening", "OPENINGS", "team", "facts first", "first facts", '"facts first"', "fac", "opening te",
        "whimbrel or facts", "facts -feelings", "“facts first”", "failing",
    ],
)  # fmt: skip
def test_a_thread_is_found_by_its_words(ana: Visitor, tom: Visitor, typed: str) -> None:
    post_thread(ana)
    assert found(search(tom, typed)) == [THREAD["title"]]


@pytest.mark.parametrize(
    "typed", ["whimbrel", "facts whimbrel", '"first facts"', "facts -first", "act", "strong", "Ruiz", "Ana"]
)
def test_other_words_find_nothing(ana: Visitor, tom: Visitor, typed: str) -> None:
    """Neither the markup, nor its author's name."""
    post_thread(ana)
    assert found(search(tom, typed)) == []


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Der Ärger beginnt früh", "arger"),
        ("Der Ärger beginnt früh", "ÄRGER FRUH"),
        ("une crème brûlée", "creme brulee"),
        ("ΚΑΛΗΜΕΡΑ Ελλάδα", "ελλαδα"),
        ("Straße", "strasse"),
        ("كَتَبَ الطالب", "كتب"),
        ("東京の会議室", "会議"),
        ("東京の会議室", "京の"),
        ("see report_2024.final.pdf", "final"),
        ("an e-mail to all", "e-mail"),
        ("look at https://intranet.example/openings/plan", "openings"),
        ("मेरी हिन्दी किताब", "हिन्दी"),
    ],
)
def test_case_accents_and_scripts(ana: Visitor, written: str, typed: str) -> None:
    post_thread(ana, title="Other", body=written)
    page = search(ana, typed)
    assert found(page) == ["Other"]
    assert marks(page), "and it is marked as it was written"
    assert all(it in written for it in marks(page))


def test_signs_without_spaces_are_found_in_their_order(ana: Visitor) -> None:
    post_thread(ana, title="Other", body="東京の会議室")
    assert found(search(ana, "議会")) == []


def test_stems_are_those_of_the_launchs_language(course: Course) -> None:
    jan = course.visitor("Jan", locale="de-AT")
    post_thread(jan, title="Anders", body="Die Häuser sind groß.")
    assert found(search(jan, "Haus")) == ["Anders"]
    assert marks(search(jan, "Hauser")) == ["Häuser"]


def test_a_text_in_another_language_than_its_authors_is_known(course: Course) -> None:
    ana, tom = course.visitor("Ana Ruiz", locale="es-ES"), course.visitor("Tom", locale="tr")
    post_thread(ana, title="Openings", body="These are the openings that failed in this team.")
    for visitor in (ana, tom):
        assert found(search(visitor, "opening team -x")) == ["Openings"]


def test_words_are_marked_by_their_stems_and_beginnings(ana: Visitor) -> None:
    post_thread(ana, title="Openings", body="To open is an opening. A teammate opens; “fail” is not failure.")
    assert marks(search(ana, "opening -x")) == ["Openings", "open", "opening", "opens"]
    assert marks(search(ana, "open team")) == ["Openings", "open", "opening", "teammate", "opens"]


def test_everything_of_a_request_is_found(ana: Visitor, tom: Visitor) -> None:
    path = ask_for_help(ana)
    for typed in ("manager", "deadlines", "starting facts", "listens", "used to manage fine"):
        assert found(search(tom, typed)) == [QUESTION["title"]], typed
    answer = post_answer(tom, path, "Mention the curlew first.")
    page = search(ana, "curlew")
    assert found(page) == [QUESTION["title"]]
    assert f'href="{ana.base}{path}?at={answer}#post-{answer}"' in page
    assert "answer by Tom Becker" in page
    assert found(search(tom, FIX["what_fixed_it"])) == []
    ana.send(path, f"{path}/answers/{answer}/accept", {})
    ana.send(path, f"{path}/resolve", FIX)
    assert found(search(tom, FIX["what_fixed_it"])) == [QUESTION["title"]]


def test_tags_and_names_of_files_are_found(ana: Visitor, tom: Visitor) -> None:
    path = post_thread(ana, tags="first-minutes")
    assert found(search(tom, "minutes")) == [THREAD["title"]]
    ana.send(path, f"{path}/tags", {"tags": "curlew"})
    assert found(search(tom, "minutes")) == []
    assert found(search(tom, "curlew")) == [THREAD["title"]]
    post_with_files(ana, ("Godwit_plan.pdf", PDF))
    page = search(tom, "godwit")
    assert len(found(page)) == 1
    assert "1 file" in page


def test_a_hit_leads_to_its_post_and_shows_the_place(ana: Visitor, tom: Visitor, session: Session) -> None:
    path = post_thread(ana)
    reply = reply_to(
        tom, path, "Before. " * 60 + "Here is the <b>curlew</b> & more. " + "After. " * 60, session
    )
    page = search(ana, "curlew")
    assert f'href="{ana.base}{path}?at={reply}#post-{reply}"' in page
    assert "reply by Tom Becker" in page
    (said,) = excerpts(page)
    assert "Here is the &lt;b&gt;<mark>curlew</mark>&lt;/b&gt; &amp; more." in said
    assert said.startswith("… ")
    assert said.endswith(" …")
    assert len(said) < 400


def test_a_change_of_the_text_changes_what_is_found(ana: Visitor, session: Session) -> None:
    post_thread(ana)
    post = session.scalars(select(Post)).one()
    edit = f"/posts/{post.id}/edit"
    ana.send(edit, edit, {"title": "Of curlews", "body": "And godwits.", "revision": "1"})
    assert found(search(ana, "facts")) == []
    assert found(search(ana, "curlew godwit")) == ["Of curlews"]


def test_filters_narrow_it(course: Course, ana: Visitor, tom: Visitor) -> None:
    post_thread(ana, title="Curlew thread", tags="birds")
    post_thread(course.visitor("Ana Ruiz", link="link-2"), title="Curlew elsewhere")
    ask_for_help(tom, title="Curlew request?")
    post_with_files(tom, ("plan.pdf", PDF), title="Curlew with a file")

    def titles(**narrowed: str) -> set[str]:
        return {it.removeprefix("Curlew ") for it in found(search(ana, "curlew", **narrowed))}

    everything = {"thread", "elsewhere", "request?", "with a file"}
    assert titles() == everything
    assert titles(where="activity") == everything - {"elsewhere"}
    assert titles(kind="thread") == everything - {"request?"}
    assert titles(kind="help_request") == {"request?"}
    assert titles(mine="1") == {"thread", "elsewhere"}
    assert titles(files="1") == {"with a file"}
    assert titles(tag="birds") == {"thread"}
    assert titles(kind="nonsense", where="nowhere", order="worst", after="x_y") == everything
    assert titles(after=f"-4_{UUID(int=0)}") == titles(after=f"{10**30}_{UUID(int=0)}") == everything


def test_the_best_match_or_the_newest_comes_first(ana: Visitor) -> None:
    post_thread(ana, title="A curlew", body="About the curlew.")
    post_thread(ana, title="Something else", body="And so on. " * 50 + "A curlew, by the way.")
    assert found(search(ana, "curlew")) == ["A curlew", "Something else"]
    assert found(search(ana, "curlew", order="newest")) == ["Something else", "A curlew"]


@pytest.mark.parametrize("order", ["best", "newest"])
def test_pages_go_on_where_the_one_before_ended(course: Course, ana: Visitor, order: str) -> None:
    path = post_thread(ana)
    write_replies(course, ana, path, 2 * HITS_A_PAGE + 3)
    page, seen = search(ana, "reply", order=order), list[str]()
    while True:
        seen += re.findall(r"#post-([^\"]+)", page)
        more = re.search(r'class="button" href="([^"]*after=[^"]*)"', page)
        if not more:
            break
        page = ana.get(html.unescape(more[1]).removeprefix(ana.base)).text
    assert len(seen) == len(set(seen)) == 2 * HITS_A_PAGE + 3
    if order == "newest":
        assert seen == sorted(seen, reverse=True)


def test_who_may_not_read_it_does_not_find_it(course: Course, ana: Visitor) -> None:
    post_thread(ana)
    assert found(search(course.visitor("Eva"), "facts")) == [THREAD["title"]]
    assert found(search(course.visitor("Eva", context_id="course-2"), "facts")) == []


def test_what_is_hidden_or_taken_back_is_found_by_nobody(
    course: Course, ana: Visitor, session: Session
) -> None:
    teacher = staff(course)
    path = post_thread(ana, tags="birds")
    curlew = reply_to(ana, path, "The curlew.", session)
    godwit = reply_to(ana, path, "The godwit.", session)
    assert decide(teacher, curlew, "hide") == 303
    ana.send(f"/posts/{godwit}/withdraw", f"/posts/{godwit}/withdraw", {})
    for visitor in (ana, teacher, course.visitor("Tom Becker")):
        assert found(search(visitor, "curlew or godwit")) == []
    assert session.scalar(select(PostWords).filter_by(post_id=godwit)) is None
    assert decide(teacher, curlew, "restore") == 303
    assert found(search(ana, "curlew")) == [THREAD["title"]]

    opening = session.scalars(select(Post.id).filter_by(is_opening=True)).one()
    assert decide(teacher, opening, "hide") == 303
    assert found(search(ana, "opening or birds")) == []
    page = search(course.visitor("Tom Becker"), "curlew")
    assert found(page) == ["A hidden title"]
    assert "opening" not in page


def test_what_waits_is_found_once_it_is_published(course: Course, ana: Visitor, session: Session) -> None:
    teacher = staff(course)
    path = post_thread(ana)
    pre_moderate(teacher, ana)
    curlew = reply_to(ana, path, "The curlew.", session)
    for visitor in (ana, teacher):
        assert found(search(visitor, "curlew")) == []
    assert decide(teacher, curlew, "approve") == 303
    assert found(search(course.visitor("Tom Becker"), "curlew")) == [THREAD["title"]]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_is_no_error(ana: Visitor, typed: str) -> None:
    post_thread(ana)
    page = search(ana, typed.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    assert 'name="q"' in page
    assert "<script>" not in page


def test_a_text_of_nothing_but_long_words_is_taken(ana: Visitor, session: Session) -> None:
    signs = "".join(chr(0x20000 + number) + " " for number in range(16_000))
    asked = ask_for_help(ana, trying_to=signs, tried=signs, expected="x" * 32_000, got=signs)
    assert ana.get(asked).status_code == 200
    assert found(search(ana, chr(0x20000)))


def test_what_is_looked_for_is_kept_nowhere(
    ana: Visitor, session: Session, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    post_thread(ana)
    before = session.scalars(select(func.count()).select_from(StatementRow)).one()
    with caplog.at_level("DEBUG"):
        answer = ana.get("/search?q=whimbrel")
    assert "whimbrel" not in caplog.text + "".join(capfd.readouterr())
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    session.rollback()
    assert session.scalars(select(func.count()).select_from(StatementRow)).one() == before


def test_queries_do_not_grow(course: Course, ana: Visitor, count_queries: QueryCounter) -> None:
    path = post_thread(ana)

    def needed() -> int:
        with count_queries() as queries:
            search(ana, "reply or facts")
        return len(queries)

    few = needed()
    write_replies(course, ana, path, 60)
    assert needed() == few <= 6


def test_indexing_again_leaves_one_row(
    ana: Visitor, sessions: sessionmaker[Session], session: Session
) -> None:
    post_thread(ana)
    post_id = session.scalars(select(Post.id)).one()
    for _ in range(2):
        with unit_of_work(sessions) as writing:
            index_posts(writing, [post_id, post_id])
    assert session.scalars(select(func.count()).select_from(PostWords)).one() == 1
