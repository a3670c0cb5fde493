"""`python -m api.web.translate`: brings the English catalogue after the pages.

New French messages come in without a translation, to be written by hand; what is no longer used
goes. A test fails while one is missing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.problems import ENGLISH
from api.web.language import catalogue_path

FOLDER = Path(__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
HEADER = "# English. Written by hand; `python -m api.web.translate` adds and drops messages."
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}


def extracted() -> Catalog:
    """Every message of templates and code, where it stands kept out: lines move."""
    catalogue = Catalog(locale=ENGLISH, project="Référent", version="1", fuzzy=False)
    found = extract_from_dir(FOLDER, METHODS, OPTIONS, keywords=KEYWORDS)
    for name, _, message, comments, context in sorted(found, key=lambda each: str(each[2])):
        if message:
            catalogue.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalogue


def kept() -> Catalog:
    """The catalogue as it is."""
    with catalogue_path(ENGLISH).open("rb") as file:
        return read_po(file, locale=ENGLISH)


def missing(catalogue: Catalog) -> list[str]:
    """The messages without a whole translation."""
    return [str(message.id) for message in catalogue if message.id and not _whole(message.string)]


def updated() -> Catalog:
    """The catalogue with what is new, without what is gone; no guesses."""
    catalogue = kept()
    made = catalogue.creation_date
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = made  # no change where there is none
    catalogue.project, catalogue.header_comment = "Référent", HEADER
    return catalogue


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def main() -> None:
    """Write the catalogue, and say what is missing."""
    catalogue = updated()
    with catalogue_path(ENGLISH).open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, no_location=True, sort_output=True)
    for message in missing(catalogue):
        sys.stdout.write(f"à traduire : {message}\n")


if __name__ == "__main__":
    main()
