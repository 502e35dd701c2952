"""Whose a data folder is, and what may be wiped."""

import os
from pathlib import Path

import pytest

from linli.embedded.data_folder import DataFolder
from linli.embedded.errors import EmbeddedError


def test_a_second_run_in_the_same_folder_is_refused_naming_the_first(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path / "data"), DataFolder(tmp_path / "data")
    first.open()

    with pytest.raises(EmbeddedError, match=rf"process {os.getpid()} already runs Linli in .*; stop it, or .*--data"):
        second.open()
    first.close()


def test_a_closed_folder_may_be_opened_again(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.open()
    held = folder.is_held()
    folder.close()

    assert (held, folder.is_held()) == (True, False)
    folder.open()
    folder.close()


def test_a_folder_with_other_files_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")

    with pytest.raises(EmbeddedError, match="holds files that are not Linli's"):
        DataFolder(tmp_path).open()

    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(EmbeddedError, match="is a file; --data needs a folder"):
        DataFolder(tmp_path / "data").open()


def test_wiping_keeps_the_folder_ours(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.open()
    (folder.path / "secrets.json").touch()
    (folder.path / "postgres").mkdir()
    (folder.path / "link").symlink_to(tmp_path)

    folder.wipe()

    assert sorted(entry.name for entry in folder.path.iterdir()) == ["linli-data-folder", "log", "run", "run.lock"]
    assert tmp_path.exists()
    folder.close()


def test_a_folder_that_is_not_open_is_not_wiped(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="must be open before it is wiped"):
        DataFolder(tmp_path).wipe()
