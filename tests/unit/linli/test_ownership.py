"""Nothing that another account could have put there is believed."""

import json
import os
from pathlib import Path

import pytest

from linli.embedded import account
from linli.embedded.data_folder import DataFolder
from linli.embedded.errors import EmbeddedError
from linli.embedded.ownership import append_to, read_own, write_new
from linli.embedded.process import recall, remember
from linli.embedded.secrets import Secrets
from linli.instance import Instance

OTHERS = pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that was opened and closed before."""
    folder = DataFolder(tmp_path / "data")
    folder.open()
    folder.close()
    return folder.path


def as_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process ran under another account than what lies there."""
    own = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: own + 1)


@OTHERS
def test_a_data_folder_that_others_may_write_to_is_refused(data: Path, mode: int) -> None:
    data.chmod(mode)

    with pytest.raises(EmbeddedError, match=rf"other accounts may write to {data}.*chmod go-w"):
        DataFolder(data).open()


def test_a_data_folder_of_another_account_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_somebody_else(monkeypatch)

    with pytest.raises(EmbeddedError, match=rf"{data} belongs to account {data.stat().st_uid}.*--data"):
        DataFolder(data).open()
    with pytest.raises(EmbeddedError, match="belongs to account"):
        Instance.at(data)


def test_an_empty_folder_that_another_account_has_planted_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_somebody_else(monkeypatch)

    with pytest.raises(EmbeddedError, match="belongs to account"):
        DataFolder(tmp_path).open()

    assert list(tmp_path.iterdir()) == []


@OTHERS
@pytest.mark.parametrize("inner", ["run", "log"])
def test_a_folder_of_pid_files_or_logs_that_others_may_write_to_is_refused(data: Path, inner: str, mode: int) -> None:
    (data / inner).chmod(mode)
    folder = DataFolder(data)

    with pytest.raises(EmbeddedError, match="other accounts may write to"):
        folder.open()

    assert not folder.is_open()


def test_a_lock_that_is_a_link_is_not_followed(data: Path, tmp_path: Path) -> None:
    (data / "run.lock").unlink()
    (data / "run.lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic link"):
        DataFolder(data).open()

    assert not (tmp_path / "elsewhere").exists()


def test_planted_secrets_are_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Secrets.load_or_create(data)
    (data / "secrets.json").chmod(0o620)
    with pytest.raises(EmbeddedError, match=r"other accounts may write to .*secrets\.json"):
        Secrets.load_or_create(data)

    (data / "secrets.json").chmod(0o600)
    as_somebody_else(monkeypatch)
    with pytest.raises(EmbeddedError, match=r"secrets\.json belongs to account"):
        Secrets.load_or_create(data)


def test_a_planted_pid_file_stops_nobody(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = data / "run" / "members.pid"
    remember(noted, os.getpid())
    assert recall(noted)
    noted.chmod(0o606)
    with pytest.raises(EmbeddedError, match=r"other accounts may write to .*members\.pid"):
        recall(noted)

    noted.chmod(0o600)
    as_somebody_else(monkeypatch)
    with pytest.raises(EmbeddedError, match=r"members\.pid belongs to account"):
        recall(noted)


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o022])
def test_what_is_noted_can_be_read_again_under_any_mask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        remember(tmp_path / "members.pid", os.getpid())
    finally:
        os.umask(before)

    assert recall(tmp_path / "members.pid")


def test_a_link_is_no_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "target").write_text(json.dumps({"pid": 1}))
    (tmp_path / "link").symlink_to(tmp_path / "target")

    with pytest.raises(EmbeddedError, match="link cannot be read as a file of one's own"):
        read_own(tmp_path / "link")
    with pytest.raises(OSError, match="symbolic link"):
        append_to(tmp_path / "link")


def test_a_pipe_is_no_file_of_ones_own(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)

    with pytest.raises(EmbeddedError, match="is no file"):
        read_own(tmp_path / "pipe")


def test_a_new_file_takes_a_links_place_and_leaves_its_target_alone(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("before")
    (tmp_path / "link").symlink_to(tmp_path / "target")

    write_new(tmp_path / "link", "new", 0o400)

    assert (tmp_path / "target").read_text() == "before"
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "link").stat().st_mode & 0o777 == 0o400


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
class TestGivingAway:
    def test_what_lies_in_a_folder_that_is_given_stays_as_it_is(self, tmp_path: Path) -> None:
        """The account could exchange it for a link to anything while root walks through the folder."""
        (tmp_path / "given").mkdir()
        (tmp_path / "given" / "file").touch()

        account.give(tmp_path / "given")

        assert (tmp_path / "given").stat().st_uid != 0
        assert (tmp_path / "given" / "file").stat().st_uid == 0

    def test_a_link_is_not_given_and_neither_is_its_target(self, tmp_path: Path) -> None:
        (tmp_path / "target").touch()
        (tmp_path / "link").symlink_to(tmp_path / "target")

        with pytest.raises(OSError, match="symbolic link"):
            account.give(tmp_path / "link")

        assert (tmp_path / "target").stat().st_uid == 0
