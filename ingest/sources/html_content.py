"""Which part of a web page is its content."""

from __future__ import annotations

import re
from typing import Any

_NEVER = frozenset(
    "script style noscript template svg math canvas object iframe video audio nav aside form"
    " select input textarea dialog head link meta map".split()
)
_SURROUNDING = re.compile(
    r"cookie|consent|tarteaucitron|breadcrumb|fil-?d?-?ariane|skip-?links?|socialshar|social-share"
    r"|(?:^|[\s_-])share(?:$|[\s_-])|partage|newsletter|pagination|pager|linked-pages|related-"
    r"|tags-group|back-to-top|retour-haut|print-button|(?:^|[\s_-])(?:menu|navbar|sidebar)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN_CLASSES = frozenset(
    ("hidden", "visually-hidden", "sr-only", "fr-sr-only", "screen-reader-text")
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary", "dialog"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
MAIN_SHARE = 0.6  # of the words of <main>: an <article> with that much of them is the content
MAX_CUT_SHARE = 0.5  # a "surrounding" element with more of the words than this is the content


def main_content(root: Any) -> Any:
    """The element that holds the content, with what surrounds it cut out of the tree."""
    content = _container(root)
    length = _length(content)
    for element in list(content.iterdescendants()):
        if _is_dropped(element, length):
            _cut(element)
    return content


def _container(root: Any) -> Any:
    body = root.find(".//body")
    body = root if body is None else body
    mains = body.xpath(".//main | .//*[@role='main']")
    main = max(mains, key=_length) if mains else body
    articles = main.xpath(".//article[not(ancestor::article)]")
    if len(articles) == 1 and _length(articles[0]) >= MAIN_SHARE * _length(main):
        return articles[0]
    return main


def _length(element: Any) -> int:
    return len(" ".join(element.xpath("string()").split()))


def _is_dropped(element: Any, whole: int) -> bool:
    if not isinstance(element.tag, str):
        return True  # comments, processing instructions
    if element.tag in _NEVER or _is_hidden(element) or element.get("role") in _ROLES:
        return True
    if element.tag == "button":
        return not _holds_heading(element)
    if element.tag in ("header", "footer"):
        return not _in_content(element)
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_SURROUNDING.search(names)) and _length(element) <= MAX_CUT_SHARE * whole


def _is_hidden(element: Any) -> bool:
    classes = (element.get("class") or "").split()
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or not _HIDDEN_CLASSES.isdisjoint(classes)
        or _HIDDEN_STYLE.search(element.get("style") or "") is not None
    )


def _holds_heading(button: Any) -> bool:
    """An accordion's button stands in its heading, or holds it."""
    around = any(ancestor.tag in _HEADINGS for ancestor in button.iterancestors())
    return around or any(child.tag in _HEADINGS for child in button.iterdescendants())


def _in_content(element: Any) -> bool:
    """An article's own header holds its title; a page's holds menus."""
    inside = any(a.tag in ("article", "main", "section") for a in element.iterancestors())
    return inside and element.tag == "header"


def _said(text: str | None) -> str:
    """Words that lxml takes back: it reads control characters from a page but writes none."""
    return _CONTROL.sub(" ", text or "")


def _cut(element: Any) -> None:
    """Takes `element` out of its parent, not the words after it."""
    parent = element.getparent()
    if parent is None:
        return
    tail = _said(element.tail)
    if tail:
        before = element.getprevious()
        if before is None:
            parent.text = f"{_said(parent.text)} {tail}"
        else:
            before.tail = f"{_said(before.tail)} {tail}"
    parent.remove(element)
