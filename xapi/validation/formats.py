"""The text formats that xAPI prescribes: IRIs, UUIDs, timestamps, durations, language tags and the like."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from xapi.validation.timestamps import is_rfc_3339, is_timestamp


class Format(NamedTuple):
    """A test that a string passes or not, and the plain-English rule for the one that does not."""

    fits: Callable[[str], object]
    rule: str


# RFC 3987 by its characters, best effort as xAPI 1.0.3, Data 2.2 allows: a scheme, none of the characters
# that no IRI has, and whole percent escapes.
_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.\-]*:(?:[^\x00-\x20\x7f-\xa0<>"{}|\\^`%]++|%[0-9A-Fa-f]{2})++""")
# RFC 4122, section 3, without its variant: the specification's own examples (Data 2.4) break that one.
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
# ISO 8601:2004, 4.4.3.2: weeks alone or any of the rest in order, a fraction only in the last component.
_N = r"[0-9]+(?:[.,][0-9]+(?=[A-Z]\Z))?"
_DURATION = re.compile(
    rf"P(?:{_N}W|(?=[0-9T])(?:{_N}Y)?(?:{_N}M)?(?:{_N}D)?(?:T(?=[0-9])(?:{_N}H)?(?:{_N}M)?(?:{_N}S)?)?)"
)
# RFC 5646, section 2.1, with the grandfathered tags that its grammar does not reach by itself.
_LANGUAGE_TAG = re.compile(
    r"""(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})     # language, extended language
        (?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?       # script, region
        (?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*        # variants
        (?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*             # extensions
        (?:-x(?:-[a-z0-9]{1,8})+)?                      # private use
      | x(?:-[a-z0-9]{1,8})+
      | en-gb-oed | sgn-(?:be-(?:fr|nl)|ch-de)
      | i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
# RFC 6068 with one address and nothing else; a label of its domain is anything without a delimiter.
_LABEL = r"""[^\x00-\x20\x7f@<>?#"()\[\],;:\\/.]+"""
_MAILTO = re.compile(rf"""mailto:[^\x00-\x20\x7f@<>?#"]+@{_LABEL}(?:\.{_LABEL})*""")
# RFC 2045, section 5.1.
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+"
_MEDIA_TYPE = re.compile(rf'{_WORD}/{_WORD}(?:[ \t]*;[ \t]*{_WORD}=(?:{_WORD}|"[^"\x00-\x1f\x7f]*"))*')
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
_SHA2 = re.compile(r"[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
# "Starting with 1.0." (xAPI 1.0.3, Data 2.4.10), by Semantic Versioning 1.0.0: an integer, which may have
# zeros before it, and a word behind a hyphen.
VERSION_1_0 = r"1\.0\.[0-9]{1,9}(?:-[0-9A-Za-z-]{1,40})?"
_VERSION = re.compile(rf"{VERSION_1_0}|2\.0\.0")


def is_language_tag(text: str) -> bool:
    return _fits_language_tag(text) if len(text) <= _REMEMBERED else _LANGUAGE_TAG.fullmatch(text) is not None


def is_iri(text: str) -> bool:
    return _fits_iri(text) if len(text) <= _REMEMBERED else _IRI.fullmatch(text) is not None


# Verbs, types, courses and languages come again with every statement; long texts are not kept.
_REMEMBERED = 200


@lru_cache(maxsize=10_000)
def _fits_iri(text: str) -> bool:
    return _IRI.fullmatch(text) is not None


@lru_cache(maxsize=500)
def _fits_language_tag(text: str) -> bool:
    return _LANGUAGE_TAG.fullmatch(text) is not None


TEXT = Format(lambda _: True, "must be a string")
IRI = Format(is_iri, "must be an IRI with a scheme")
UUID = Format(_UUID.fullmatch, "must be a UUID in its standard form")
TIMESTAMP = Format(is_timestamp, "must be an ISO 8601 date and time with a time zone other than -00:00")
TIMESTAMP_2_0 = Format(is_rfc_3339, "must be an RFC 3339 timestamp with a time zone other than -00:00")
DURATION = Format(_DURATION.fullmatch, "must be an ISO 8601 duration such as PT2H10M5S")
LANGUAGE_TAG = Format(is_language_tag, "must be an RFC 5646 language tag")
MAILTO = Format(_MAILTO.fullmatch, "must be mailto: and one e-mail address")
SHA1 = Format(_SHA1.fullmatch, "must be a SHA-1 hash in 40 hexadecimal digits")
SHA2 = Format(_SHA2.fullmatch, "must be a SHA-2 hash in hexadecimal digits")
MEDIA_TYPE = Format(_MEDIA_TYPE.fullmatch, "must be an Internet media type")
VERSION = Format(_VERSION.fullmatch, "must be 1.0.x or 2.0.0")
