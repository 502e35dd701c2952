"""The files of this repository, as the guards read them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
BINARY = {".png", ".mo", ".ico", ".woff2", ".xlsx", ".pdf"}
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/service.py"))


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the repository, committed or about to be, relative to its root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        # An exported tree has no git; what tools and runs leave behind lies in hidden folders.
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not _hidden(path.relative_to(ROOT))]
    return tuple(path for name in sorted(listed) if (ROOT / (path := Path(name))).is_file())


def text_files() -> list[Path]:
    return [path for path in files() if path.suffix not in BINARY]


def text(path: Path) -> str:
    return (ROOT / path).read_text("utf-8")


def python_files(*folders: str) -> list[Path]:
    """Those below these folders; all of the repository's when none is named."""
    return [path for path in files() if path.suffix == ".py" and (not folders or path.parts[0] in folders)]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" or part.endswith(".egg-info") for part in path.parts[:-1])
