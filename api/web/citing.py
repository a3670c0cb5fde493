"""What an article cites, as links of a page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from api.web.addresses import article_address, text_address
from api.web.marking import Leading
from rag.legal.citing import Cite
from rag.legal.titles import article_name
from rag.types import Article


@dataclass(frozen=True, slots=True)
class Target:
    """Something cited. `href` is "" for what is not here; `reason` says why it is not known."""

    name: str
    text: str
    href: str
    reason: str = ""


def leading(cites: Sequence[Cite], as_of: date | None) -> list[Leading]:
    """Where the references within the words lead: to the first article that each names."""
    return [
        Leading(cite.start, cite.end, href, cite.resolved.title)
        for cite in cites
        if (href := _href(cite, as_of))
    ]


def targets(cites: Iterable[Cite], as_of: date | None) -> list[Target]:
    """Each article or text cited, once, in reading order."""
    return list(dict.fromkeys(target for cite in cites for target in _targets(cite, as_of)))


def _targets(cite: Cite, as_of: date | None) -> Iterator[Target]:
    resolved = cite.resolved
    if not resolved.title:
        yield Target(cite.surface, "", "", resolved.reason)
    elif not resolved.places:
        href = text_address(resolved.text.text_id) if resolved.text else ""
        yield Target("", resolved.title, href)
    for place in resolved.places if resolved.title else ():
        found = place.articles[0] if place.articles else None
        yield Target(article_name(place.printed), resolved.title, _to(found, as_of))


def _href(cite: Cite, as_of: date | None) -> str:
    resolved = cite.resolved
    for place in resolved.places:
        for article in place.articles:
            return _to(article, as_of)
    return text_address(resolved.text.text_id) if resolved.text else ""


def _to(article: Article | None, as_of: date | None) -> str:
    return article_address(article.article_id, as_of=as_of) if article else ""
