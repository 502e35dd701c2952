"""Every command shows an example, and every command that a document shows can be given."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from linli.cli import COMMANDS, main
from tests.guards.repository import files, text

MAKE = re.findall(r"^([a-z]+):", text(Path("Makefile")), re.MULTILINE)
FENCE = re.compile(r"^```(?:sh|bash|console|text)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPOKEN = re.compile(r"`((?:make|(?:\.venv/bin/)?linli) [a-z][^`]*)`")


def commands(command: click.Command, *names: str) -> Iterator[tuple[str, ...]]:
    yield names
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, *names, name)


def documented() -> list[tuple[str, str]]:
    """Every command line of ours that a document shows, with the document."""
    found = []
    for path in (path for path in files() if path.suffix == ".md"):
        lines = [line for block in FENCE.findall(text(path)) for line in block.replace("\\\n", " ").splitlines()]
        found += [(str(path), line) for line in [*lines, *SPOKEN.findall(text(path))]]
    return [(path, line) for path, line in found if re.search(r"(^|\s|\()((\.venv/bin/)?linli|make) [a-z-]", line)]


@pytest.mark.parametrize("names", list(commands(main)), ids=" ".join)
def test_help_shows_an_example_of_the_command(names: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*names, "--help"])

    assert shown.exit_code == 0, shown.output
    example = shown.output.partition("Example:\n")[2].partition("\n\n")[0]
    assert " ".join(["linli", *names]) in example


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_overview_says_what_each_command_does(name: str) -> None:
    shown = CliRunner().invoke(main, ["--help"]).output

    assert re.search(rf"^  {name} +[A-Z].*\.$", shown, re.MULTILINE)


@pytest.mark.parametrize(("path", "line"), documented(), ids=lambda given: given[:60])
def test_a_command_in_a_document_exists(path: str, line: str) -> None:
    words = shlex.split(re.sub(r"#.*|…|\|.*", "", line).replace("$(", " ").replace(")", " ").replace('"', " "))
    while words and words[0] not in {"linli", ".venv/bin/linli", "make"}:
        words.pop(0)
    name, *given = words
    if name == "make":
        assert given[0] in MAKE, f"{path}: {line}"
    else:
        check_linli(given)


def check_linli(given: list[str]) -> None:
    """Raise unless the words lead to a command that has the options among them."""
    command: click.Command = main
    while isinstance(command, click.Group) and given and not given[0].startswith("-"):
        found = command.get_command(click.Context(command), given[0])
        assert found is not None, f"linli has no {given[0]}"
        command, given = found, given[1:]
    options = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h", "--version"}
    assert {word.partition("=")[0] for word in given if word.startswith("-")} <= options


def test_every_make_target_is_explained() -> None:
    """By `make help`; those that only other targets need, by a comment above them."""
    makefile = text(Path("Makefile"))
    explained = re.findall(r"^([a-z]+):.*## |^# .*\n([a-z]+):", makefile, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)

    assert {listed or inner for listed, inner in explained} == set(MAKE)
    assert phony
    assert set(phony[1].split()) == set(MAKE)
