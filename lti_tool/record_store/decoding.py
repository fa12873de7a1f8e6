"""JSON from outside, read strictly: one meaning for every reader, and nothing that can't be written again."""

import json
from typing import Any, NoReturn

from lti_tool.record_store.errors import BadRequestError

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def decode_json(raw: bytes, *, what: str) -> Any:
    """The value in `raw`. BadRequestError for anything that is not one JSON text in UTF-8.

    Stricter than Python: no name twice in an object, no NaN and Infinity. Depth, lone surrogates and numbers
    beyond a float's range are left to the statement's validation.
    """
    try:
        return json.loads(raw.decode(), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise BadRequestError(f"{what} is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise BadRequestError(f"{what} is not JSON: {error.msg} at character {error.pos + 1}.") from None
    except RecursionError:
        raise BadRequestError(f"{what} is nested too deeply.") from None
    except ValueError as error:  # ours below, or an integer of more than 4300 digits
        raise BadRequestError(f"{what} is not usable JSON: {error}") from None


def encode_json(value: Any) -> str:
    return _ENCODER.encode(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice in one object.")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number.")
