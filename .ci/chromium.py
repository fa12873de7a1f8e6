"""A system Chromium for the browser tests."""

import os
import shutil

from machine import Stop, explain, last_lines, run, step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core")
INSTALL = ("apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends", *PACKAGES)


def find_chromium(path: str) -> str | None:
    found = (shutil.which(name, path=path) for name in NAMES)
    return next((program for program in found if program), None)


def install_chromium(path: str, *, root: bool) -> None:
    """Install Debian's Chromium where there is none and we may; otherwise say what to install."""
    if find_chromium(path):
        return
    if not root or not shutil.which("apt-get", path=path):
        raise Stop(
            "Chromium is missing: the browser tests need it.\n"
            f"On Debian run `apt install {' '.join(PACKAGES)}` as root; elsewhere install Chromium or\n"
            "Google Chrome, so that `chromium` or `google-chrome` is a command."
        )
    env = {"PATH": path, "DEBIAN_FRONTEND": "noninteractive"}
    with step("installing Chromium with apt-get"):
        run(["apt-get", "update"], env=env)  # when it fails, the install says why
        result = run(INSTALL, env=env)
    if result.returncode or not find_chromium(path):
        raise Stop(
            f"apt-get did not install Chromium: {explain(result.stdout)}.\n{last_lines(result.stdout)}\n"
            "Install Chromium or Google Chrome, so that `chromium` or `google-chrome` is a command."
        )


def as_root() -> bool:
    return os.geteuid() == 0
