"""What others quoted of a person's words.

The words stay: they are part of what the others wrote, and whoever erases the person is told where. The line
above them is not the others' own, since the composer put it there (`static/js/quote.js`): it loses its name,
also one that the person had before, or one of a single word.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.db import take_over
from lti_tool.core.text import plain_text
from lti_tool.people.models import Person
from lti_tool.posts.models import Post
from lti_tool.privacy.called import names_of
from lti_tool.revisions.models import PostRevision

WROTE = " wrote:"
"""What stands behind the name in that line (`templates/layouts/course.html`)."""
NOBODY = "@…"
_FEWEST = 12
"""Letters of a quote that is known by its words: fewer might be anybody's."""
_IN_HTML = re.compile(
    rf"(?:(?<=>)(?P<who>[^<>\n]+)(?P<wrote>{WROTE}</p>\s*))?<blockquote\b[^>]*>(?P<words>.*?)(?:</blockquote>|\Z)",
    re.DOTALL,
)
_IN_MARKDOWN = re.compile(
    rf"(?:^(?P<who>[^>\n][^\n]*)(?P<wrote>{WROTE}[ \t]*\n\s*))?(?P<words>(?:^>[^\n]*(?:\n|\Z))+)",
    re.MULTILINE,
)
_TARGET = re.compile(r"\]\((?:[^)\s\]]|\](?!\())*+\)")
_ESCAPING = re.compile(r"\\(?=\W)")
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Quoted:
    """Where a person's words stand in what others wrote."""

    posts: Sequence[tuple[UUID, UUID]]
    """Of each its conversation's id and its own."""
    renamed: Collection[UUID]
    """Those whose line above the words had a name."""
    names: Collection[str]
    """By which those lines called the person."""


def take_out_of_quotes(session: Session, person: Person) -> Quoted:
    """Before the person's own texts are emptied, which tell what is a quote of them.

    Only of what they wrote under their name: a pseudonym leads nowhere, and a missing one would lead here.
    """
    theirs = _texts_of(session, person.id)
    found: list[tuple[UUID, UUID]] = []
    renamed, names = set[UUID](), set[str]()
    if not theirs:
        return Quoted(found, renamed, names)
    others = select(Post).where(Post.conversation_id.in_(theirs), Post.author_id != person.id)
    quoting = session.scalars(others.where(Post.body_html.contains("<blockquote")).with_for_update()).all()
    earlier = session.scalars(
        select(PostRevision).where(PostRevision.post_id.in_([post.id for post in quoting])).with_for_update()
    )
    revisions = defaultdict(list)
    for revision in earlier:
        revisions[revision.post_id].append(revision)
    called = names_of(session, person)
    for post in quoting:
        rewriter = _Rewriter(theirs[post.conversation_id], called)
        take_over(
            post,
            body=rewriter.rewrite(_IN_MARKDOWN, post.body, _unmarked),
            body_html=rewriter.rewrite(_IN_HTML, post.body_html, plain_text),
        )
        for revision in revisions[post.id]:
            take_over(revision, body=rewriter.rewrite(_IN_MARKDOWN, revision.body, _unmarked))
        if rewriter.quotes:
            found.append((post.conversation_id, post.id))
        if rewriter.names:
            renamed.add(post.id)
            names |= rewriter.names
    session.flush()
    return Quoted(found, renamed, names)


class _Rewriter:
    """Takes the name out of lines above quotes of these texts, and keeps what it found."""

    def __init__(self, theirs: Collection[str], called: Collection[str]) -> None:
        self.theirs, self.called = theirs, called
        self.quotes, self.names = 0, set[str]()

    def rewrite(self, pattern: re.Pattern[str], was: str, told: Callable[[str], str]) -> str:
        def replace(found: re.Match[str]) -> str:
            who = told(found["who"] or "").strip()
            if not self._is_theirs(letters(told(found["words"])), who):
                return found[0]
            self.quotes += 1
            if not who or who == NOBODY:
                return found[0]
            self.names.add(who)
            return NOBODY + found[0].removeprefix(found["who"])

        return pattern.sub(replace, was)

    def _is_theirs(self, words: str, who: str) -> bool:
        # Behind a name of their own it says in brackets that it is one.
        is_known = who == NOBODY or who.partition(" (")[0] in self.called
        if not words or (len(words) < _FEWEST and not is_known):
            return False
        return any(words in text for text in self.theirs)


def _texts_of(session: Session, person_id: UUID) -> Mapping[UUID, list[str]]:
    """By conversation, the letters of what they wrote there, and of what it was before."""
    found: dict[UUID, list[str]] = defaultdict(list)
    under_their_name = (Post.author_id == person_id, Post.pseudonym.is_(None))
    now = session.execute(select(Post.conversation_id, Post.body_html).where(*under_their_name))
    before = session.execute(
        select(Post.conversation_id, PostRevision.body)
        .join(Post, Post.id == PostRevision.post_id)
        .where(*under_their_name)
    )
    for conversation_id, body_html in now:
        found[conversation_id].append(letters(plain_text(body_html)))
    for conversation_id, body in before:
        found[conversation_id].append(letters(_unmarked(body)))
    return {conversation_id: texts for conversation_id, texts in found.items() if any(texts)}


def letters(text: str) -> str:
    """What is left of a text however it is marked up, quoted and wrapped."""
    return _NO_LETTERS.sub("", text).casefold()


def _unmarked(markdown: str) -> str:
    return _ESCAPING.sub("", _TARGET.sub("]", markdown))
