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
.scroll {{ overflow-x: auto; margin: 1.2rem 0; }}
.plot {{ margin: 1.2rem 0; }}
figcaption {{ font-weight: 600; }}
.chart {{ display: block; overflow: visible; --left: 64px; --right: 24px; margin-left: var(--left);
  width: calc(100% - var(--left) - var(--right)); }}
.chart svg {{ overflow: visible; }}
.chart.names {{ --left: 170px; }} .chart.ranks {{ --left: 84px; --right: 52px; }}
.chart .figure {{ fill: var(--faint); }}
@media (max-width: 34rem) {{ .chart .spare {{ display: none; }} }}
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
.legend {{ list-style: none; padding: 0; margin: .3rem 0 .6rem; display: flex; flex-wrap: wrap;
  gap: .2rem 1.5rem; }}
.legend svg {{ vertical-align: -2px; }}
table {{ border-collapse: collapse; width: 100%; font-size: .95rem; }}
caption {{ text-align: left; font-weight: 600; padding: .3rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
  border-bottom: 1px solid var(--line); }}
caption span {{ position: sticky; left: 0; display: inline-block; max-width: calc(100vw - 2rem); }}
thead th {{ font-size: .9em; color: var(--faint); font-weight: 600; }}
tbody th {{ font-weight: 500; min-width: 8rem; position: sticky; left: 0;
  background: var(--paper); }}
td.figure {{ font-variant-numeric: tabular-nums; white-space: nowrap; }}
.interval {{ color: var(--faint); font-size: .85em; }}
details {{ margin: .5rem 0; }} summary {{ cursor: pointer; font-weight: 600; }}
.cases {{ list-style: none; padding: 0; margin: 0; }}
.cases > li {{ padding: .6rem 0; border-bottom: 1px solid var(--line); }}
.cases p, .cases ol, dl, dd {{ margin: 0; }} .cases ol {{ padding-left: 1.2rem; }}
.cases dl {{ font-size: .95rem; }} .cases dt {{ color: var(--faint); font-size: .9em; }}
@media (min-width: 50rem) {{
  .cases > li {{ display: grid; grid-template-columns: 1fr 2fr; column-gap: 2rem; }}
  .cases dl {{ display: grid; grid-template-columns: 2fr 3fr; column-gap: 2rem; }}
  .cases dl > :only-child {{ grid-column: 1 / -1; }}
}}
@media print {{ body {{ max-width: none; }} .plot, .cases > li, tr {{ break-inside: avoid; }} }}
"""
