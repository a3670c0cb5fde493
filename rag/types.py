"""The words of the field as types (the README has their table). Imports nothing of the project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Validity:
    """A period in force: `start` included, `end` excluded; None leaves that side open."""

    start: date | None = None
    end: date | None = None

    def contains(self, day: date) -> bool:
        """True when the wording is in force on `day`."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Text:
    """A code, law, decree, circular or internal procedure."""

    text_id: str
    title: str
    nature: str = "document"
    services: frozenset[str] = frozenset()  # who may read it; empty: everyone
    source: str = ""  # where it was read, for people: a path, or "archive.tar.gz!member"


@dataclass(frozen=True, slots=True)
class Article:
    """The addressable unit of a Text: an article of a code, a titled section of a procedure.

    `number` is printed as in the source ("R*311-12", "96 ter A", "2.1"; for a section without a
    number its heading); `path` holds the titles above it, outermost first, without the Text's own.
    """

    article_id: str
    text_id: str
    number: str
    heading: str = ""
    path: tuple[str, ...] = ()
    order: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """What made, changed or repealed a Version ("lien" in LEGI)."""

    kind: str  # as in the source: MODIFIE, CREE, ABROGE, CODIFICATION, CITATION…
    orientation: str  # "source" or "cible", as in the source
    title: str
    text_id: str = ""
    article_id: str = ""
    number: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PageMark:
    """From character `start` of a Version's words on, the words stand on page `page` (from 1)."""

    start: int
    page: int


