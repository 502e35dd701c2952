"""What this machine lacks for printing is named by the packages that bring it."""

from pathlib import Path

import pytest

from linli.embedded import apt, printing_packages
from linli.embedded.errors import EmbeddedError


@pytest.fixture
def without_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(nothing))


def test_a_machine_that_runs_the_tests_can_print() -> None:
    assert printing_packages.missing() == []


def test_a_library_that_is_not_there_is_named_by_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(printing_packages.LIBRARIES, "libnowhere.so.0", "libnowhere0")

    assert printing_packages.missing() == ["libnowhere0"]


@pytest.mark.usefixtures("without_fonts")
def test_without_a_font_for_chinese_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "may_install", lambda: False)

    with pytest.raises(EmbeddedError, match="sudo apt-get install --no-install-recommends fontconfig fonts-noto-cjk"):
        printing_packages.ensure_installed()


@pytest.mark.usefixtures("without_fonts")
def test_what_is_missing_stops_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(apt, "may_install", lambda: False)

    printing_packages.install_if_possible()

    assert "mediation files cannot be printed here before this is installed" in capsys.readouterr().err
