"""The unprivileged account that parts run as when Linli itself runs as root.

PostgreSQL refuses to be root, and a broker should not be. A clone often lies under a folder that is closed to others
(/root/x, mode 0700), where another account cannot even reach its own files. Opening such folders up is not ours to do,
so there the account keeps one capability: to pass through and read (CAP_DAC_READ_SEARCH), never to write.

Considered and left: `unshare --user` (the process would keep root's right to write every file of root, and containers
forbid it); data under /var/lib (two folders to an instance, neither complete).
"""

import grp
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from linli.embedded.errors import EmbeddedError

ACCOUNT = "pgserver"
# In the order of harm: a container's root often lacks the first.
PASSING = {"dac_read_search": 2, "dac_override": 1}


def is_needed() -> bool:
    """Whether this process is root, so that parts must run as somebody else."""
    return os.geteuid() == 0


def give(path: Path) -> None:
    """Let the parts' account own this folder or file, just made in a folder of root's; nothing to do when not root.

    This one alone: what lies in a folder that the account owns it may exchange for links to anything while root walks
    through it.
    """
    if not is_needed():
        return
    entry = _ensure_account()
    opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        os.fchown(opened, entry.pw_uid, entry.pw_gid)
    finally:
        os.close(opened)


def prefix(*reached: Path) -> list[str]:
    """The command prefix that runs a part as the account, able to reach these paths; empty when not root."""
    if not is_needed():
        return []
    _ensure_account()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise EmbeddedError("running the parts from root needs `setpriv`; install it: apt-get install util-linux")
    kept = "" if all(_is_open(path) for path in reached) else f",+{_passing_capability(reached)}"
    return [
        setpriv,
        f"--reuid={ACCOUNT}",
        f"--regid={_group()}",
        "--clear-groups",
        "--no-new-privs",
        # Without it access(2), which PostgreSQL asks about its own binaries, ignores the capability.
        *(["--securebits=+no_setuid_fixup"] if kept else []),
        f"--inh-caps=-all{kept}",
        f"--ambient-caps=-all{kept}",
        f"--bounding-set=-all{kept}",
    ]


def _ensure_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pass
    useradd = shutil.which("useradd")
    if useradd is None:
        raise EmbeddedError(f"there is no account {ACCOUNT!r} to run the parts as, and no `useradd` to make it")
    command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    subprocess.run([*command, ACCOUNT], check=False, capture_output=True)
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise EmbeddedError(f"could not make the account; do it by hand: {' '.join(command)} {ACCOUNT}") from None


def _group() -> str:
    return grp.getgrgid(pwd.getpwnam(ACCOUNT).pw_gid).gr_name


def _is_open(path: Path) -> bool:
    """Whether anybody may pass through every folder above this path."""
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def _passing_capability(reached: tuple[Path, ...]) -> str:
    held = _held_capabilities()
    for name, bit in PASSING.items():
        if held >> bit & 1:
            return name
    closed = next(path for path in reached if not _is_open(path))
    raise EmbeddedError(
        f"{closed} lies under a folder closed to others, and this root has no capability to let the parts through; "
        "move it, or run as an ordinary user"
    )


def _held_capabilities() -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0
