"""Runs → one HTML page that holds all it needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval import intervals, plots, refusal, summary
from eval.measures import Scored
from eval.plots import share
from eval.report_compared import compared
from eval.report_parts import NONE, figure, table, words
from eval.report_style import STYLE
from eval.report_worst import worst

DRAWN = ("mrr", "ndcg@10", "hit@1", "hit@10", "recall@100", "gold_cited", "refusal_recall",
         "refused_answerable", "refused_right")  # fmt: skip
RANKS = ((1, 1), (2, 3), (4, 5), (6, 10), (11, 20), (21, 50), (51, 100))
SETTINGS = {
    "code": "code (empreinte)",
    "questions": "questions (empreinte)",
    "embedding_model": "modèle d'encodage",
    "as_of": "droit en vigueur le",
    "model": "rédaction",
    "judge": "juge",
    "texts": "textes",
    "articles": "articles",
    "versions": "versions",
    "passages": "passages",
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """A run under the name that the page gives it."""

    name: str
    scored: Sequence[Scored]


def page(configurations: Sequence[Configuration], title: str) -> str:
    """The page: measures, what changes from the first run, ranks, refusal, worst questions, what
    made the runs."""
    sections = (_measures, _compared, _ranks, _refusal, _worst, _setups)
    body = "".join(section(configurations) for section in sections)
    return (
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{words(title)}</h1>{_about(configurations)}{body}</main></body></html>\n"
    )


def _about(configurations: Sequence[Configuration]) -> str:
    counts = ", ".join(f"{c.name} : {len(c.scored)} questions" for c in configurations)
    told = (
        f"Chaque chiffre porte entre crochets son intervalle à 95 % : {intervals.DRAWS} tirages "
        "des questions avec remise."
    )
    return f'<p>{words(counts)}.</p><p class="faint">{words(told)}</p>'


def _measures(configurations: Sequence[Configuration]) -> str:
    summaries = [summary.summarise(c.scored) for c in configurations]
    keys = list(dict.fromkeys(key for each in summaries for key in each.figures))
    names = [c.name for c in configurations]
    rows = [
        [summary.label(key), *(figure(each.figures.get(key)) for each in summaries)] for key in keys
    ]
    level = " et ".join(sorted({each.level for each in summaries}))
    said = "" if all(each.confidence for each in summaries) else _no_confidence(summaries, names)
    return (
        f"<h2>Mesures</h2>{_drawn(summaries, names)}"
        + table(f"Toutes les mesures, par {level}", ["Mesure", *names], rows)
        + said
    )


def _drawn(summaries: Sequence[summary.Summary], names: Sequence[str]) -> str:
    drawn = [key for key in DRAWN if any(key in each.figures for each in summaries)]
    if not drawn:
        return ""
    return plots.whiskers(
        "Mesures par configuration, avec leur intervalle à 95\u00a0%",
        ("mesure", "valeur, de 0 à 100\u00a0%"),
        names,
        [_short(key) for key in drawn],
        [[each.figures.get(key) for key in drawn] for each in summaries],
        "Les mêmes chiffres sont dans le tableau qui suit.",
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
    told = f"Sans confiance dans les réponses ({', '.join(without)}) : ni aire, ni courbe."
    return f'<p class="faint">{words(told)}</p>'


def _compared(configurations: Sequence[Configuration]) -> str:
    first, *others = configurations
    return compared(first.scored, [(c.name, c.scored) for c in others], first.name)


def _ranks(configurations: Sequence[Configuration]) -> str:
    heading = "<h2>Rang du premier bon article</h2>"
    answerable = [[s for s in c.scored if s.question.relevant] for c in configurations]
    if not any(answerable):
        return f"{heading}<p>Aucune question n'a d'article qui y réponde.</p>"
    names = [c.name for c in configurations]
    ranges = [*(f"{a}" if a == b else f"{a} à {b}" for a, b in RANKS), "absent"]
    counts = [_histogram(lines) for lines in answerable]
    shares = [
        [count / max(1, len(lines)) for count in row]
        for row, lines in zip(counts, answerable, strict=True)
    ]
    picture = plots.bars(
        "Questions par rang du premier bon article",
        ("rang", "part des questions qui ont une réponse"),
        names,
        ranges,
        shares,
        "Les effectifs sont dans le tableau.",
    )
    rows = [
        [place, *(f"{row[at]} ({share(part[at])})" for row, part in
                  zip(counts, shares, strict=True))]
        for at, place in enumerate(ranges)
    ]  # fmt: skip
    return f"{heading}{picture}" + table(
        "Questions qui ont une réponse, par rang", ["Rang", *names], rows
    )


def _histogram(lines: Sequence[Scored]) -> list[int]:
    found = [sum(s.rank is not None and a <= s.rank <= b for s in lines) for a, b in RANKS]
    return [*found, len(lines) - sum(found)]


def _refusal(configurations: Sequence[Configuration]) -> str:
    about = [c for c in configurations if refusal.judged(c.scored)]
    if not about:
        return "<h2>Refus</h2><p>Ces évaluations n'ont pas de réponses.</p>"
    stands = [refusal.stands(c.scored) for c in about]
    picture = plots.curves(
        "Risque selon la part des questions répondues",
        ("risque", "part des questions répondues"),
        [c.name for c in about],
        [refusal.curve(c.scored) for c in about],
        stands,
        "Le risque est la part des réponses données qui ne citent aucun bon article. La marque "
        "dit où se tient la configuration, à son seuil.",
    )
    told = (
        "Le risque est la part des réponses données qui ne citent aucun bon article. La courbe, "
        "les plus sûres d'abord, dit celui de chaque seuil ; la marque, celui où se tient la "
        "configuration. Une configuration sans confiance n'a que sa marque."
    )
    return (
        f"<h2>Refus</h2><p>{words(told)}</p>{_stands(about, stands)}{picture}"
        + table("Refus, toutes longueurs et à longueur égale", _LENGTHS, _lengths(about))
        + _about_lengths()
        + _areas(about)
    )


def _about_lengths() -> str:
    told = (
        "À longueur égale : chaque question sans réponse est mise en regard d'une question à "
        f"réponse dont le nombre de mots diffère de {share(refusal.LENGTH_TOLERANCE)} au plus. "
        "L'aire de la longueur seule dit ce que ce jeu de questions trahit sans qu'on lise rien ; "
        "0,5 : rien."
    )
    return f'<p class="faint">{words(told)}</p>'


def _stands(configurations: Iterable[Configuration], stands: Iterable[refusal.Point | None]) -> str:
    """Where each run's threshold puts it."""
    told = (
        f"{c.name} : à son seuil, {share(at.coverage)} des questions répondues, risque "
        f"{share(at.risk)}"
        if at
        else f"{c.name} : aucune question répondue"
        for c, at in zip(configurations, stands, strict=True)
    )
    return f"<ul>{''.join(f'<li>{words(each)}</li>' for each in told)}</ul>"


