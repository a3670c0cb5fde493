"""Reads Markdown: YAML front matter, headings, lists, tables, quotes, code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml  # type: ignore[import-untyped]

from ingest.sources.base import Block, BlockKind, Declared, Document, Source
from ingest.sources.declared import declared_from
from ingest.sources.guards import decode_text, read_bytes
from ingest.sources.wording import clean_words, join_cells
from rag.errors import EmptySource, UnreadableSource

MAX_FRONT_MATTER = 64 * 1024  # characters; a dozen keys take a few hundred

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})\s*$")
_RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*$")
_ITEM = re.compile(r"\s*(?:(?P<bullet>[-*+•])|(?P<number>\d{1,4}[.)]))\s+(?=\S)")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_ROW_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_QUOTE = re.compile(r"\s*>\s?")
_HARD_BREAK = re.compile(r"(?: {2,}|\\)$")
_CELL = re.compile(r"(?<!\\)\|")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LONG_BLANK = re.compile(r"[ \t]{64,}")  # indents nothing; slows the patterns of lines
_TASK = re.compile(r"\[[ xX]\]\s+")

# Bounded, so that marks which never close take linear time.
# Inline marks, in the order they are taken off. A star inside a word is kept: R*311-12.
_INLINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,2000}(?:\([^()]{0,200}\)[^()\s]{0,500})?(?:\s\"[^\"]{0,300}\")?\)"
        ),
        r"\1",
    ),
    (re.compile(r"!?\[([^\[\]]{1,500})\]\[[^\[\]]{0,200}\]"), r"\1"),
    (re.compile(r"<((?:https?|mailto):[^<>\s]{1,2000})>"), r"\1"),
    (
        re.compile(r"</?(?:b|i|u|em|strong|br|sup|sub|span|a|mark|kbd|small|p|div)\b[^<>]{0,500}>"),
        " ",
    ),
    (re.compile(r"(?<![\w*\\])\*\*\*(?=\S)(.{1,500}?)(?<=\S)\*\*\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w*\\])\*\*(?=\S)(.{1,500}?)(?<=\S)\*\*(?!\*)"), r"\1"),
    (re.compile(r"(?<![\w_\\])__(?=\S)(.{1,500}?)(?<=\S)__(?![\w_])"), r"\1"),
    (re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*]{1,500}?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_\\])_(?=[^\s_])([^_]{1,500}?)(?<=\S)_(?![\w_])"), r"\1"),
    (re.compile(r"~~(?=\S)(.{1,500}?)~~"), r"\1"),
    (re.compile(r"(?<!`)`([^`]{1,500})`(?!`)"), r"\1"),
    (re.compile(r"(?<=\S) *\{#[\w-]+\}\s*$"), ""),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])"), r"\1"),
)


class _Keys(yaml.SafeLoader):  # type: ignore[misc]
    """YAML without aliases: nine lines of them unfold to gigabytes."""

    def compose_node(self, parent: object, index: object) -> object:
        """A value of its own."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, "un alias n'y a pas sa place", mark)
        return super().compose_node(parent, index)


def read(source: Source) -> Iterator[Document]:
    """Yields the file as one document.

    Raises UnreadableSource, with the line, when the front matter is not YAML.
    """
    text = decode_text(read_bytes(source), source.name).replace("\r\n", "\n").replace("\r", "\n")
    declared, body = _front_matter(text, source.name)
    blocks = blocks_of(body)
    if not blocks:
        raise EmptySource("aucun texte", where=source.name, remedy="Complétez le document.")
    yield Document(source, blocks, declared)


def _front_matter(text: str, where: str) -> tuple[Declared, str]:
    """What the front matter says, and the text after it."""
    text = text.lstrip("\ufeff")
    if not text.startswith("---\n"):
        return Declared(), text
    end = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE).search(text, 4)
    if end is None:
        # a lone rule at the top is Markdown; keys that never end are a mistake
        if not re.match(r"[\w-]+\s*:", text[4:]):
            return Declared(), text
        raise _broken("il commence à la ligne 1 et ne se termine pas", where, 1)
    if end.start() > MAX_FRONT_MATTER:
        raise _broken("il est démesuré", where, 1)
    return declared_from(_keys(text[4 : end.start()], where), where), text[end.end() :]


def _keys(yaml_text: str, where: str) -> Mapping[str, object]:
    try:
        keys = yaml.load(yaml_text, _Keys)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise _broken(error.problem or "YAML mal formé", where, line) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _broken(str(error), where, 1) from error
    if keys is None:
        return {}
    if not isinstance(keys, dict):
        raise _broken("ce ne sont pas des lignes « clé: valeur »", where, 2)
    return {str(key).strip().lower(): value for key, value in keys.items()}


