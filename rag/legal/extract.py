"""Legal references in running text, with exact spans. Pure; linear in the length of the text.

    references_of("Vu l'article L. 311-1 du CRPA, …") → [Reference(start=5, …)]

A reference whose words name no text ("l'article L. 311-7") keeps the texts named before it as
candidates: `rag.legal.resolve` chooses. None is ever supposed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from rag.legal import codes
from rag.legal.antecedents import Antecedents
from rag.legal.clauses import find_clauses
from rag.legal.groups import Group, after_cue, groups, in_grammar, same_sentence
from rag.legal.names import Kind, Mention, Names, mentions
from rag.legal.plain import Plain, plain
from rag.types import ArticleMark, Clause, Reference

CLAUSE_REACH = 160  # characters from an article to the clause that dates its wording
_JOINED = re.compile(
    r"(?: ?,)?(?: ?(?:et|ou|ainsi que|ainsi qu'|ni|puis|comme|et/ou))?"
    r"(?: (?:a|de|par|dans|sur|au|du|aux|des|les|celles de|ceux de|celles des))?(?: ?"
    r"(?:l'|les |le |la ))? ?"
)
_ITS = re.compile(r"(?:son|ses|leurs?) (?:[^.;\n]{0,40})?$")
_HEADING_END = re.compile(r" ?(?:[:.\-]|er? ?[:.\-])|[ ]*\n| ?$")
_GLOSS = re.compile(r" ?(?:\(|- |, )(?:dite? |ci-apres |ou )?['\"« ]*")
_BEFORE_ARTICLE = re.compile(r",? ?(?:l'|les |le |la |de l'|a l')?")
_OWN_REACH = 400  # characters from a code to « en ses articles… »
# "Du même code" with no code before is a reference nobody can resolve; "ladite convention" none.
_UNRESOLVED = {"same": ("code", "loi", "livre"), "present": ("code",)}
_DIVIDED_BY_POINTS = ("Règlement (", "Directive", "Traité", "Convention", "Charte")
_HEADING_MARKS = " \t*#>-–•"


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


class _Reading:
    """One pass over one document."""

    def __init__(self, document: Plain, home: str, names: Names) -> None:
        self.plain = document
        self.home = home
        self.clauses = find_clauses(document)
        self.mentions = mentions(document, names)
        self.groups = groups(document, self.mentions, self.clauses, names)
        listed = {mention.start for mention in self.mentions}
        added = [g.text for g in self.groups if g.text and g.text.start not in listed]
        self.antecedents = Antecedents(document, [*self.mentions, *added], self.clauses, home)

    def references(self) -> list[Reference]:
        kept = [(g, r) for g in self.groups if (r := self._reference(g)) is not None]
        found = [reference for _, reference in kept]
        found = self._joined_on([group for group, _ in kept], found)
        found = [r for r in found if r.texts or r.link != "implied" or _is_lettered(r)]
        found += self._alone(found)
        found.sort(key=lambda reference: reference.start)
        return [self._placed(reference) for reference in self._dated(found)]

    def _reference(self, group: Group) -> Reference | None:
        if self._refused(group):
            return None
        if group.text is None:
            return self._implied(group)
        if group.text.kind is Kind.PRIVATE:
            return None
        texts, link = self._texts(group.text, group)
        if not texts and group.text.noun not in _UNRESOLVED.get(link, ()):
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
        before = self.plain.source[max(0, start - 12) : start].rpartition("\n")
        begins = not before[2].strip(_HEADING_MARKS) and (before[1] or start < 12)
        after = _HEADING_END.match(self.plain.low, group.end)
        digits = group.marks[0].printed[:1].isdigit()
        return bool(
            digits
            and begins
            and self.plain.source[start].isupper()
            and (after or len(group.marks) == 1)
        )

    def _texts(self, mention: Mention, group: Group) -> tuple[tuple[str, ...], str]:
        if mention.kind is Kind.PRESENT:
            return self.antecedents.present(mention), "present"
        if mention.kind is Kind.SAME:
            return self.antecedents.same(mention, group), "same"
        return mention.titles, "named"

    def _implied(self, group: Group) -> Reference | None:
        candidates = self.antecedents.implied(group)
        dashed = "-" in group.marks[0].printed
        weak = not dashed or self.antecedents.any_before(group.start)
        if group.word == "" and not candidates and weak:
            return None
        return self._made(group, candidates, "implied")

    def _made(self, group: Group, texts: tuple[str, ...], link: str) -> Reference:
        marks = tuple(group.marks)
        if texts and texts[0].startswith(_DIVIDED_BY_POINTS):  # "article 5.1.e) du RGPD"
            marks = tuple(replace(m, printed=m.printed.partition(".")[0]) for m in marks)
        return Reference(group.start, group.end, "", texts, marks, link)

    def _joined_on(self, made: list[Group], found: list[Reference]) -> list[Reference]:
        """ "l'article L. 1 et l'article L. 2 du CRPA": the code named last may hold for both."""
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

    def _alone(self, found: Sequence[Reference]) -> list[Reference]:
        """Texts named without an article, but for those that an article beside them is of."""
        used = {group.text.start for group in self.groups if group.text}
        used |= {at for group in self.groups if (at := self._owner(group)) is not None}
        used |= set(self._led(found))
        covered = [(group.start, group.end) for group in self.groups if group.text]
        return [
            Reference(mention.start, mention.end, "", mention.titles)
            for mention in self.mentions
            if mention.alone
            and mention.start not in used
            and not any(s <= mention.start < e for s, e in _around(covered, mention.start))
            and not self._gloss(mention)
        ]

    def _led(self, found: Sequence[Reference]) -> Iterator[int]:
        """ "Le code X prévoit, à l'article L. 1…": the code is named for the article after it."""
        for reference in found:
            at = bisect_left(self.mentions, reference.start, key=lambda m: m.start) - 1
            before = self.mentions[at] if at >= 0 else None
            if (
                before
                and reference.link in ("implied", "same")
                and (reference.link == "implied" or before.kind is Kind.CODE)
                and before.titles
                and before.titles == reference.texts[: len(before.titles)]
                and reference.start - before.end <= _OWN_REACH
                and same_sentence(self.plain, before.end, reference.start)
                and ";" not in self.plain.low[before.end : reference.start]
            ):
                yield before.start

    def _gloss(self, mention: Mention) -> bool:
        """ "le règlement général sur la protection des données (RGPD)": named once already."""
        at = bisect_left(self.mentions, mention.start, key=lambda m: m.start) - 1
        before = self.mentions[at] if at >= 0 else None
        if before is None or before.titles != mention.titles or mention.start - before.end > 20:
            return False
        return _GLOSS.fullmatch(self.plain.low, before.end, mention.start) is not None

    def _owner(self, group: Group) -> int | None:
        """ "Le code X prévoit, en ses articles L. 1…": X is named for them, not for itself."""
        if group.text or not _ITS.search(self.plain.low, max(0, group.start - 14), group.start):
            return None
        at = bisect_left(self.mentions, group.start, key=lambda m: m.start) - 1
        if at < 0 or group.start - self.mentions[at].end > _OWN_REACH:
            return None
        if not same_sentence(self.plain, self.mentions[at].end, group.start):
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
        if after > 1 and not found[after - 1].marks:  # the law named in the clause itself
            after -= clause.start < found[after - 1].end
        if after > 0 and self._reaches(found[after - 1].end, clause.start):
            return after - 1
        following = bisect_left(starts, clause.end)
        if following == len(found) or starts[following] - clause.end > 12:
            return None
        gap = _BEFORE_ARTICLE.fullmatch(self.plain.low, clause.end, starts[following])
        return following if gap else None

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


def _around(spans: list[tuple[int, int]], at: int) -> list[tuple[int, int]]:
    """The spans that may cover `at`: they are sorted and apart."""
    place = bisect_left(spans, (at + 1, 0))
    return spans[max(0, place - 1) : place]
