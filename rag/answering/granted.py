"""What a question takes for granted (« puisque le délai est de six mois, … »). Pure."""

from __future__ import annotations

import re

# Up to a comma, or the end of the sentence.
GRANTED = re.compile(
    r"\b(?:puisque?|étant donné que?|sachant que?|vu que?|dès lors que?|attendu que?)[ '’]"
    r"(?P<claim>(?:[^,;?!.]|\.(?=\s?[0-9])){12,300})[,;]?\s*",
    re.IGNORECASE,
)
LEAST = 12  # characters of a question without what it takes for granted


def asked_part(question: str) -> str:
    """The question without what it takes for granted; whole when hardly anything else is left."""
    rest = GRANTED.sub("", question).strip()
    return rest if len(rest) >= LEAST else question
