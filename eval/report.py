"""Runs → one HTML page that holds all it needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import isnan

from eval import intervals, plots, refusal, summary
from eval.intervals import Estimate
from eval.measures import Scored, key_of
from eval.report_style import STYLE
from rag.legal.titles import article_name

DRAWN = ("mrr", "ndcg@10", "hit@1", "hit@10", "recall@100", "gold_cited", "refusal_recall",
         "refused_answerable", "refused_right")  # fmt: skip
RANKS = ((1, 1), (2, 3), (4, 5), (6, 10), (11, 20), (21, 50), (51, 100))
WORST = 20
INSTEAD = 3  # articles found in the place of the right one


@dataclass(frozen=True, slots=True)
class Configuration:
    """A run under the name that the page gives it."""

    name: str
    scored: Sequence[Scored]


def page(configurations: Sequence[Configuration], title: str) -> str:
    """The page: measures, ranks, refusal, worst questions, what made the runs."""
    sections = (_measures, _ranks, _refusal, _worst, _setups)
    body = "".join(section(configurations) for section in sections)
    return (
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{_about(configurations)}{body}</main></body></html>\n"
    )


def _about(configurations: Sequence[Configuration]) -> str:
    counts = ", ".join(f"{c.name} : {len(c.scored)} questions" for c in configurations)
    return (
        f'<p>{escape(counts)}.</p><p class="faint">Chaque chiffre porte entre crochets son '
        f"intervalle à 95 % : {intervals.DRAWS} tirages des questions avec remise.</p>"
    )


def _measures(configurations: Sequence[Configuration]) -> str:
    summaries = [summary.summarise(c.scored) for c in configurations]
    keys = list(dict.fromkeys(key for each in summaries for key in each.figures))
    drawn = [key for key in DRAWN if key in keys]
    names = [c.name for c in configurations]
    picture = plots.whiskers(
        "Mesures par configuration",
        [_short(key) for key in drawn],
        [[each.figures.get(key) for key in drawn] for each in summaries],
        "Les mêmes chiffres sont dans le tableau qui suit.",
    )
    rows = [
        [summary.label(key), *(_figure(each.figures.get(key)) for each in summaries)]
        for key in keys
    ]
    level = " et ".join(sorted({each.level for each in summaries}))
    said = [] if all(each.confidence for each in summaries) else [_no_confidence(summaries, names)]
    return (
        f"<h2>Mesures</h2>{plots.legend(names)}{picture}"
        + _table(f"Toutes les mesures, par {level}", ["Mesure", *names], rows)
        + "".join(said)
    )


def _short(key: str) -> str:
    shorter = {
        "gold_cited": "cite un bon article",
        "refusal_recall": "sans réponse : refusées",
        "refused_answerable": "à réponse : refusées",
        "refused_right": "justes : refusées",
    }
    return shorter.get(key, summary.label(key))


def _no_confidence(summaries: Sequence[summary.Summary], names: Sequence[str]) -> str:
    without = [n for n, each in zip(names, summaries, strict=True) if not each.confidence]
    return (
        f'<p class="faint">Sans confiance dans les réponses ({escape(", ".join(without))}) : ni '
        "aire, ni courbe.</p>"
    )


def _ranks(configurations: Sequence[Configuration]) -> str:
    answerable = [[s for s in c.scored if s.question.relevant] for c in configurations]
    names = [c.name for c in configurations]
    columns = [*(f"{a}" if a == b else f"{a} à {b}" for a, b in RANKS), "absent"]
    counts = [_histogram(lines) for lines in answerable]
    shares = [
        [count / max(1, len(lines)) for count in row]
        for row, lines in zip(counts, answerable, strict=True)
    ]
    picture = plots.bars(
        "Rang du premier bon article", columns, shares, "Les effectifs sont dans le tableau."
    )
    rows = [
        [column, *(f"{row[at]} ({100 * share[at]:.0f} %)" for row, share in
                   zip(counts, shares, strict=True))]
        for at, column in enumerate(columns)
    ]  # fmt: skip
    return f"<h2>Rang du premier bon article</h2>{plots.legend(names)}{picture}" + _table(
        "Questions qui ont une réponse, par rang", ["Rang", *names], rows
    )


def _histogram(lines: Sequence[Scored]) -> list[int]:
    found = [sum(s.rank is not None and a <= s.rank <= b for s in lines) for a, b in RANKS]
    return [*found, len(lines) - sum(found)]


def _refusal(configurations: Sequence[Configuration]) -> str:
    about = [c for c in configurations if refusal.judged(c.scored)]
    if not about:
        return "<h2>Refus</h2><p>Ces évaluations n'ont pas de réponses.</p>"
    picture = plots.curves(
        "Risque selon la part des questions répondues",
        [refusal.curve(c.scored) for c in about],
        "Le risque est la part des réponses données qui ne citent aucun bon article. Sans "
        "confiance, un seul point : celui où se tient la configuration.",
    )
    return (
        "<h2>Refus</h2><p>Risque (part des réponses données qui ne citent aucun bon article) selon "
        f"la part des questions répondues, les plus sûres d'abord, quel que soit le seuil.</p>"
        f"{_stands(about)}{plots.legend(c.name for c in about)}{picture}"
        + _table("Refus, toutes longueurs et à longueur égale", _LENGTHS, _lengths(about))
        + _areas(about)
        + f'<p class="faint">À longueur égale : chaque question sans réponse est mise en regard '
        f"d'une question à réponse dont le nombre de mots diffère de "
        f"{100 * refusal.LENGTH_TOLERANCE:.0f} % au plus. L'aire de la longueur seule dit ce que "
        f"ce jeu de questions trahit sans qu'on lise rien ; 0,5 : rien.</p>"
    )


def _stands(configurations: Iterable[Configuration]) -> str:
    """Where each run's threshold puts it."""
    points = ((c.name, refusal.stands(c.scored)) for c in configurations)
    told = "".join(
        f"<li>{escape(name)} : à son seuil, {_share(at.coverage)} des questions répondues, risque "
        f"{_share(at.risk)}</li>"
        for name, at in points
        if at is not None
    )
    return f"<ul>{told}</ul>" if told else ""


