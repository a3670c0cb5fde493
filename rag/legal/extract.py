"""Legal references in running text, with exact spans. Pure; linear in the length of the text.

    references_of("Vu l'article L. 311-1 du CRPA, …") → [Reference(start=5, …)]

A reference whose words name no text ("l'article L. 311-7") keeps the texts named before it as
candidates: `rag.legal.resolve` chooses. None is ever supposed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from rag.legal import codes
from rag.legal.clauses import find_clauses
from rag.legal.groups import Group, after_cue, groups, in_grammar, same_sentence
from rag.legal.names import Kind, Mention, Names, mentions
from rag.legal.plain import Plain, plain
from rag.types import ArticleMark, Clause, Reference

MAX_ANTECEDENTS = 6  # texts named before that a bare number may mean
CLAUSE_REACH = 160  # characters from an article to the clause that dates its wording
_JOINED = re.compile(
    r"(?: ?,)?(?: ?(?:et|ou|ainsi que|ainsi qu'|ni|puis|comme|et/ou))?"
    r"(?: (?:a|de|par|dans|sur|au|du|aux|des|les|celles de|ceux de|celles des))?(?: ?(?:l'|les |le |la ))? ?"
)
_ITS = re.compile(r"(?:son|ses|leurs?) (?:[^.;\n]{0,40})?$")
_HEADING_END = re.compile(r" ?(?:[:.\-]|er? ?[:.\-])|[ ]*\n| ?$")
_NOUN_STARTS = {
    "code": ("Code", "Livre"),
    "livre": ("Livre",),
    "loi": ("Loi",),
    "decret": ("Décret",),
    "ordonnance": ("Ordonnance",),
    "arrete": ("Arrêté",),
    "reglement": ("Règlement",),
    "directive": ("Directive",),
    "convention": ("Convention",),
    "traite": ("Traité",),
    "circulaire": ("Circulaire",),
    "constitution": ("Constitution",),
}


@cache
def default_names() -> Names:
    """The names of the tables alone."""
    return Names.of()


def references_of(words: str, home: str = "", names: Names | None = None) -> list[Reference]:
    """The references in `words`, in reading order.

    Args:
        words: any text; offsets of the result are its own.
        home: the title of the text that `words` are part of, which a number without a text then
            means first; "" for a letter, which has none.
        names: what to recognise, `Names.of(titles of the catalogue)`; the tables' names if None.
    """
    return _Reading(plain(words), home, names or default_names()).references()


@dataclass(frozen=True, slots=True)
class _Named:
    """A text named at a place of the document."""

    at: int
    titles: tuple[str, ...]  # empty: a contract or other private document


class _Reading:
    """One pass over one document."""

    def __init__(self, document: Plain, home: str, names: Names) -> None:
        self.plain = document
        self.home = home
        self.clauses = find_clauses(document)
        self.mentions = mentions(document, names)
        self.groups = groups(document, self.mentions, self.clauses, names)
        self.named = self._named()
        self.places = [entry.at for entry in self.named]

    def references(self) -> list[Reference]:
        kept = [(g, r) for g in self.groups if (r := self._reference(g)) is not None]
        found = [reference for _, reference in kept]
        found = self._joined_on([group for group, _ in kept], found)
        found = [r for r in found if r.texts or r.link != "implied" or _is_lettered(r)]
        found += self._alone()
        found.sort(key=lambda reference: reference.start)
        return [self._placed(reference) for reference in self._dated(found)]

    def _named(self) -> list[_Named]:
        entries = []
        listed = {m.start for m in self.mentions}
        extra = [g.text for g in self.groups if g.text and g.text.start not in listed]
        for mention in sorted([*self.mentions, *extra], key=lambda m: m.start):
            if mention.kind in (Kind.DECISION, Kind.PRESENT, Kind.SAME):
                continue
            if not self._in_clause(mention):
                entries.append(_Named(mention.start, mention.titles))
        return entries

    def _in_clause(self, mention: Mention) -> bool:
        at = bisect_left(self.clauses, mention.start, key=lambda clause: clause.end)
        return at < len(self.clauses) and self.clauses[at].start <= mention.start

    def _reference(self, group: Group) -> Reference | None:
        if self._refused(group):
            return None
        if group.text is None or group.text.kind is Kind.PRIVATE:
            return self._implied(group) if group.text is None else None
        texts, link = self._texts(group.text, group)
        if not texts and link == "same" and group.text.noun not in ("code", "loi", "livre"):
            return None
        if link == "present" and not texts and group.text.noun != "code":
            return None
        return self._made(group, texts, link)

    def _refused(self, group: Group) -> bool:
        if group.word == "":
            return after_cue(self.plain, group.start) or self._unlikely(group)
        if group.word == "annexe":
            return group.text is None or group.before or group.text.kind is not Kind.CODE
        return group.text is None and self._heading(group)

    def _unlikely(self, group: Group) -> bool:
        """A lettered number without "article": in lower case or without a dash, it wants a code."""
        if group.text and group.text.kind is not Kind.PRIVATE:
            return False
        spelled = self.plain.words[group.number : group.marks[0].end]
        if spelled[:1] in "Aa" or (spelled[:1].islower() and spelled[1:2] != "."):
            return True
        if "-" in group.marks[0].printed:
            return False
        return not (
            spelled[:1].isupper() and "." in spelled and in_grammar(self.plain, group.start)
        )

    def _heading(self, group: Group) -> bool:
        """ "Article 2 : …" at the beginning of a line is the document's own article."""
        start = self.plain.origin(group.start)
        line = self.plain.source.rfind("\n", 0, start) + 1
        before = self.plain.source[line:start].strip(" \t*#>-–•")
        capital = self.plain.source[start].isupper()
        after = _HEADING_END.match(self.plain.low, group.end)
        digits = group.marks[0].printed[:1].isdigit()
        return digits and capital and not before and (after is not None or len(group.marks) == 1)

    def _texts(self, mention: Mention, group: Group) -> tuple[tuple[str, ...], str]:
        if mention.kind is Kind.PRESENT:
            return self._present(mention), "present"
        if mention.kind is Kind.SAME:
            return self._same(mention, group), "same"
        return mention.titles, "named"

    def _present(self, mention: Mention) -> tuple[str, ...]:
        fits = self.home.startswith(_NOUN_STARTS.get(mention.noun, ()))
        return (self.home,) if self.home and fits else ()

    def _same(self, mention: Mention, group: Group) -> tuple[str, ...]:
        beginnings = _NOUN_STARTS.get(mention.noun, ())
        place = min(mention.start, group.start)
        before = [e.titles for e in self._before(place) if e.titles]
        if self.home:
            unnamed = not plain_pointer(self.plain.low[mention.start : mention.end])
            before.insert(0 if unnamed else len(before), (self.home,))
        fitting = [titles for titles in before if titles[0].startswith(beginnings)]
        printed = group.marks[0].printed
        likely = (t for t in fitting if any(codes.may_have(title, printed) for title in t))
        return next(likely, fitting[0] if fitting else ())

    def _before(self, at: int) -> list[_Named]:
        """What was named before `at`, nearest first; bounded, so that time stays linear."""
        end = bisect_left(self.places, at)
        return self.named[max(0, end - 200) : end][::-1]

    def _implied(self, group: Group) -> Reference | None:
        printed = group.marks[0].printed
        before = self._before(group.start)
        if printed[:1].isdigit():
            return self._implied_bare(group, before, printed)
        candidates = self._candidates(before, printed)
        weak = group.word == "" and ("-" not in printed or before)
        if not candidates and weak:
            return None
        return self._made(group, candidates, "implied")

    def _implied_bare(
        self, group: Group, before: Sequence[_Named], printed: str
    ) -> Reference | None:
        if self.home:
            texts = (self.home,) if codes.may_have(self.home, printed) else ()
        else:
            texts = before[0].titles if before else ()
        texts = tuple(title for title in texts if codes.may_have(title, printed))
        return self._made(group, texts, "implied")

    def _candidates(self, before: Sequence[_Named], printed: str) -> tuple[str, ...]:
        found = [self.home] if self.home else []
        for entry in before:
            found += [t for t in entry.titles if t.startswith(("Code", "Livre"))]
        fitting = [title for title in found if codes.may_have(title, printed)]
        return tuple(dict.fromkeys(fitting))[:MAX_ANTECEDENTS]

    def _made(self, group: Group, texts: tuple[str, ...], link: str) -> Reference:
        return Reference(group.start, group.end, "", texts, tuple(group.marks), link)

    def _joined_on(self, made: list[Group], found: list[Reference]) -> list[Reference]:
        """ "l'article L. 1 et l'article L. 2 du CRPA": the code named last may hold for the first."""
        following: tuple[str, ...] = ()
        result = list(found)
        for at in range(len(found) - 2, -1, -1):
            after = made[at + 1]
            if after.text and not after.before:
                following = found[at + 1].texts if found[at + 1].link == "named" else ()
            elif after.text:
                following = ()
            gap = _JOINED.fullmatch(self.plain.low, found[at].end, found[at + 1].start)
            following = following if gap else ()
            if found[at].link == "implied" and made[at].text is None and following:
                result[at] = self._with_following(found[at], following[0])
        return result

    def _with_following(self, reference: Reference, title: str) -> Reference:
        if not codes.may_have(title, reference.marks[0].printed):
            return reference
        return replace(reference, texts=reference.texts or (title,), following=title)

    def _alone(self) -> list[Reference]:
        used = {g.text.start for g in self.groups if g.text}
        used |= {start for g in self.groups if (start := self._owner(g)) is not None}
        covered = [(g.start, g.end) for g in self.groups if g.text]
        found = []
        for mention in self.mentions:
            inside = any(s <= mention.start < e for s, e in _around(covered, mention.start))
            if (
                mention.alone
                and mention.start not in used
                and not inside
                and not self._gloss(mention)
            ):
                found.append(Reference(mention.start, mention.end, "", mention.titles))
        return found

    def _gloss(self, mention: Mention) -> bool:
        """ "le règlement général sur la protection des données (RGPD)": named once already."""
        at = bisect_left(self.mentions, mention.start, key=lambda m: m.start) - 1
        before = self.mentions[at] if at >= 0 else None
        return (
            before is not None
            and before.titles == mention.titles
            and re.fullmatch(
                r" ?(?:\(|- |, )(?:dite? |ci-apres |ou )?['\"« ]*",
                self.plain.low[before.end : mention.start],
            )
            is not None
        )

    def _owner(self, group: Group) -> int | None:
        """ "Le code X prévoit, en ses articles L. 1…": X is named for them, not for itself."""
        if group.text or not _ITS.search(self.plain.low, max(0, group.start - 14), group.start):
            return None
        at = bisect_left(self.mentions, group.start, key=lambda m: m.start) - 1
        if at < 0 or not same_sentence(self.plain, self.mentions[at].end, group.start):
            return None
        return self.mentions[at].start

    def _dated(self, found: list[Reference]) -> list[Reference]:
        result = list(found)
        starts = [reference.start for reference in found]
        for clause in self.clauses:
            at = self._clause_owner(clause, result, starts)
            if at is not None and result[at].marks and result[at].clause is None:
                result[at] = replace(result[at], clause=clause)
        return result

    def _clause_owner(
        self, clause: Clause, found: list[Reference], starts: list[int]
    ) -> int | None:
        after = bisect_left(starts, clause.start)
        while (
            after > 0
            and not found[after - 1].marks
            and after > 1
            and clause.start < found[after - 1].end
        ):
            after -= 1
        if after > 0 and self._reaches(found[after - 1].end, clause.start):
            return after - 1
        following = bisect_left(starts, clause.end)
        if following < len(found) and re.fullmatch(
            r",? ?(?:l'|les |le |la |de l'|a l')?",
            self.plain.low[clause.end : found[following].start],
        ):
            return following
        return None

    def _reaches(self, end: int, start: int) -> bool:
        return start - end <= CLAUSE_REACH and same_sentence(self.plain, min(end, start), start)

    def _placed(self, reference: Reference) -> Reference:
        """With offsets of the document in place of plain ones."""
        start, end = self.plain.span(reference.start, reference.end)
        return replace(
            reference,
            start=start,
            end=end,
            surface=self.plain.source[start:end],
            marks=tuple(self._mark(mark) for mark in reference.marks),
            clause=self._clause(reference.clause),
        )

    def _mark(self, mark: ArticleMark) -> ArticleMark:
        start, end = self.plain.span(mark.start, mark.end)
        return replace(mark, start=start, end=end)

    def _clause(self, clause: Clause | None) -> Clause | None:
        if clause is None:
            return None
        start, end = self.plain.span(clause.start, clause.end)
        return replace(clause, start=start, end=end)


def _is_lettered(reference: Reference) -> bool:
    """A bare number without a text ("l'article 3") is nothing; a lettered one is unresolved."""
    return reference.marks[0].printed[:1].isalpha()


def plain_pointer(words: str) -> bool:
    """ "du même code", "dudit code", "ce code": points back, where "du code" alone need not."""
    return re.search("meme|dit|ce|precit|sus|mention|cit|vis", words) is not None


def _around(spans: list[tuple[int, int]], at: int) -> list[tuple[int, int]]:
    """The spans that may cover `at`: they are sorted and apart."""
    place = bisect_left(spans, (at + 1, 0))
    return spans[max(0, place - 1) : place]
