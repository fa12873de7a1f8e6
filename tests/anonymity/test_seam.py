"""Authors are shown through posts/authors.py alone: whoever reads a name elsewhere has a reason."""

import re
from pathlib import Path

import lti_tool

ROOT = Path(lti_tool.__file__).parent
TEMPLATES = ROOT.parent / "templates"

READ_NAMES = {
    "posts/authors.py": "the seam itself",
    "marks/queries.py": "who gave a mark, by way of the seam",
    "moderation/queries.py": "staff, reporters, and whom the log is about unless they wrote anonymously",
    "moderation/unmasking.py": "the one that is logged and told",
    "mentions/queries.py": "whom one may mention, whatever they wrote",
    "people/naming.py": "what a course calls people, as a part of queries",
    "people/queries.py": "the list of people",
    "own_names/service.py": "names of one's own, which may not be like another's",
    "groups/queries.py": "who is in which group",
    "groups/pasting.py": "whom a list of staff names",
    "rotation/queries.py": "who has a role in this round, whatever they wrote",
    "people/service.py": "taking the name over from a launch",
    "facilitation/queries.py": "the learner whom staff asked for",
    "grades/queries.py": "the gradebook",
    "grades/service.py": "the gradebook",
    "privacy/queries.py": "the person who asks",
    "privacy/exporting.py": "the person who asks for all of it",
    "privacy/called.py": "by which names others know who is erased",
    "privacy/contributions.py": "taking out the name of who is erased",
    "privacy/erasing.py": "emptying it",
    "privacy/quotes.py": "taking it out from above what others quoted",
    "privacy/record.py": "finding it in texts that statements hold",
    "launch/sessions.py": "the reader's own",
}
_NAME = re.compile(
    r"\b(?:Person|person|staff|about|learner|actor)\.name\b|\bcalled(?:\(\)|_in\()|\bnames_of\("
)
_AUTHOR = re.compile(r"author_(?:id|name)\b|\bauthor\.(?:id|sub)\b")


def test_who_reads_names_of_people() -> None:
    found = {
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        if not file.is_relative_to(ROOT / "demo") and _NAME.search(file.read_text(encoding="utf-8"))
    }
    assert found == set(READ_NAMES)


def test_templates_know_no_author_but_the_seams() -> None:
    """The one id of an author is behind a link to moderate somebody who is known to be a learner."""
    found = [
        (str(file.relative_to(TEMPLATES)), line.strip())
        for file in TEMPLATES.rglob("*.html")
        for line in file.read_text(encoding="utf-8").splitlines()
        if _AUTHOR.search(line)
    ]
    assert [file for file, _ in found] == ["moderation/post.html"]
    assert "show_person" in found[0][1]