def _areas(configurations: Sequence[Configuration]) -> str:
    found = [(c.name, refusal.areas(c.scored)) for c in configurations]
    rows = [
        [label, *(_figure(each.get(key)) for _, each in found)]
        for key, label in summary.AREAS.items()
    ]
    if not any(each for _, each in found):
        return ""
    return _table("Ce que vaut la confiance", ["Aire", *(name for name, _ in found)], rows)


_LENGTHS = ["Configuration", "Questions", "Sans réponse : refusées", "À réponse : refusées",
            "Justes : refusées", "Aire de la confiance", "Aire de la longueur seule"]  # fmt: skip


def _lengths(configurations: Iterable[Configuration]) -> list[list[str]]:
    names = {"all": "toutes", "matched": "paires de même longueur"}
    return [
        [
            c.name,
            f"{names[which]} ({side.unanswerable} sans réponse, {side.answerable} à réponse)",
            _share(side.refused_without),
            _share(side.refused_with),
            "—" if side.refused_right is None else _share(side.refused_right),
            _figure(side.area),
            f"{side.length_area:.2f}".replace(".", ","),
        ]
        for c in configurations
        for which, side in refusal.by_length(c.scored).items()
    ]


def _worst(configurations: Sequence[Configuration]) -> str:
    return "<h2>Les pires questions</h2>" + "".join(
        f"<details{' open' if not at else ''}><summary>{escape(c.name)}</summary>"
        f"{_worst_of(c.scored)}</details>"
        for at, c in enumerate(configurations)
    )


def _worst_of(scored: Sequence[Scored]) -> str:
    missed = sorted(
        (s for s in scored if s.question.relevant and s.rank != 1),
        key=lambda s: (-(s.rank or 10**9), s.line.question_id),
    )
    wrongly = [s for s in scored if s.refused is False and not s.question.answerable]
    rows = [
        [_one_line(s), _expected(s), str(s.rank or "absent"), _instead(s)] for s in missed[:WORST]
    ]
    answered = [[_one_line(s), _cited(s)] for s in wrongly[:WORST]]
    return _table(
        f"Bon article absent ou mal classé : {min(WORST, len(missed))} sur {len(missed)}",
        ["Question", "Attendu", "Rang", "Trouvé à la place"],
        rows,
    ) + (
        _table(
            f"Répondues alors qu'aucun texte n'y répond : {min(WORST, len(wrongly))} sur "
            f"{len(wrongly)}",
            ["Question", "Cité"],
            answered,
        )
        if answered
        else ""
    )


def _instead(scored: Scored) -> str:
    wrong = [name for key, name in _found(scored).items() if key not in scored.question.relevant]
    return "\n".join(wrong[:INSTEAD]) or "rien"


def _expected(scored: Scored) -> str:
    """By the names they were found under; those that were not, by their keys."""
    found = _found(scored)
    return "\n".join(found.get(key, key.replace("#", " — ")) for key in scored.question.relevant)


def _found(scored: Scored) -> dict[str, str]:
    """Key → name of what was found, best first."""
    by_document = scored.question.by_document
    return {
        key_of(r, by_document=by_document): r.text if by_document else _name(r.article, r.text)
        for r in scored.line.ranking
    }


def _name(article: str, text: str) -> str:
    return f"{article_name(article)} — {text}"


def _one_line(scored: Scored) -> str:
    return " ".join(scored.line.asked.split())


def _cited(scored: Scored) -> str:
    answer = scored.line.answer or {"citations": []}
    named = (_name(c["article"], c["text"]) for c in answer["citations"])
    return "\n".join(dict.fromkeys(named))


def _setups(configurations: Sequence[Configuration]) -> str:
    setups = [c.scored[0].line.setup or {} for c in configurations]
    keys = list(dict.fromkeys(key for each in setups for key in each))
    rows = [[key, *(str(each.get(key) or "—") for each in setups)] for key in keys]
    columns = ["Réglage", *(c.name for c in configurations)]
    return f"<h2>Ce qui a fait ces évaluations</h2>{_table('Réglages', columns, rows)}"


def _table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    lines = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(map(_cell, cells))}</tr>'
        for first, *cells in rows
    )
    return (
        f'<div class="scroll" role="group" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _cell(words: str) -> str:
    """Lines become a list, an interval is set smaller."""
    if "\n" in words:
        items = "".join(f"<li>{escape(line)}</li>" for line in words.split("\n"))
        return f'<td><ol class="found">{items}</ol></td>'
    value, bracket, interval = words.partition(" [")
    if not bracket or not interval.endswith("]"):
        return f"<td>{escape(words)}</td>"
    return (
        f'<td class="figure">{escape(value)} <span class="interval">[{escape(interval)}</span></td>'
    )


def _figure(estimate: Estimate | None) -> str:
    """ "0,434 [0,341 ; 0,530]", "—" where there is none."""
    if estimate is None or isnan(estimate.value):
        return "—"
    return f"{estimate.value:.3f} [{estimate.low:.3f} ; {estimate.high:.3f}]".replace(".", ",")


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
