"""The language of a text, for stemming its words.

A platform tells the language of the person, and a course is often held in another one.
"""

from collections.abc import Sequence

SIMPLE = "simple"
"""No language: words without stemming."""
_ENGLISH = "english"
_LOOKED_AT = 300
_FEWEST = 2

# Configurations of PostgreSQL 14 and later.
_CONFIGS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

# Frequent words of each language, folded as texts are.
_USUAL = {
    "dutch": "de het een en van dat niet ik je met voor zijn",
    "english": "the and of to is that it you for with this are",
    "finnish": "ja on ei etta se mutta oli ole tai kun",
    "french": "le les et des est que une pour dans pas je qui",
    "german": "der die und das ist nicht ich ein zu den mit auf",
    "italian": "il che di per una non sono della gli come piu",
    "portuguese": "o que do da em um uma nao para com os mais",
    "russian": "и в не на что я из это как но",
    "spanish": "el los que y en un una por con no las para",
    "swedish": "och att det som ar pa for inte jag av",
    "turkish": "bir ve bu da icin ne ile cok ama gibi",
}
USUAL_WORDS = {config: frozenset(words.split()) for config, words in _USUAL.items()}


def config_of(locale: str) -> str:
    """The text search configuration of a language."""
    return _CONFIGS.get(locale.partition("-")[0].lower(), SIMPLE)


def written_in(text: str, locale: str) -> str:
    """The configuration for a folded text, by its frequent words, or else by its author's language."""
    words = text.split()[:_LOOKED_AT]
    times = {config: sum(word in usual for word in words) for config, usual in USUAL_WORDS.items()}
    most = max(times, key=lambda config: (times[config], config == config_of(locale)))
    return most if times[most] >= _FEWEST else config_of(locale)


def read_in(locale: str) -> Sequence[str]:
    """The configurations for a search query, which is short: the reader's language, and English."""
    return list(dict.fromkeys((config_of(locale), _ENGLISH)))
