"""What Ralph's models say of statements, each a line of JSON on standard input; run in .venv-ralph.

Prints one line for each: null where it is read, else what is wrong with it, as JSON.
"""

import json
import sys

from pydantic import ValidationError
from ralph.models.xapi.base.statements import BaseXapiStatement


def judge(line: str) -> str | None:
    try:
        BaseXapiStatement.model_validate(json.loads(line))
    except (KeyError, TypeError, AttributeError) as error:  # its own checks trip over what is missing
        return f"{type(error).__name__}: {error}"
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())[:2_000]
    return None


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(judge(line)))  # noqa: T201  # that is what it is for
