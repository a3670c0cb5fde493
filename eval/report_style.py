"""How the report looks: light and dark, on a screen and on paper; nothing is loaded."""

from __future__ import annotations

# Each at least 4.5 : 1 on its paper.
_LIGHT = ("#1f5fa8", "#a8480c", "#2a7048", "#7b3f98", "#a3203a", "#0d6f78")
_DARK = ("#7fb2f0", "#f0a063", "#7fcf9c", "#c99be6", "#f08a9c", "#66c7cf")


def _series(palette: tuple[str, ...]) -> str:
    return " ".join(f"--s{at}: {colour};" for at, colour in enumerate(palette))


STYLE = f"""
:root {{ color-scheme: light dark; --ink: #1b1d21; --paper: #fdfcfa; --faint: #5c616a;
  --line: #d9d6cf; --panel: #f4f2ed; {_series(_LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e7e5e0; --paper: #17181b;
  --faint: #a9adb4; --line: #3a3c41; --panel: #202226; {_series(_DARK)} }} }}
* {{ box-sizing: border-box; }}
body {{ font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; }}
h2 {{ font-size: 1.2rem; margin: 2.5rem 0 .5rem; border-top: 1px solid var(--line);
  padding-top: 1rem; }}
h3 {{ font-size: 1rem; margin: 1.5rem 0 .3rem; }}
.faint {{ color: var(--faint); }}
.scroll, .plot {{ overflow-x: auto; }}
.plot svg {{ display: block; width: 100%; min-width: 36rem; height: auto; }}
:focus-visible {{ outline: 2px solid var(--s0); outline-offset: 2px; }}
svg text {{ fill: var(--ink); font: 13px system-ui, sans-serif; }}
.grid {{ stroke: var(--line); fill: none; }}
.line {{ fill: none; stroke-width: 2; }}
{
    " ".join(
        f".fill.s{at} {{ fill: var(--s{at}); }} .line.s{at} {{ stroke: var(--s{at}); }}"
        for at in range(len(_LIGHT))
    )
}
.legend {{ list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; }}
.legend svg {{ vertical-align: -2px; }}
table {{ border-collapse: collapse; width: 100%; font-size: .95rem; }}
caption {{ text-align: left; color: var(--faint); padding: .3rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
  border-bottom: 1px solid var(--line); }}
tbody th {{ font-weight: 500; min-width: 11rem; }}
td.figure {{ font-variant-numeric: tabular-nums; white-space: nowrap; }}
.interval {{ color: var(--faint); font-size: .85em; }}
details {{ margin: .5rem 0; }} summary {{ cursor: pointer; }}
ol.found {{ margin: 0; padding-left: 1.2rem; min-width: 13rem; }}
@media print {{ body {{ max-width: none; }} .plot svg {{ min-width: 0; }} }}
"""
