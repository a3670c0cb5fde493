"""What is said to differ between quoted words and those of the text."""

from __future__ import annotations

import pytest

from rag.legal.quotes import difference

ARTICLE = (
    "L’administration accuse réception de toute demande qu’elle reçoit dans un délai de dix jours."
)


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ", "‘", "′"])
def test_how_an_apostrophe_is_typed_is_no_difference(apostrophe: str) -> None:
    quote = (
        "L’administration accuse réception de toute demande qu’elle reçoit dans un délai de "
        "vingt jours."
    ).replace("’", apostrophe)
    told = difference(quote, ARTICLE)
    assert told.endswith(" ; le document écrit « vingt » et il omet « dix »")


def test_what_the_text_says_is_shown_as_it_is_written() -> None:
    told = difference("l'administration accuse réception de toute lettre qu'elle reçoit", ARTICLE)
    assert "« L’administration accuse réception de toute demande qu’elle reçoit" in told
    assert "« lettre »" in told and "écrit « l'" not in told
