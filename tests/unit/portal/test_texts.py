"""The portal's two languages: Chinese in the templates, English in a catalogue that must keep up with them."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

PORTAL = Path(__file__).parents[3] / "services" / "portal"
CATALOGUE = PORTAL / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def said() -> set[str]:
    """Every text that the templates and the code have translated."""
    with (PORTAL / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "gettext": None, "lazy_gettext": None}
    found = extract_from_dir(str(PORTAL), method_map=methods, options_map=options, keywords=keywords)
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def test_every_text_has_its_english() -> None:
    english = {str(message.id): message for message in catalogue() if message.id}

    missing = [text for text in said() if text not in english or not english[text].string or english[text].fuzzy]

    assert missing == []


def test_the_catalogue_holds_nothing_that_is_no_longer_said() -> None:
    assert {str(message.id) for message in catalogue() if message.id} - said() == set()


def test_the_compiled_catalogue_is_the_written_one() -> None:
    """After a change: pybabel compile -d services/portal/translations."""
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}

    assert compiled == {message.id: message.string for message in catalogue() if message.id}


def test_placeholders_are_the_same_in_both_languages() -> None:
    wrong = [message.id for message in catalogue() if message.id and list(message.check())]

    assert wrong == []
