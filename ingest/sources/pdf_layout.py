"""What is usual in a document: its body's look, its leading, its margins."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.sources.pdf_furniture import Page
from ingest.sources.pdf_lines import Line
from ingest.sources.pdf_words import Style

PARAGRAPH_GAP = 1.25  # of the leading: Word's usual spacing makes 1.5, pasted text 2
SLACK = 0.5  # of the size: how much a ragged line may stay short of the margin
DEFAULT_LEADING = 1.2  # of the size


@dataclass(frozen=True, slots=True)
class Layout:
    """Measured over all pages. `margins` are (left, right) of each (page, region)."""

    body: Style
    leadings: dict[float, float]
    margins: dict[tuple[int, int], tuple[float, float]]

    def left(self, line: Line) -> float:
        """The left margin where `line` stands."""
        return self.margins[line.page, line.region][0]

    def right(self, line: Line) -> float:
        """The right margin where `line` stands."""
        return self.margins[line.page, line.region][1]

    def is_apart(self, above: Line, below: Line) -> bool:
        """True when more than the usual leading parts two lines of one column."""
        size = max(above.style.size, below.style.size)
        leading = self.leadings.get(size, DEFAULT_LEADING * size)
        return above.y - below.y > PARAGRAPH_GAP * leading

    def is_short(self, line: Line, following: Line) -> bool:
        """True when the first word of the following line would still have fitted on `line`."""
        size = line.style.size
        return line.x1 + 0.25 * size + following.opening <= self.right(line) - SLACK * size

    def is_centred(self, line: Line) -> bool:
        """True when `line` stands in the middle, off both margins."""
        size = line.style.size
        left, right = line.x0 - self.left(line), self.right(line) - line.x1
        return left > size and right > size and abs(left - right) <= 1.5 * size


def measure(pages: Sequence[Page]) -> Layout:
    """The layout of a document."""
    lines = [line for page in pages for line in page.lines]
    return Layout(_body(lines), _leadings(lines), _margins(pages))


def _body(lines: Sequence[Line]) -> Style:
    """The size and colour of most characters."""
    sizes: Counter[float] = Counter()
    colours: Counter[int] = Counter()
    for line in lines:
        sizes[line.style.size] += len(line.words)
        colours[line.style.colour] += len(line.words)
    if not sizes:
        return Style(0.0)
    return Style(sizes.most_common(1)[0][0], colour=colours.most_common(1)[0][0])


def _leadings(lines: Sequence[Line]) -> dict[float, float]:
    """Size → the usual distance between baselines."""
    gaps: dict[float, list[float]] = defaultdict(list)
    for above, below in pairwise(lines):
        same = above.page == below.page and above.region == below.region
        size = above.style.size
        if same and size == below.style.size and 0 < above.y - below.y < 2.5 * size:
            gaps[size].append(above.y - below.y)
    return {size: median(found) for size, found in gaps.items() if len(found) > 3}


def _margins(pages: Sequence[Page]) -> dict[tuple[int, int], tuple[float, float]]:
    """(page, region) → margins; a page in one column has at least the document's usual ones."""
    margins: dict[tuple[int, int], tuple[float, float]] = {}
    for page in pages:
        for line in page.lines:
            left, right = margins.get((page.number, line.region), (line.x0, line.x1))
            margins[page.number, line.region] = (min(left, line.x0), max(right, line.x1))
    regions = Counter(page for page, _ in margins)
    single = [key for key in margins if regions[key[0]] == 1]
    if single:
        usual = (
            median(margins[key][0] for key in single),
            median(margins[key][1] for key in single),
        )
        for key in single:
            margins[key] = (min(margins[key][0], usual[0]), max(margins[key][1], usual[1]))
    return margins