def _broken(problem: str, where: str, line: int) -> UnreadableSource:
    return UnreadableSource(
        f"en-tête YAML illisible : {problem}",
        where=f"{where}, ligne {line}",
        remedy="Corrigez l'en-tête : entre deux lignes « --- », une ligne « clé: valeur » par clé.",
    )


@dataclass(slots=True)
class _Parser:
    """Line by line; what is gathered in `open` becomes a block when something else begins."""

    blocks: list[Block] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    kind: BlockKind = BlockKind.PARAGRAPH
    prefix: str = ""
    fence: str = ""

    def take(self, line: str, following: str) -> None:
        """One line; `following` is the next one, which may make it a table's first row."""
        if self.fence or _FENCE.match(line):
            self._take_fenced(line)
            return
        line = _QUOTE.sub("", line) if _QUOTE.match(line) else line
        if self._take_heading(line) or self._take_row(line, following):
            return
        if not line.strip() or _RULE.match(line):
            self.flush()
        else:
            self._take_words(line)

    def _take_fenced(self, line: str) -> None:
        """Lines of code, each a paragraph, so that they stay lines."""
        fence = _FENCE.match(line)
        self.flush()
        if not self.fence:
            self.fence = fence.group(1) if fence else ""
        elif fence and fence.group(1).startswith(self.fence) and not line.strip(" `~"):
            self.fence = ""
        else:
            self._add(BlockKind.PARAGRAPH, clean_words(line))

    def _take_heading(self, line: str) -> bool:
        if atx := _ATX.match(line):
            self.flush()
            self._add(BlockKind.HEADING, inline_words(atx.group(2) or ""), len(atx.group(1)))
            return True
        setext = _SETEXT.match(line)
        if setext and self.open and self.kind is BlockKind.PARAGRAPH:
            title = inline_words(" ".join(self.open))
            self.open.clear()
            self._add(BlockKind.HEADING, title, 1 if setext.group(1)[0] == "=" else 2)
            return True
        return False

    def _take_row(self, line: str, following: str) -> bool:
        """A table's row: between bars, or above or below the rule of a table."""
        in_table = bool(self.blocks) and self.blocks[-1].kind is BlockKind.ROW and not self.open
        opens = "|" in line and "|" in following and _ROW_RULE.match(following)
        if _ROW_RULE.match(line) and "|" in line and in_table:
            return True
        if not (_ROW.match(line) or opens or (in_table and "|" in line)):
            return False
        self.flush()
        cells = _CELL.split(line.strip().removeprefix("|").removesuffix("|"))
        self._add(BlockKind.ROW, join_cells([inline_words(cell) for cell in cells]))
        return True

    def _take_words(self, line: str) -> None:
        item = _ITEM.match(line)
        if item and (self.kind is BlockKind.ITEM or not self.open or not item["number"]):
            self.flush()
            self.kind = BlockKind.ITEM
            self.prefix = "- " if item["bullet"] else f"{item['number']} "
            line = (
                _TASK.sub("", line[item.end() :], count=1) if item["bullet"] else line[item.end() :]
            )
        elif self.blocks and not self.open and line.startswith(("    ", "\t")) and self._in_list():
            self.kind, self.prefix = BlockKind.PARAGRAPH, ""
        self.open.append(_HARD_BREAK.sub("", line).strip())
        if _HARD_BREAK.search(line):
            self.flush()

    def _in_list(self) -> bool:
        return self.blocks[-1].kind is BlockKind.ITEM

    def flush(self) -> None:
        """Ends the block that is being gathered."""
        if self.open:
            self._add(self.kind, self.prefix + inline_words(" ".join(self.open)))
        self.open.clear()
        self.kind, self.prefix = BlockKind.PARAGRAPH, ""

    def _add(self, kind: BlockKind, words: str, level: int = 0) -> None:
        if words.strip(" -|"):
            self.blocks.append(Block(kind, words, level))


def blocks_of(text: str) -> tuple[Block, ...]:
    """Blocks of Markdown without its front matter."""
    parser = _Parser()
    text = _LONG_BLANK.sub(" " * 8, _without_comments(text))
    lines: Sequence[str] = [line.rstrip() if line.isspace() else line for line in text.split("\n")]
    for line, following in zip(lines, (*lines[1:], ""), strict=True):
        parser.take(line, following)
    parser.flush()
    return tuple(parser.blocks)


def _without_comments(text: str) -> str:
    """`text` without HTML comments; one that never ends is left as it is."""
    end = text.rfind("-->") + len("-->")
    return _COMMENT.sub("", text[:end]) + text[end:] if end > len("-->") else text


def inline_words(text: str) -> str:
    """Words without their Markdown marks: links give their text, emphasis its words."""
    for pattern, kept in _INLINE:
        text = pattern.sub(kept, text)
    return clean_words(text)