@dataclass(frozen=True, slots=True)
class Version:
    """The wording of an Article over a period. `words` is None when only the period is known."""

    version_id: str
    article_id: str
    words: str | None
    validity: Validity = Validity()
    state: str = ""  # état, as in LEGI: VIGUEUR, ABROGE, ABROGE_DIFF, MODIFIE…
    note: str = ""
    pages: tuple[PageMark, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class TextState:
    """A whole Text as one source gives it.

    `as_of` is the date of that state (a code's last change, a procedure's date of effect), None
    when the source states none. `versions` may hold several per article, in any order.
    """

    text: Text
    articles: tuple[Article, ...]
    versions: tuple[Version, ...]
    as_of: date | None = None
    partial: bool = False  # a daily dump: what it does not hold is unchanged, not gone
    removed: tuple[str, ...] = ()  # versions that the source says are no more, by version_id
    rights_said: bool = False  # this source says who may read; else what is known holds


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a Version: `version.words[start:end] == words`, always."""

    passage_id: int
    version_id: str
    start: int
    end: int
    words: str
    context: str = ""  # the path that is embedded and indexed with the words, never shown as words
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A Passage found for a question, joined back to the catalogue."""

    rank: int
    score: float
    text_id: str
    text: str
    article: str
    article_id: str
    version_id: str
    start: int
    end: int
    valid_from: date | None
    valid_to: date | None
    path: tuple[str, ...]
    passage: str
    source: str
    page: int | None
    heading: str = ""


@dataclass(frozen=True, slots=True)
class ArticleMark:
    """One article number within a Reference: `document[start:end]` spells it.

    `printed` is its usual print ("L311-5", "R*311-12", "30 bis"); `through`: a range leads from
    the mark before it to this one.
    """

    start: int
    end: int
    printed: str
    through: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """« dans sa rédaction en vigueur au… », « issue de la loi n°… »: which wording is meant."""

    start: int
    end: int
    kind: str  # "on" a day, "before" a day, "by" the law that made it
    day: date | None = None
    law: str = ""  # its number, "2016-1321"; "" when it has none


@dataclass(frozen=True, slots=True)
class Reference:
    """A legal citation found in running text: `document[start:end] == surface`.

    `texts` are the texts that it may mean, likeliest first: those that its own words name, or,
    when it names none, those that the document named before it, nearest first. Empty: nothing
    was named. No marks: the text as a whole.
    """

    start: int
    end: int
    surface: str
    texts: tuple[str, ...]
    marks: tuple[ArticleMark, ...] = ()
    link: str = "named"  # "named", "same" (« du même code »), "present", "implied" (none written)
    following: str = ""  # implied: the text named by the reference that this one is joined to
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """What an answer rests on: `words[start:end] == quote` in that Version, checked by program."""

    marker: int
    text_id: str
    text: str
    article: str
    version_id: str
    quote: str
    start: int
    end: int
    verdict: str  # "verified", "quote_mismatch", "not_in_force_at_date", "unknown_version"
    page: int | None = None
    valid_from: date | None = None  # of the Version; `valid_to` is exclusive
    valid_to: date | None = None
    link: str = ""  # where the publisher shows this wording; "" for texts of our own


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, with the markers of its citations and what the checks said."""

    text: str
    markers: tuple[int, ...]
    support: str  # "verified", "unsupported", "contradicted"
    reason: str = ""  # why it is not verified, in French
    struck: bool = False  # contradicted, or it names what does not exist: shown struck out


@dataclass(frozen=True, slots=True)
class Spent:
    """What one whole answer took of a model, as its server reported it or as it was measured."""

    prompt_tokens: int  # read by the server
    prompt_ms: float  # to read them
    written_tokens: int  # thoughts included
    written_ms: float  # to write them
    first_ms: float  # from the request to the first piece of the answer


@dataclass(frozen=True, slots=True)
class Premise:
    """What a question takes for granted and the texts do not say: `question[start:end]`."""

    surface: str
    start: int
    end: int
    detail: str  # what the texts say instead, in French


@dataclass(frozen=True, slots=True)
class Understood:
    """Words of a question, what they were understood as too, and the thesaurus entry's id."""

    words: str
    meaning: tuple[str, ...]
    entry: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer ready to be shown: every citation in it has been checked."""

    question: str
    as_of: date | None
    answer: str
    refused: bool
    model: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    timings: dict[str, float]  # stage → milliseconds
    left_out: tuple[Sentence, ...] = ()  # written, but not verified: not in `answer`
    nearest: tuple[Hit, ...] = ()  # on refusal: the closest articles, cited as nothing
    notice: str = ""
    answer_id: str = ""  # names this answer in the journal and in what people say of it
    searched: str = ""  # the question as it was looked for; "": as it was asked
    premises: tuple[Premise, ...] = ()
    cached: bool = False
    understood: tuple[Understood, ...] = ()  # how words of the question were read
    spent: Spent | None = None  # by the model, for this very answer; None: nothing
    confidence: float | None = (
        None  # 0 to 1, that it cites what answers; None: nobody worked it out
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation as it was looked for, and what was answered."""

    question: str
    answer: str = ""


def service_names(names: Iterable[str]) -> frozenset[str]:
    """Names of services as they are compared: without case, nor space around; none is empty."""
    return frozenset(filter(None, (name.strip().casefold() for name in names)))


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `unrestricted` is the operator of the data folder at the command line."""

    name: str = "anonymous"
    role: str = "agent"
    services: frozenset[str] = frozenset()
    unrestricted: bool = False

    @classmethod
    def operator(cls) -> Caller:
        """The person at the command line, who owns the data folder and reads every text."""
        return cls(name="operator", role="administrator", unrestricted=True)

    @classmethod
    def of(cls, services: Iterable[str]) -> Caller:
        """A person of these services, who also reads what everyone may read."""
        return cls(services=service_names(services))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that decides its answer. `as_of` None: today."""

    question: str
    caller: Caller
    as_of: date | None = None
    limit: int | None = None  # articles read
    model: str = ""  # "": the settings'
    history: tuple[Turn, ...] = ()  # of the same conversation, oldest first
    strict: bool = True  # the answer's text leaves out what is not verified
    without: frozenset[str] = frozenset()  # ids of thesaurus entries that are not used


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Token id → weight. `indices` are distinct unsigned 32-bit numbers."""

    indices: tuple[int, ...] = field(default=())
    values: tuple[float, ...] = field(default=())
