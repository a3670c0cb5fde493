"""Addresses on Légifrance are made from the publisher's ids, and from nothing else."""

from __future__ import annotations

import pytest

from rag.legal.links import text_link, version_link
from rag.types import Text

SITE = "https://www.legifrance.gouv.fr"


@pytest.mark.parametrize(
    ("version_id", "nature", "expected"),
    [
        ("LEGIARTI000031367304", "code", f"{SITE}/codes/article_lc/LEGIARTI000031367304"),
        ("LEGIARTI000031367304", "CODE", f"{SITE}/codes/article_lc/LEGIARTI000031367304"),
        ("LEGIARTI000006421456", "loi", f"{SITE}/loda/article_lc/LEGIARTI000006421456"),
        ("JORFARTI000001083321", "décret", f"{SITE}/jorf/article_jo/JORFARTI000001083321"),
        ("conges#1@2025-01-01-8a57734ca480", "document", ""),
        ("LEGIARTI00003136730", "code", ""),
        ('LEGIARTI000031367304"><script>', "code", ""),
    ],
)
def test_the_page_of_a_wording(version_id: str, nature: str, expected: str) -> None:
    assert version_link(version_id, nature) == expected


@pytest.mark.parametrize(
    ("text_id", "nature", "expected"),
    [
        ("LEGITEXT000031366350", "code", f"{SITE}/codes/texte_lc/LEGITEXT000031366350"),
        ("LEGITEXT000006068812", "loi", f"{SITE}/loda/texte_lc/LEGITEXT000006068812"),
        ("JORFTEXT000000886460", "loi", f"{SITE}/loda/id/JORFTEXT000000886460"),
        ("conges", "document", ""),
    ],
)
def test_the_page_of_a_text(text_id: str, nature: str, expected: str) -> None:
    assert text_link(Text(text_id, "Texte", nature)) == expected
