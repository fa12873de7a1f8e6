"""Mentions in texts and in their HTML.

In the text it is a markdown link, `[@Ana Ruiz](mention:<id>)`, or the name as it is, `@Ana Ruiz`. In the
HTML it is a span with the id, and always with the name that the course knows, whatever the text called it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from lti_tool.mentions.models import MentionKind

STAFF = "staff"
SCHEME = "mention:"
CLASS = "mention"
MOST_NAMES = 50
"""Names to look for in one text."""
_MOST_WORDS = 8
_LONGEST_NAME = 300
"""Characters after an @ to look at."""
_ID = r"(staff|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_TOKEN = re.compile(rf"\({SCHEME}{_ID}\)")
_AT = re.compile(r"(?<![\w@/.])@(?=\w)")
_WORD = re.compile(r"\S+")
_SIGNS = re.compile(r"\W*")
_BARE_WORD = re.compile(r"[\w.-]+")
_MARKUP = re.compile(r"([\\\[\]*_`~<>&!$])")
_SPAN = re.compile(rf'<span class="{CLASS}" data-mention="{_ID}">')


@dataclass(frozen=True, slots=True)
class Mentionable:
    """A person, a group or "staff", with id and name."""

    id: str
    name: str
    kind: MentionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The people and groups of the course that a text names."""

    by_id: Mapping[str, Mentionable] = field(default_factory=dict)
    by_name: Mapping[str, Mentionable] = field(default_factory=dict)


NOBODY = Known()


def token(mentionable: Mentionable) -> str:
    """The text of a mention, with markdown characters in the name escaped."""
    name = _MARKUP.sub(r"\\\1", mentionable.name)
    return f"[@{name}]({SCHEME}{mentionable.id})"


def named_ids(text: str) -> Sequence[str]:
    return _TOKEN.findall(text)[:MOST_NAMES]


def possible_names(text: str) -> Iterator[str]:
    """Possible names after an @: one word, two words and so on, without punctuation at the end."""
    for at in list(_AT.finditer(text))[:MOST_NAMES]:
        for end in _ends(text, at.end()):
            yield " ".join(text[at.end() : end].split())


def mentioned(html: str) -> Sequence[str]:
    """The ids that our HTML mentions, each once, in order. Text can't fake one, as "<" is escaped."""
    return list(dict.fromkeys(_SPAN.findall(html)))


def place_mentions(tokens: Sequence[Token], known: Known) -> None:
    """Turn mention links and names into mentions; a link to an unknown id becomes its text."""
    for inline in tokens:
        if inline.type == "inline" and inline.children and "@" in inline.content:
            inline.children = list(_placed(inline.children, known))


def _placed(children: Sequence[Token], known: Known) -> Iterator[Token]:
    rest, links = iter(children), 0
    for child in rest:
        href = str(child.attrs.get("href", ""))
        if child.type == "link_open" and href.startswith(SCHEME):
            yield from _of_link(rest, known.by_id.get(href.removeprefix(SCHEME)))
            continue
        links += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type == "text" and not links and "@" in child.content:
            yield from _of_names(child.content, known.by_name)
        else:
            yield child


def _of_link(rest: Iterator[Token], meant: Mentionable | None) -> Iterator[Token]:
    """The position of the link's end. Links don't nest."""
    within = []
    for child in rest:
        if child.type == "link_close":
            break
        within.append(child)
    yield from _span(meant) if meant else within


def _of_names(text: str, by_name: Mapping[str, Mentionable]) -> Iterator[Token]:
    done, most_words = 0, max((len(name.split()) for name in by_name), default=0)
    for at in _AT.finditer(text):
        if at.start() < done or not by_name:
            continue
        for end in reversed(list(_ends(text, at.end(), most_words))):
            meant = by_name.get(" ".join(text[at.end() : end].split()))
            if meant:
                yield _text(text[done : at.start()])
                yield from _span(meant)
                done = end
                break
    yield _text(text[done:])


def _ends(text: str, start: int, most_words: int = _MOST_WORDS) -> Iterator[int]:
    """Possible ends of a name: after each of the next words, or before punctuation at their end."""
    furthest = min(len(text), start + _LONGEST_NAME)
    line = text.find("\n", start, furthest)
    words = _WORD.finditer(text, start, furthest if line < 0 else line)
    for word, _ in zip(words, range(min(most_words, _MOST_WORDS)), strict=False):
        signs, apart = _SIGNS.match(word[0][::-1]), _BARE_WORD.match(word[0])
        ends = {len(word[0]), len(word[0]) - (signs.end() if signs else 0), apart.end() if apart else 0} - {0}
        yield from (word.start() + end for end in sorted(ends))


def _span(meant: Mentionable) -> Iterator[Token]:
    yield Token("mention_open", "span", 1, attrs={"class": CLASS, "data-mention": meant.id})
    yield _text(f"@{meant.name}")
    yield Token("mention_close", "span", -1)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
