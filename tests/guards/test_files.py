"""What no file of the repository may hold, and what its documents must not get wrong."""

import re
from pathlib import Path

import pytest

from tests.guards.repository import ROOT, files, text, text_files

# Put together here, so that this file does not hold what it forbids.
FORBIDDEN = {
    "the address of a package index": re.compile(
        r"https?://\S*(/simple\b|pypi\.|pythonhosted\.)|(^|\s)--?(extra-)?index-url\b|(^|\s)--find-links\b"
    ),
    "a path of the machine it was written on": re.compile("/wo" + r"rk/|fi" + r"le:///|/tmp/(linli|pro" + r"be)\b"),
    "a private key": re.compile("BEGIN [A-Z ]*PRIVATE" + " KEY"),
    "a left-over of a merge": re.compile("^(<{7}|>{7}) ", re.MULTILINE),
}
UNOWNED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?!\([a-z]+\): \S)")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
DOCUMENTS = [path for path in files() if path.suffix == ".md"]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds_what_belongs_to_one_machine(what: str) -> None:
    found = {str(path): match[0] for path in text_files() if (match := FORBIDDEN[what].search(text(path)))}

    assert not found, f"{what} does not belong into the repository"


def test_what_is_left_to_do_has_an_owner() -> None:
    found = {str(path): match[0] for path in text_files() if (match := UNOWNED.search(text(path)))}

    assert not found, "write who will, in brackets after the word, and what"


def test_every_file_ends_with_a_line_break() -> None:
    assert [str(path) for path in text_files() if text(path) and not text(path).endswith("\n")] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_a_document_links_to_what_is_there(path: Path) -> None:
    for target in LINK.findall(text(path)):
        if "://" not in target and not target.startswith("/"):
            assert (ROOT / path.parent / target).exists(), f"{path} links to {target}"


def test_decisions_are_numbered_without_gap() -> None:
    numbers = [int(path.name[:4]) for path in DOCUMENTS if path.parent == Path("docs/adr") and path.name[0].isdigit()]

    assert numbers == list(range(1, len(numbers) + 1))


def test_the_list_of_decisions_is_whole() -> None:
    listed = LINK.findall(text(Path("docs/adr/README.md")))

    assert listed == sorted(
        path.name for path in DOCUMENTS if path.parent == Path("docs/adr") and path.name[0].isdigit()
    )
