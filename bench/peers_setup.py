"""The peers' own Python environment, made when it is first needed: nothing of theirs is among Linli's dependencies."""

import hashlib
import subprocess
import sys
from pathlib import Path

from bench.ground import BenchError
from bench.rounds import Tell

FOLDER = Path(__file__).parents[1] / ".linli-peers" / "venv"
LOCK = Path(__file__).parent / "peers" / "requirements.lock"


def python(tell: Tell, folder: Path = FOLDER) -> Path:
    """The interpreter that has exactly what the lock names. Raises BenchError when pip cannot install it."""
    interpreter = folder / "bin" / "python"
    # The stamp's name carries the lock's content, so an unchanged lock costs nothing.
    stamp = folder / f".setup-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    if not stamp.exists():
        tell.begin(f"installing the peers (Celery, FastStream, Django) into {folder}")
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--only-binary", ":all:", "--require-hashes", "--requirement", str(LOCK)])
        stamp.touch()
    return interpreter


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"the peers cannot be installed; `{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")
