"""The front-end packages: fetched with npm, the few files that pages load put into static/vendor/."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from machine import Stop, digest, must, run, step
from python_packages import Place, install

OLDEST_NPM = 7  # the first that reads our lock file
INPUTS = ("package.json", "package-lock.json", ".npmrc")
# package, its file, its name below static/vendor/; each must stand alone, as no bundler runs
FILES = (
    ("htmx.org", "dist/htmx.min.js", "htmx.min.js"),
    ("@github/relative-time-element", "dist/bundle.js", "relative-time-element/bundle.js"),
    ("@github/text-expander-element", "dist/bundle.js", "text-expander-element/bundle.js"),
    ("@github/markdown-toolbar-element", "dist/index.js", "markdown-toolbar-element/index.js"),
    ("turndown", "lib/turndown.browser.es.js", "turndown.js"),
)
# What stands inside of these files.
WITHIN = ("@github/combobox-nav", "dom-input-range")
ICONS = "lucide-static"
NAMESPACE = "{http://www.w3.org/2000/svg}"
SHAPES = {"path", "circle", "ellipse", "rect", "line", "polyline", "polygon"}


@dataclass(frozen=True)
class Npm:
    """An npm that works, and what must stand first on PATH for it."""

    program: str
    path: str


def install_front_end(place: Place, path: str) -> None:
    fetch(place, path)
    fill_vendor(place)


def find_npm(place: Place, path: str) -> Npm:
    """The machine's npm, or else the one that comes as a Python package."""
    machines = shutil.which("npm", path=path)
    if machines and usable(machines, path):
        return Npm(machines, path)
    try:
        install(place, "npm")
    except Stop as reason:
        raise Stop(no_npm("it did not come from Python's registry either:\n" + str(reason))) from None
    wheels = Npm(str(place.bin / "npm"), f"{place.bin}:{path}")
    if not usable(wheels.program, wheels.path):
        raise Stop(no_npm("the one that Python's registry has does not run on this machine."))
    return wheels


def no_npm(also: str) -> str:
    return (
        f"npm {OLDEST_NPM} or later is missing, and {also}\n"
        "Install Node.js with npm (on Debian or Ubuntu run `apt install npm` as root), then run make again."
    )


def usable(program: str, path: str) -> bool:
    answer = run([program, "--version"], env={"PATH": path})
    number = re.match(r"(\d+)\.", answer.stdout.strip().splitlines()[-1] if answer.stdout.strip() else "")
    return answer.returncode == 0 and number is not None and int(number[1]) >= OLDEST_NPM


def fetch(place: Place, path: str) -> None:
    """Bring .venv/npm/node_modules to what the lock file names."""
    fingerprint = digest(*place.files(*INPUTS))
    work = place.venv / "npm"
    if place.stamps.fresh("npm", fingerprint) and (work / "node_modules").is_dir():
        return
    npm = find_npm(place, path)
    work.mkdir(exist_ok=True)
    for name in INPUTS:
        shutil.copyfile(place.root / name, work / name)
    with step("fetching front-end packages with npm"):
        must(run([npm.program, "ci", "--ignore-scripts"], folder=work, env={"PATH": npm.path}), "npm ci")
    place.stamps.write("npm", fingerprint)


def fill_vendor(place: Place) -> None:
    """Make static/vendor/ anew when what goes into it has changed."""
    listed = place.root / "static/icons/icons.txt"
    fingerprint = digest(Path(__file__), listed, *place.files(*INPUTS))
    vendor = place.root / "static/vendor"
    wanted = [name for _, _, name in FILES] + ["icons.svg", "licences.txt"]
    if place.stamps.fresh("vendor", fingerprint) and all((vendor / name).is_file() for name in wanted):
        return
    modules = place.venv / "npm/node_modules"
    with step("filling static/vendor"):
        built = place.venv / "npm/vendor"
        shutil.rmtree(built, ignore_errors=True)
        built.mkdir()
        for package, file, name in FILES:
            (built / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(modules / package / file, built / name)
        icons = read_icons(listed.read_text(encoding="utf-8"))
        (built / "icons.svg").write_text(sprite(icons, modules / ICONS / "icons"), encoding="utf-8")
        (built / "licences.txt").write_text(licences(modules), encoding="utf-8")
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.move(built, vendor)
    place.stamps.write("vendor", fingerprint)


def licences(modules: Path) -> str:
    """The licences of what is copied, which go where the copies go."""
    packages = [package for package, _, _ in FILES] + [*WITHIN, ICONS]
    texts = {name: (modules / name / "LICENSE").read_text(encoding="utf-8") for name in packages}
    return "\n".join(f"== {name} ==\n\n{text.strip()}\n" for name, text in texts.items())


def read_icons(text: str) -> dict[str, str]:
    """Our name -> Lucide's name. A line is `name`, or `our-name = name`; # starts a comment."""
    icons = {}
    for line in text.splitlines():
        words = line.split("#", 1)[0].strip()
        if words:
            ours, _, lucides = words.partition("=")
            icons[ours.strip()] = lucides.strip() or ours.strip()
    return icons


def sprite(icons: dict[str, str], folder: Path) -> str:
    """One SVG file with a symbol `i-<name>` for each icon."""
    unknown = [name for name in icons.values() if not (folder / f"{name}.svg").is_file()]
    if unknown:
        raise Stop(f"static/icons/icons.txt names icons that {ICONS} does not have: {', '.join(unknown)}.")
    symbols = [symbol(ours, folder / f"{lucides}.svg") for ours, lucides in icons.items()]
    head = '<svg xmlns="http://www.w3.org/2000/svg">\n<!-- Lucide icons, ISC licence: see licences.txt -->'
    return "\n".join([head, *symbols, "</svg>\n"])


def symbol(name: str, file: Path) -> str:
    # Our own pages show this file, so it may hold shapes and nothing else.
    shapes = []
    for element in ET.parse(file).getroot():  # noqa: S314  (npm has checked its hash)
        element.tag = element.tag.removeprefix(NAMESPACE)
        if element.tag not in SHAPES or len(element) or any(key.startswith("on") for key in element.attrib):
            raise Stop(f"the icon {file.stem} has an element that icons should not have: {element.tag}.")
        element.tail = None
        shapes.append(ET.tostring(element, encoding="unicode"))
    # The stroke's width is left to the page's style.
    look = (
        'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    )
    return f'<symbol id="i-{name}" {look}>{"".join(shapes)}</symbol>'
