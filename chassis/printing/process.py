"""The process that prints: HTML on its standard input, PDF on its standard output, one line of words on the other.

It opens nothing that the HTML names, has a bounded time and memory, and writes no file. What it says of a failure is
the kind of it alone: the message of an error may quote the document.
"""

import importlib
import logging
import resource
import shutil
import subprocess
import sys
from typing import Any, NoReturn

from chassis.printing.printer import NOT_EQUIPPED

MEMORY_BYTES = 1 << 30
CPU_S = 60

LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
FONTS = "fonts-noto-cjk"
"""Debian's names. Any other font for Chinese will do as well."""

VARIANT = "pdf/a-2u"
"""Made to be kept: fonts inside, every glyph known as its character (ISO 19005-2)."""


def main() -> int:
    _bound()
    if missing := _missing():
        print(missing, file=sys.stderr)
        return NOT_EQUIPPED
    glyphs = _MissingGlyphs()
    logging.getLogger("weasyprint").addHandler(glyphs)
    try:
        pdf = _pdf(sys.stdin.buffer.read().decode())
    except BaseException as error:  # a refused address is no Exception to WeasyPrint
        print(type(error).__name__, file=sys.stderr)
        return 1
    if glyphs.count:
        print(f"{glyphs.count} characters have no glyph in any font here; install one that has", file=sys.stderr)
    sys.stdout.buffer.write(pdf)
    return 0


def _bound() -> None:
    """What a document can cost at most, whatever it holds."""
    for limit, amount in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (amount, amount))


def _missing() -> str | None:
    """What printing Chinese needs and this machine lacks, as a sentence that says how to get it."""
    try:
        importlib.import_module("weasyprint")
    except (ImportError, OSError):
        return f"printing needs libraries that are not here; install them: apt-get install {LIBRARIES}"
    fonts = shutil.which("fc-list")
    if fonts is None or not subprocess.run([fonts, ":lang=zh-cn"], capture_output=True, check=False).stdout.strip():
        return f"printing needs a font for Chinese, and there is none here; install one: apt-get install {FONTS}"
    return None


def _pdf(html: str) -> bytes:
    weasyprint: Any = importlib.import_module("weasyprint")
    urls: Any = importlib.import_module("weasyprint.urls")

    class Nothing(urls.URLFetcher):  # type: ignore[misc]
        """Neither network nor files nor data: a document that refers to something is not printed."""

        def fetch(self, url: str, headers: Any = None) -> NoReturn:
            raise urls.FatalURLFetchingError("a document may refer to nothing outside of itself")

    document = weasyprint.HTML(string=html, url_fetcher=Nothing())
    printed: bytes = document.write_pdf(pdf_variant=VARIANT)
    return printed


class _MissingGlyphs(logging.Handler):
    """Counts what could not be drawn, and says nothing of what else WeasyPrint tells: that may quote the document."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += str(record.msg).startswith(".notdef glyph")


if __name__ == "__main__":
    sys.exit(main())
