"""A record store in memory, that may be slow to make statements visible, and may be broken."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Store:
    """Lists what it holds as specified: by `stored`, in pages, since a moment, of one activity."""

    def __init__(self) -> None:
        self.statements: list[dict[str, Any]] = []
        self.through: datetime | None = None
        """Up to when it says that it is consistent; where it is None, up to the last that it holds."""
        self.says_through = True
        self.asked: list[dict[str, str]] = []
        self.refusal: Response | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        self.asked.append(request.args.to_dict())
        answer = self.refusal or self._page(request.args.to_dict())
        return answer(environ, start_response)

    def _page(self, asked: dict[str, str]) -> Response:
        found = sorted(self.statements, key=lambda one: _moment(one["stored"]))
        if asked.get("ascending") != "true":
            found.reverse()
        if "since" in asked:
            found = [one for one in found if _moment(one["stored"]) > _moment(asked["since"])]
        if "activity" in asked:
            found = [one for one in found if asked["activity"] in json.dumps(one)]
        start, limit = int(asked.get("at", 0)), int(asked["limit"])
        more = start + limit < len(found)
        query = "&".join(f"{key}={value}" for key, value in {**asked, "at": str(start + limit)}.items())
        body = {
            "statements": found[start : start + limit],
            "more": f"/xapi/statements?{query}" if more else "",
        }
        answer = Response(json.dumps(body), mimetype="application/json")
        if self.says_through:
            last = max((_moment(one["stored"]) for one in self.statements), default=_EPOCH)
            answer.headers["X-Experience-API-Consistent-Through"] = (self.through or last).isoformat()
        return answer


def stored_at(statement: dict[str, Any], seconds: float) -> dict[str, Any]:
    moment = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return statement | {"stored": moment.isoformat(timespec="microseconds").replace("+00:00", "Z")}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
