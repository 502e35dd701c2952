"""Printing in a process of its own: real PDFs, and what it refuses, lacks or gives up."""

import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pypdf import PdfReader

from chassis.errors import Busy, LinliError, NotEquipped, Unavailable
from chassis.printing import Printer

TEXT = "王小明与星海物业服务中心"
WITHOUT_WEASYPRINT = """
import sys, runpy
sys.modules["weasyprint"] = None
runpy.run_module("chassis.printing.process", None, "__main__")
"""


def stand_in(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_chinese_text_can_be_read_again_and_its_font_is_inside() -> None:
    reader = PdfReader(io.BytesIO(Printer().print(f"<html lang='zh-CN'><title>卷宗</title><p>{TEXT}</p>")))

    (page,) = reader.pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert page.extract_text().strip() == TEXT
    assert descriptors
    assert all({"/FontFile2", "/FontFile3"} & descriptor.keys() for descriptor in descriptors)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="file://localhost/etc/hostname">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/a.css">',
        "<style>@import url(file://localhost/etc/hostname)</style>",
        '<img src="data:image/png;base64,AAAA">',
    ],
)
def test_what_refers_to_something_outside_is_not_printed(html: str) -> None:
    with pytest.raises(LinliError, match="FatalURLFetchingError"):
        Printer().print(html)


def test_the_process_sees_no_setting_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALING_KEYS", "secret")
    code = "import os, sys; sys.stdout.write(repr(sorted(os.environ)))"

    seen = Printer(command=stand_in(code)).print("")

    assert b"SEALING_KEYS" not in seen
    assert b"PATH" in seen


def test_a_missing_library_is_named() -> None:
    with pytest.raises(NotEquipped, match=r"apt-get install libpango-1\.0-0"):
        Printer(command=stand_in(WITHOUT_WEASYPRINT)).print("")


def test_a_missing_font_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(nothing))

    with pytest.raises(NotEquipped, match="apt-get install fonts-noto-cjk"):
        Printer().print(f"<p>{TEXT}</p>")


def test_beyond_as_many_as_may_be_one_is_told_to_come_back(tmp_path: Path) -> None:
    started = tmp_path / "started"
    subprocess.run(["mkfifo", started], check=True)
    code = (
        f"import sys; open({str(started)!r}, 'w').close(); sys.stdin.read(); open({str(started)!r}).close(); print(1)"
    )
    printer = Printer(at_most=1, command=stand_in(code))
    first = threading.Thread(target=printer.print, args=("",))
    first.start()
    started.open().close()

    with pytest.raises(Busy, match="1 documents are being printed"):
        printer.print("")

    started.open("w").close()
    first.join()
    assert Printer(at_most=1, command=stand_in("print(1)")).print("") == b"1\n"


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    code = f"import os, pathlib, signal; pathlib.Path({str(noted)!r}).write_text(str(os.getpid())); signal.pause()"
    printer = Printer(at_most=1, within_s=0.5, command=stand_in(code))

    with pytest.raises(Unavailable, match=r"took longer than 0\.5 s"):
        printer.print("")

    assert not Path(f"/proc/{noted.read_text()}").exists()
    with pytest.raises(Unavailable, match="took longer"):
        printer.print("")


def test_a_document_cannot_take_all_memory() -> None:
    limited = "from chassis.printing import process; process._bound(); bytearray(2 << 30)"

    with pytest.raises(LinliError, match="ended with 1: MemoryError"):
        Printer(command=stand_in(limited)).print("")


def test_a_failure_says_nothing_of_the_document() -> None:
    with pytest.raises(LinliError) as told:
        Printer().print(f'<img src="file://localhost/{TEXT}">')

    assert TEXT not in str(told.value)
