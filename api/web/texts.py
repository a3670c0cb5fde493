"""The texts: which there are, one as a tree of its titles, and finding an article by number or
words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.schemas import MAX_NAME
from api.web import forms
from api.web.pages import Pages, page_route, respond
from rag.accounts.roles import Permission
from rag.catalogue import reading
from rag.database import reading as transaction
from rag.errors import NotFound
from rag.legal.links import text_link
from rag.legal.lookup import find_article
from rag.legal.titles import name_key
from rag.retrieval.numbers import find_numbers, number_key
from rag.types import Article, Caller, Hit, Text

LIMIT = 12  # passages found by words
NUMBERED = 30  # articles found by number
MAX_QUERY = 300


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for, and found by number, by title, and by words."""

    words: str
    numbered: tuple[tuple[Article, Text], ...] = ()
    titled: tuple[Text, ...] = ()
    hits: tuple[Hit, ...] = ()

    @property
    def count(self) -> int:
        """How many results."""
        return len(self.numbered) + len(self.titled) + len(self.hits)


@dataclass(slots=True)
class Branch:
    """A title of a text: what stands right under it, in reading order."""

    title: str
    articles: list[Article] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service = pages.door.service
    engine = service.parts.catalogue

    def found(
        words: str, caller: Caller, day: date | None, text_id: str = "", *, typing: bool = False
    ) -> Search:
        if not words:
            return Search("")
        look = service.suggest if typing else service.search
        with transaction(engine) as connection:
            numbered = by_number(connection, words, caller)
            titled = [] if text_id else by_title(reading.texts_for(connection, caller), words)
        hits = look(words, caller, day, LIMIT).hits
        kept = [pair for pair in numbered if text_id in ("", pair[1].text_id)][:NUMBERED]
        known = {article.article_id for article, _ in kept}
        others = (hit for hit in once(hits) if hit.article_id not in known)
        within = (hit for hit in others if text_id in ("", hit.text_id))
        return Search(words, tuple(kept), tuple(titled), tuple(within))

    async def suggested(request: Request, work: Callable[[], str]) -> str:
        # As one types, each pause would leave half a question in the journal and in what is
        # counted of it. Suggestions name articles and show none of their words; the form that is
        # sent, and the article that is opened, are recorded.
        return await service.readers.run(pages.door.name(request), work)

    @routes.get("/texts")
    async def texts(
        request: Request,
        q: Annotated[str, Query(max_length=MAX_QUERY)] = "",
        as_of: str = "",
        part: str = "",
    ) -> Response:
        frame = pages.frame(request, Permission.READ)
        day, words, caller = forms.day(as_of), " ".join(q.split()), frame.visitor.caller

        def work() -> str:
            search = found(words, caller, day, typing=bool(part))
            shown: dict[str, object] = {
                "search": search,
                "day": day,
                "text": None,
                "typing": bool(part),
            }
            if part:
                return pages.html(frame, "texts/found.html", **shown)
            with transaction(engine) as connection:
                listed = reading.texts_for(connection, caller)
                counts = reading.article_counts(connection)
            shown |= {"groups": by_nature(listed), "counts": counts, "total": len(listed)}
            return pages.html(frame, "texts/all.html", **shown)

        return respond(request, await (suggested if part else pages.read)(request, work))

    @routes.get("/texts/{text_id:path}")
    async def text(
        request: Request,
        text_id: Annotated[str, Path(max_length=MAX_NAME)],
        q: Annotated[str, Query(max_length=MAX_QUERY)] = "",
        as_of: str = "",
        part: str = "",
    ) -> Response:
        frame = pages.frame(request, Permission.READ)
        day, words, caller = forms.day(as_of), " ".join(q.split()), frame.visitor.caller

        def work() -> str:
            with transaction(engine) as connection:
                shown = _one(connection, text_id, caller)
                articles = reading.articles_of(connection, text_id, caller)
            search = found(words, caller, day, text_id, typing=bool(part))
            template = "texts/found.html" if part else "texts/one.html"
            return pages.html(
                frame,
                template,
                text=shown,
                search=search,
                day=day,
                typing=bool(part),
                tree=tree(articles),
                count=len(articles),
                link=text_link(shown),
            )

        return respond(request, await (suggested if part else pages.read)(request, work))

    return routes


def _one(connection: Connection, text_id: str, caller: Caller) -> Text:
    found = reading.text(connection, text_id, caller)
    if found is None:
        raise NotFound("aucun texte n'a ce nom", where=text_id, remedy="choisissez dans la liste")
    return found


def by_number(connection: Connection, words: str, caller: Caller) -> list[tuple[Article, Text]]:
    """The articles whose number the words are, with or without their text."""
    try:
        one = find_article(connection, words, caller)
    except NotFound:
        keys = {number_key(words), *(number_key(words[a:b]) for a, b, *_ in find_numbers(words))}
        return reading.articles_numbered(connection, sorted(keys - {""}), caller)
    return [(one.article, one.text)]


def by_title(texts: Iterable[Text], words: str) -> list[Text]:
    """The texts that have all these words in their title."""
    wanted = name_key(words)
    return [text for text in texts if wanted and wanted <= name_key(text.title)]


def once(hits: Iterable[Hit]) -> list[Hit]:
    """The best passage of each article."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.article_id, hit)
    return list(best.values())


def by_nature(texts: Iterable[Text]) -> dict[str, list[Text]]:
    """The texts under their kinds, codes first, both by name."""
    groups: dict[str, list[Text]] = {}
    for text in texts:
        groups.setdefault(text.nature.lower(), []).append(text)
    return dict(sorted(groups.items(), key=lambda group: (group[0] != "code", group[0])))


def tree(articles: Sequence[Article]) -> Branch:
    """The articles under their titles. Titles come again where the text goes back to them."""
    root = Branch("")
    for article in sorted(articles, key=lambda each: each.order):
        branch = root
        for title in article.path:
            if not branch.branches or branch.branches[-1].title != title:
                branch.branches.append(Branch(title))
            branch = branch.branches[-1]
        branch.articles.append(article)
    return root
