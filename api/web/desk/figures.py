"""Figures in words, as each language writes them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.problems import FRENCH

NARROW, SPACE = "\u202f", "\u00a0"
UNITS = {True: ("o", "Kio", "Mio", "Gio", "Tio"), False: ("B", "KiB", "MiB", "GiB", "TiB")}
SECOND = 1000.0  # milliseconds


@dataclass(frozen=True, slots=True)
class Figures:
    """How one language writes them."""

    language: str

    def count(self, value: float) -> str:
        """A whole number."""
        return f"{value:,.0f}".replace(",", NARROW if self._french else ",")

    def share(self, value: float) -> str:
        """A share of one, in percent."""
        return self._decimal(f"{100 * value:.1f}") + (f"{SPACE}%" if self._french else "%")

    def whole_share(self, value: float) -> str:
        """A share of one, in whole percent."""
        return f"{100 * value:.0f}" + (f"{SPACE}%" if self._french else "%")

    def duration(self, milliseconds: float | None) -> str:
        """Milliseconds, or seconds from one on; a dash for none."""
        if milliseconds is None:
            return "—"
        if milliseconds < SECOND:
            return f"{milliseconds:.0f}{SPACE}ms"
        return self._decimal(f"{milliseconds / SECOND:.1f}") + f"{SPACE}s"

    def size(self, count: int) -> str:
        """Bytes, by powers of 1,024."""
        value, units = float(count), UNITS[self._french]
        at = 0
        while value >= 1024 and at < len(units) - 1:
            value, at = value / 1024, at + 1
        return self._decimal(f"{value:.0f}" if at == 0 else f"{value:.1f}") + SPACE + units[at]

    def moment(self, at: datetime) -> str:
        """Day and time, to the second, as they sort."""
        return at.strftime("%Y-%m-%d %H:%M:%S")

    @property
    def _french(self) -> bool:
        return self.language == FRENCH

    def _decimal(self, digits: str) -> str:
        return digits.replace(".", ",") if self._french else digits
