"""The command line: what it refuses, and in which words."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from linli.cli import COMMANDS, main
from linli.commands.verify import meant
from linli.instance import Reach

HERE = "440305001012"


@pytest.fixture(autouse=True)
def no_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "AMQP_URL", "MEMBERS_DATABASE_URL", "GRIEVANCES_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


def linli(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize(
    "words",
    [
        ("token", "--role", "mediator", "--area", HERE),
        ("migrate",),
        ("status",),
        ("verify",),
        ("replay", "grievances", "--to", "statistics"),
        ("dead-letters", "list"),
        ("dead-letters", "replay", "members", "--all"),
        ("import", "divisions", "data/nanshan.csv"),
        ("import", "holidays", "data/holidays.csv"),
    ],
    ids=" ".join,
)
def test_a_command_without_an_instance_says_what_to_start(words: tuple[str, ...], tmp_path: Path) -> None:
    done = linli(*words, "--data", str(tmp_path / "nothing"))

    assert done.exit_code == 1
    assert "linli up --data" in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "nothing").exists()


def test_a_deployment_of_which_only_a_part_is_named_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERS_DATABASE_URL", "postgresql://members:x@db/members")

    done = linli("verify")

    assert done.exit_code == 1
    assert all(name in done.stderr for name in ("GRIEVANCES_DATABASE_URL", "STATISTICS_DATABASE_URL", "AMQP_URL"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("token", "--role", "mediator", "--area", "4403"), "must be 12 digits"),
        (("token", "--role", "king", "--area", HERE), "'king' is not one of"),
        (("token", "--area", HERE), "Missing option '--role'"),
        (("replay", "grievances", "--to", "nobody"), "members, statistics do"),
        (("replay", "statistics", "--to", "members"), "is not one of"),
        (("dead-letters", "replay", "members"), "name the events to replay, or say --all"),
        (("dead-letters", "show", "portal", "01890a5d-ac96-774b-bcce-b302099a8057"), "is not one of"),
        (("dead-letters", "show", "members", "no-id"), "is not a valid UUID"),
        (("serve", "elections"), "is not one of"),
        (("import", "divisions", "there-is-no.csv"), "does not exist"),
        (("verify", "--anchor", "elections=1:ab"), "must begin with members, grievances, statistics"),
        (("vote",), "No such command"),
    ],
)
def test_a_wrong_word_is_refused_with_what_would_be_right(words: tuple[str, ...], told: str) -> None:
    done = linli(*words)

    assert done.exit_code == 2
    assert told in done.stderr


def test_discarding_asks_first(tmp_path: Path) -> None:
    words = ["dead-letters", "discard", "members", "01890a5d-ac96-774b-bcce-b302099a8057", "--data", str(tmp_path)]

    done = CliRunner().invoke(main, words, input="n\n")

    assert done.exit_code == 1
    assert "never come into effect" in done.output


def test_a_file_with_wrong_lines_is_refused_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "district.csv"
    file.write_text(
        "code,name,level,parent_code\n440305000000,南山区,district,\n44030500100,南头街道,street,440305000000\n"
    )

    done = linli("import", "divisions", str(file))

    assert done.exit_code == 1
    assert "line 3: code '44030500100' must be 12 digits" in done.stderr
    assert "Traceback" not in done.output


def test_a_holiday_file_with_wrong_lines_is_refused_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text("day,kind,name\n2027-01-01,off,元旦\n2027-10-02,off,国庆节\n")

    done = linli("import", "holidays", str(file))

    assert done.exit_code == 1
    assert "line 3: 2027-10-02 is a Saturday, off anyway" in done.stderr
    assert "Traceback" not in done.output


def test_the_overview_lists_every_command_without_loading_one() -> None:
    shown = linli("--help")

    assert shown.exit_code == 0
    assert all(f"  {name} " in shown.output for name in COMMANDS)


@pytest.mark.parametrize(
    ("command", "in_a_folder"),
    [
        ("linli verify", "linli verify --data /there"),
        ("linli relay grievances", "linli up --data /there"),
        ("see the ledger above", "see the ledger above"),
    ],
)
def test_what_verify_advises_means_the_same_instance(command: str, in_a_folder: str) -> None:
    assert meant(command, Reach({}, "", Path("/there"))) == in_a_folder
    assert meant(command, Reach({}, "")) == command
