"""The wheel, installed outside the checkout, is the whole tool: pages, static files, migrations."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import SECRET
from tests.demo.test_demo_command import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
WITHIN = 300


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **environment},
        cwd=Path(str(command[0])).parent,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The `bin` folder of a new virtual environment with the wheel and its locked requirements."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=WITHIN, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True, timeout=WITHIN
    )
    bin_folder = tmp_path / "venv" / "bin"
    # uv, because pip takes forty seconds for what uv does in five.
    install = (Path(sys.executable).parent / "uv", "pip", "install", "--quiet", "--no-deps")
    into = ("--python", bin_folder / "python")
    run(*install, *into, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements.txt")
    run(*install, *into, "--no-index", wheel)
    return bin_folder


@pytest.fixture
def served(installed: Path, fresh_database_url: str) -> Iterator[str]:
    port = free_port()
    environment = {
        "SEGUE_DATABASE_URL": fresh_database_url,
        "SEGUE_SECRET_KEY": SECRET,
        "SEGUE_BASE_URL": f"http://127.0.0.1:{port}",
    }
    assert "nothing to do" in run(installed / "segue", "migrate", **environment)
    doctor = run(installed / "segue", "doctor", **environment)
    assert "FAIL" not in doctor
    where = run(installed / "python", "-c", "import lti_tool, xapi; print(lti_tool.__file__, xapi.__file__)")
    assert str(ROOT) not in where
    process = subprocess.Popen(
        [installed / "segue", "serve", "--port", str(port)],
        env={**os.environ, **environment},
        cwd=installed,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    assert process.wait(timeout=60) == 0


def test_the_wheel_serves_pages_and_static_files_and_migrates(served: str) -> None:
    waiting = threading.Event()
    for _ in range(600):
        try:
            ready = requests.get(f"{served}/health/ready", timeout=10)
            break
        except requests.ConnectionError:
            waiting.wait(0.05)
    assert ready.json() == {"ready": True}
    page = requests.get(f"{served}/lti/login", timeout=10)
    assert page.status_code == 400
    assert "The activity could not be opened" in page.text
    css = re.search(r'href="(/static/[^"]+/css/segue\.css)"', page.text)
    assert css is not None
    style = requests.get(f"{served}{css[1]}", timeout=10)
    assert style.status_code == 200
    assert "immutable" in style.headers["Cache-Control"]
    htmx = requests.get(f"{served}{css[1].replace('css/segue.css', 'vendor/htmx.min.js')}", timeout=10)
    assert htmx.status_code == 200
    assert requests.get(f"{served}/xapi/about", timeout=10).json()["version"]
    assert "Example: launched" in requests.get(f"{served}/xapi/docs", timeout=10).text
    assert len(requests.get(f"{served}/lti/jwks.json", timeout=10).json()["keys"]) == 2
