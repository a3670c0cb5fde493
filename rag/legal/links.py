"""Where the publisher shows a wording: addresses on Légifrance, made from the ids. Pure.

Only written, for people to follow: nothing here, and nothing that uses it, ever connects there.
"""

from __future__ import annotations

import re

from rag.types import Text

_SITE = "https://www.legifrance.gouv.fr"
_ARTICLE = re.compile(r"(?:LEGI|JORF)ARTI[0-9]{12}")
_CODE = "code"


def version_link(version_id: str, nature: str) -> str:
    """The page of that very wording; "" when its id is not the publisher's.

    Args:
        version_id: LEGI's ("LEGIARTI000031367304") or the JORF's.
        nature: of the Text; codes stand apart from other texts there.
    """
    if not _ARTICLE.fullmatch(version_id):
        return ""
    if version_id.startswith("JORF"):
        return f"{_SITE}/jorf/article_jo/{version_id}"
    kind = "codes" if nature.lower() == _CODE else "loda"
    return f"{_SITE}/{kind}/article_lc/{version_id}"


def text_link(text: Text) -> str:
    """The page of a Text; "" when its id is not the publisher's."""
    if re.fullmatch(r"LEGITEXT[0-9]{12}", text.text_id):
        kind = "codes" if text.nature.lower() == _CODE else "loda"
        return f"{_SITE}/{kind}/texte_lc/{text.text_id}"
    if re.fullmatch(r"JORFTEXT[0-9]{12}", text.text_id):
        return f"{_SITE}/loda/id/{text.text_id}"
    return ""