def _areas(configurations: Sequence[Configuration]) -> str:
    found = [(c.name, refusal.areas(c.scored)) for c in configurations]
    rows = [
        [label, *(figure(each.get(key)) for _, each in found)]
        for key, label in summary.AREAS.items()
    ]
    if not any(each for _, each in found):
        return ""
    return table("Ce que vaut la confiance", ["Aire", *(name for name, _ in found)], rows)


_LENGTHS = ["Configuration", "Questions", "Sans réponse", "dont refusées", "À réponse",
            "dont refusées", "Justes refusées", "Aire de la confiance",
            "Aire de la longueur"]  # fmt: skip


def _lengths(configurations: Iterable[Configuration]) -> list[list[str]]:
    names = {"all": "toutes", "matched": "paires de longueur égale"}
    return [
        [
            c.name,
            names[which],
            str(side.unanswerable),
            share(side.refused_without),
            str(side.answerable),
            share(side.refused_with),
            NONE if side.refused_right is None else share(side.refused_right),
            figure(side.area),
            f"{side.length_area:.2f}".replace(".", ","),
        ]
        for c in configurations
        for which, side in refusal.by_length(c.scored).items()
    ]


def _worst(configurations: Sequence[Configuration]) -> str:
    return "<h2>Les pires questions</h2>" + "".join(
        f"<details{' open' if not at else ''}><summary>{words(c.name)}</summary>"
        f"{worst(c.scored)}</details>"
        for at, c in enumerate(configurations)
    )


def _setups(configurations: Sequence[Configuration]) -> str:
    setups = [c.scored[0].line.setup or {} for c in configurations]
    keys = list(dict.fromkeys(key for each in setups for key in each))
    rows = [
        [SETTINGS.get(key, key), *(str(each.get(key) or NONE) for each in setups)] for key in keys
    ]
    columns = ["Réglage", *(c.name for c in configurations)]
    return f"<h2>Ce qui a fait ces évaluations</h2>{table('Réglages', columns, rows)}"
