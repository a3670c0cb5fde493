"""What taking in a state changes of a Text, article by article. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.legal.versions import TextRecord, words_key
from rag.types import Article, Version


@dataclass(frozen=True, slots=True)
class TextChanges:
    """Article numbers, as printed, in reading order; `unchanged` is a count."""

    text_id: str
    title: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    metadata_only: tuple[str, ...] = ()
    unchanged: int = 0

    @property
    def nothing(self) -> bool:
        """True when the Text is as it was."""
        return not (self.added or self.changed or self.removed or self.metadata_only)


def compare(before: TextRecord | None, after: TextRecord) -> TextChanges:
    """The changes from one record of a Text to the next."""
    old, new = _views(before), _views(after)
    added = [key for key in new if key not in old or (new[key].shown and not old[key].shown)]
    removed = [key for key in old if old[key].shown and not (key in new and new[key].shown)]
    other = [key for key in new if key in old and key not in {*added, *removed}]
    renamed = before is not None and _about_text(before) != _about_text(after)
    kinds = {key: _kind(old[key], new[key], renamed) for key in other}
    return TextChanges(
        text_id=after.text.text_id,
        title=after.text.title,
        added=_numbers(new, added),
        changed=_numbers(new, (key for key in other if kinds[key] == "changed")),
        removed=_numbers(old, removed),
        metadata_only=_numbers(new, (key for key in other if kinds[key] == "metadata")),
        unchanged=sum(kinds[key] == "same" and new[key].shown for key in other),
    )


def removed_share(changes: TextChanges) -> float:
    """Which part of the Text's articles a change removes, from 0 to 1."""
    kept = len(changes.changed) + len(changes.metadata_only) + changes.unchanged
    before = kept + len(changes.removed)
    return len(changes.removed) / before if before else 0.0


@dataclass(frozen=True, slots=True)
class _View:
    """An article of a record, as it is compared."""

    article: Article
    versions: tuple[Version, ...]  # by id
    current: str  # words of the version shown, without white space

    @property
    def shown(self) -> bool:
        return bool(self.current)

    @property
    def wordings(self) -> set[str]:
        return {words_key(version.words) for version in self.versions if version.words}

    @property
    def described(self) -> tuple[object, ...]:
        return self.article.number, self.article.heading, self.article.path


def _views(record: TextRecord | None) -> dict[str, _View]:
    if record is None:
        return {}
    present = record.present()
    groups: dict[str, list[Version]] = {key: [] for key in record.articles}
    for key in sorted(record.versions):
        groups[record.versions[key].version.article_id].append(record.versions[key].version)
    return {
        key: _View(
            dated.article,
            tuple(groups[key]),
            words_key(record.versions[present[key]].version.words) if key in present else "",
        )
        for key, dated in record.articles.items()
    }


def _about_text(record: TextRecord) -> tuple[object, ...]:
    """What holds for every article: a change of who may read a Text is one of each of them."""
    return record.text.title, record.text.nature, record.text.services


def _kind(old: _View, new: _View, renamed: bool) -> str:
    if old.current != new.current or new.wordings - old.wordings:
        return "changed"
    same = not renamed and old.described == new.described
    about = [_about(v) for v in old.versions] == [_about(v) for v in new.versions]
    return "same" if same and about else "metadata"


def _about(version: Version) -> tuple[object, ...]:
    """What describes a version, its words apart."""
    return (
        version.version_id,
        version.validity,
        version.state,
        version.note,
        version.links,
        version.words is None,
    )


def _numbers(views: dict[str, _View], article_ids: Iterable[str]) -> tuple[str, ...]:
    found = [views[key].article for key in article_ids]
    return tuple(article.number for article in sorted(found, key=lambda a: a.order))
