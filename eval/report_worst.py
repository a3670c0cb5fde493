"""The section of a report about the worst questions: what was found or cited instead. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.measures import Scored
from eval.report_parts import article, cases, found, one_line, words

WORST = 20
INSTEAD = 3  # articles found in the place of the right one


def worst(scored: Sequence[Scored]) -> str:
    """Right articles that are absent or far down, then answers where no text answers."""
    return _misranked(scored) + _answered(scored)


def _misranked(scored: Sequence[Scored]) -> str:
    missed = sorted(
        (s for s in scored if s.question.relevant and s.rank != 1),
        key=lambda s: (-(s.rank or 10**9), s.line.question_id),
    )
    if not missed:
        return "<p>Chaque bon article est le premier.</p>"
    names = {key: name for s in scored for key, name in found(s).items()}
    told = ((one_line(s), _told(s, names)) for s in missed[:WORST])
    return _headed("Bon article absent ou mal classé", len(missed)) + cases(told)


def _told(scored: Scored, names: Mapping[str, str]) -> list[tuple[str, str]]:
    rank = "absent des articles trouvés" if scored.rank is None else f"rang {scored.rank}"
    return [
        (f"Attendu ({rank})", _expected(scored, names)),
        ("Trouvé à la place", _instead(scored)),
    ]


def _answered(scored: Sequence[Scored]) -> str:
    wrongly = [s for s in scored if s.refused is False and not s.question.answerable]
    if not wrongly:
        return ""
    told = ((one_line(s), [("Cité", _cited(s))]) for s in wrongly[:WORST])
    return _headed("Répondues alors qu'aucun texte n'y répond", len(wrongly)) + cases(told)


def _headed(what: str, count: int) -> str:
    return f"<h3>{words(f'{what} : {min(WORST, count)} sur {count}')}</h3>"


def _instead(scored: Scored) -> str:
    wrong = [name for key, name in found(scored).items() if key not in scored.question.relevant]
    return "\n".join(wrong[:INSTEAD]) or "rien"


def _expected(scored: Scored, names: Mapping[str, str]) -> str:
    """By the names under which the run found them; what it never found, by its key."""
    return "\n".join(names.get(key) or _unnamed(key) for key in scored.question.relevant)


def _unnamed(key: str) -> str:
    text, mark, number = key.partition("#")
    return article(number, text) if mark else key


def _cited(scored: Scored) -> str:
    answer = scored.line.answer or {"citations": []}
    named = (article(c["article"], c["text"]) for c in answer["citations"])
    return "\n".join(dict.fromkeys(named)) or "rien"
