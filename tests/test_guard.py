"""`xapi` belongs to this distribution alone, and the packages keep to their layers."""

import importlib.metadata
from pathlib import Path

import pytest

import xapi
from lti_tool import doctor

FOREIGN = "xapi-python"


def test_no_other_distribution_brought_xapi() -> None:
    assert doctor.foreign_owners_of_xapi() == []
    assert Path(xapi.__file__).parent == Path(doctor.__file__).parent.parent / "xapi"


def test_a_foreign_xapi_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pip would leave it: a distribution whose record names files of a package called xapi."""
    info = tmp_path / "xapi_python-0.2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {FOREIGN}\nVersion: 0.2.1\n")
    (info / "top_level.txt").write_text("xapi\n")
    (info / "RECORD").write_text("xapi/__init__.py,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    assert doctor.foreign_owners_of_xapi() == [FOREIGN]
    finding = doctor._xapi_is_ours()
    assert not finding.fine
    assert f"pip uninstall {FOREIGN}" in finding.words


def test_it_is_not_installed_here() -> None:
    names = {distribution.metadata["Name"].lower() for distribution in importlib.metadata.distributions()}
    assert FOREIGN not in names
