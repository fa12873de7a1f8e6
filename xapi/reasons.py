"""What a record store said of a failure, without what it echoed.

Stores like to quote the statement that they refuse, and a reason is kept, logged and shown. So it is said
again in words of a list, and of those none that stand in the statements themselves.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

MOST_WORDS: Final = 40
GAP: Final = "…"

_WORD: Final = re.compile(r"[^\W\d_]+")
# Properties and resources of the specification, and what errors are made of. No word that is a name too.
_WORDS: Final = """
    about account activities activity actor agent agents any attachment attachments authority category
    choices completion context contextActivities contextAgents contextGroups correctResponsesPattern
    definition description display duration extension extensions grouping homePage id instructor
    interactionType language mbox member moreInfo name object objectType openid parent platform raw
    registration response result revision scaled score statement statementId StatementRef statements
    stored SubStatement team timestamp type usageType verb version voided voiding voids a access after all
    allowed already an and are array as at authentication authorization bad batch be because before
    between body boolean boundary bytes cannot characters charset closed code conflict connection
    constraint contain contains content could credentials data database date datetime deadlock denied
    detail detected digest disk does duplicate email empty encoding endpoint entity error errors exceeded
    exception exist exists expected expired extra failed failure field fields forbidden format found from
    full gateway got group header headers https identical ids if in index input integer internal invalid
    inverse IRI is ISO item items JSON key large length limit line list locked long loc lock malformed map
    match maximum media memory message method minimum mismatch missing more msg multipart must negative no
    none not null number of on one only or out overloaded owner parameter parse parsing pattern permission
    permitted properties property query quota range rate reached read reason recognized recognised refused
    request requests required resource retry RFC same schema scope server service should size status
    storage store string supported syntax tag temporarily than that the there time timeout to token too
    transaction two unable unauthorized unavailable unexpected unique unknown unprocessable unsupported
    URI URL user UUID valid validation value values was were when which with without write wrong
"""
_KNOWN: Final = {word.casefold(): word for word in _WORD.findall(_WORDS)}


def in_known_words(said: str, statements: Iterable[str]) -> str:
    """The known words of `said`, at most 40, with "…" for the rest; "" where it has none.

    `statements` are the JSON texts that were sent: no word of their values is in it, whoever it is of.
    """
    theirs = {word for text in statements for word in _words_of_values(_parsed(text))}
    found: list[str] = []
    for match in _WORD.finditer(said):
        word = match[0].casefold()
        known = None if word in theirs else _KNOWN.get(word)
        if known or (found and found[-1] != GAP):
            found.append(known or GAP)
        if len(found) == MOST_WORDS:
            break
    return " ".join(found).removesuffix(GAP).rstrip()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _words_of_values(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (word.casefold() for word in _WORD.findall(value))
    elif isinstance(value, list):
        for part in value:
            yield from _words_of_values(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key != "objectType":
                yield from _words_of_values(part)
