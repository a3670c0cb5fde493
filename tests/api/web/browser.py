"""What a browser without scripts does with our pages: cookies, forms, reading what they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx


@dataclass
class Form:
    """A form with its fields as they stand."""

    action: str = ""
    method: str = "get"
    fields: list[tuple[str, str]] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return dict(self.fields)[name]


@dataclass
class Page(HTMLParser):
    """A page, read."""

    source: str

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[dict[str, str]] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.ids: list[str] = []
        self.marked: list[str] = []
        self._words: list[str] = []
        self._area: tuple[str, list[str]] | None = None
        self._open: list[str] = []
        self.feed(self.source)

    @property
    def words(self) -> str:
        """All its words."""
        return " ".join(" ".join(self._words).split())

    def form(self, action: str) -> Form:
        """The form that goes there, the last one: it is for what one does next."""
        return [form for form in self.forms if form.action == action][-1]

    @property
    def switch(self) -> dict[str, str]:
        """The fields by which words are no longer, or again, understood as others too."""
        return next(dict(each.fields) for each in self.forms if "alone" in dict(each.fields))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        self._open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given)
        if tag == "mark":
            self.marked.append("")
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        if tag == "input" and self.forms and given.get("type") not in ("submit", "file"):
            self.forms[-1].fields.append((given.get("name", ""), given.get("value", "")))
        if tag == "textarea":
            self._area = (given.get("name", ""), [])

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        if tag == "textarea" and self._area and self.forms:
            name, words = self._area
            self.forms[-1].fields.append((name, "".join(words).removeprefix("\n")))
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)
        elif "script" not in self._open:
            self._words.append(data)
        if self.marked and "mark" in self._open:
            self.marked[-1] += data


def opened(client: httpx.Client, address: str, status: int = 200, **headers: str) -> Page:
    """The page at that address."""
    response = client.get(address, headers=headers)
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("text/html")
    return Page(response.text)


def sent(
    client: httpx.Client, page: Page, action: str, status: int = 200, **given: str
) -> httpx.Response:
    """What comes of sending that form, its fields as they stand but for those given."""
    form = page.form(action)
    fields = {**dict(form.fields), **given}
    response = client.post(form.action, data=fields, headers={"Accept": "text/html"})
    assert response.status_code == status, response.text
    return response


def asked(client: httpx.Client, question: str, **given: str) -> Page:
    """The whole page of an answer."""
    form = opened(client, "/").form("/ask")
    fields = {**dict(form.fields), "question": question, **given}
    response = client.post(
        form.action, data=fields, headers={"Accept": "text/html"}, follow_redirects=True
    )
    assert response.status_code == 200, response.text
    return Page(response.text)
