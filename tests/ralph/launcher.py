"""Ralph (PyPI: ralph-malph), a record store of others, made fit to be delivered to; run in .venv-ralph.

`python launcher.py FOLDER SOCKET USERNAME PASSWORD`: with its files in FOLDER, until it is ended. SOCKET is
the number of one that listens, from whoever started it.
As it comes, its file backend fails every write after the first, and its filters by verb and activity find
nothing.
"""

import json
import os
import socket
import sys
from pathlib import Path


def main(folder: Path, handle: int, username: str, password: str) -> None:
    (folder / "statements").mkdir(parents=True)
    # Ralph reads these where it is imported.
    os.environ |= {
        "RALPH_APP_DIR": str(folder),
        "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(folder / "statements"),
        "RALPH_BACKENDS__LRS__FS__DEFAULT_LRS_FILE": "statements.jsonl",
    }
    import bcrypt

    agent = {"account": {"homePage": "https://ralph.example", "name": username}}
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    user = {"agent": agent, "scopes": ["all"], "hash": hashed, "username": username}
    (folder / "auth.json").write_text(json.dumps([user]))

    import ralph.api.routers.statements
    import uvicorn
    from ralph.backends.data.base import BaseOperationType
    from ralph.backends.lrs.fs import FSLRSBackend

    FSLRSBackend.default_operation_type = BaseOperationType.APPEND
    FSLRSBackend.append_to_history = lambda *_arguments, **_words: None
    ralph.api.routers.statements.IRI = str
    server = uvicorn.Server(uvicorn.Config("ralph.api:app", log_level="warning"))
    server.run(sockets=[socket.socket(fileno=handle)])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
