"""What printing needs of the system: WeasyPrint's libraries and a font for Chinese. All else runs without."""

import ctypes
import shutil
import subprocess
import sys

from linli.embedded import apt
from linli.embedded.errors import EmbeddedError

LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
"""Each with the Debian package that has it."""

# Of Debian's fonts the one that sets the mainland's punctuation and has the rare characters of names (SIL OFL 1.1).
FONT = "fonts-noto-cjk"


def missing() -> list[str]:
    """The packages that would let this machine print."""
    packages = [package for library, package in LIBRARIES.items() if not _is_there(library)]
    return packages if _knows_chinese() else [*packages, "fontconfig", FONT]


def ensure_installed() -> None:
    """Install what is missing where we may. Raises EmbeddedError with what to do otherwise."""
    packages = missing()
    if not packages:
        return
    if not apt.may_install():
        raise EmbeddedError(
            "mediation files cannot be printed here before this is installed: "
            f"sudo apt-get install --no-install-recommends {' '.join(packages)}"
        )
    print(f"installing {' '.join(packages)} (apt-get) to print mediation files; this happens once", file=sys.stderr)
    apt.install(*packages)


def install_if_possible() -> None:
    """The same for who only prints now and then: what is in the way is said, and stops nothing."""
    try:
        ensure_installed()
    except EmbeddedError as error:
        print(error, file=sys.stderr, flush=True)


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _knows_chinese() -> bool:
    fonts = shutil.which("fc-list")
    if fonts is None:
        return False
    return bool(subprocess.run([fonts, ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())
