"""Surface forms of references, each with the parse expected, and what is no reference.

`forms.jsonl` and `negatives.jsonl` hold one case a line, with its name; every code and every
abbreviation of the tables is a case too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.legal import codes
from rag.legal.extract import references_of
from rag.legal.names import Names
from rag.types import Reference

HERE = Path(__file__).parent
NAMES = Names.of(["Règlement général des services de la Ville de Valmercy"])


def _cases(name: str) -> list[Any]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [pytest.param(row, id=row["case"]) for row in rows]


def _parse(reference: Reference) -> list[Any]:
    marks = [("à " if m.through else "") + m.printed for m in reference.marks]
    return [reference.surface, (reference.texts or ("",))[0], marks]


@pytest.mark.parametrize("row", _cases("forms.jsonl"))
def test_form(row: dict[str, Any]) -> None:
    found = references_of(row["text"], names=NAMES)
    assert [_parse(reference) for reference in found] == row["expected"]


@pytest.mark.parametrize("row", _cases("negatives.jsonl"))
def test_no_reference(row: dict[str, Any]) -> None:
    assert references_of(row["text"], names=NAMES) == []


def test_there_are_enough_cases() -> None:
    forms = len(_cases("forms.jsonl")) + len(codes.codes()) + len(_abbreviations())
    assert forms >= 250
    assert len(_cases("negatives.jsonl")) >= 60


def _number(code: codes.Code) -> tuple[str, str]:
    """(as written, as printed): an article that the code can have."""
    digits = "1234"[: int(code.digits[-1])]
    letter = next((c for c in code.letters if c in "LR"), "")
    return (f"{letter}. {digits}-5", f"{letter}{digits}-5") if letter else (digits, digits)


@pytest.mark.parametrize("code", codes.codes(), ids=lambda code: code.title)
def test_title_of_every_code(code: codes.Code) -> None:
    written, printed = _number(code)
    surface = f"article {written} du {code.title[0].lower()}{code.title[1:]}"
    found = references_of(f"Vu l'{surface}, l'affaire est entendue.")
    assert [(r.surface, r.marks[0].printed) for r in found] == [(surface, printed)]
    assert code.title in found[0].texts  # "code forestier": the new one and the old one


def _abbreviations() -> list[tuple[str, str]]:
    return sorted((name, code.title) for code in codes.codes() for name in code.short)


@pytest.mark.parametrize(("name", "title"), _abbreviations(), ids=lambda value: value)
def test_every_abbreviation(name: str, title: str) -> None:
    code = codes.code_titled(title)
    assert code
    written, printed = _number(code)
    for text in (f"l'article {written} {name}", f"l'art. {written} du {name}"):
        found = references_of(text)
        assert [r.marks[0].printed for r in found] == [printed], text
        assert title in found[0].texts, text
        assert found[0].surface == text.removeprefix("l'"), text


def test_a_name_means_one_code() -> None:
    several = {name: titles for name, titles in codes.short_names().items() if len(titles) > 1}
    assert not several
    shared = {name for name, titles in codes.full_names().items() if len(titles) > 1}
    assert shared == {"code minier", "code forestier", "code rural"}  # the old and the new


# --- the code that a number without a code means ---


def _last(text: str, home: str = "") -> tuple[str, ...]:
    return references_of(text, home)[-1].texts


def test_never_the_code_that_is_loaded() -> None:
    assert _last("l'article L. 311-7") == ()


def test_the_code_named_last() -> None:
    text = "l'article L. 1 du code électoral, l'article L. 311-1 du CRPA, puis le L. 311-7"
    assert _last(text)[0].startswith("Code des relations")


def test_not_a_code_that_cannot_have_it() -> None:
    text = "l'article L. 311-1 du CRPA, l'article 5 du code civil, puis l'article L. 311-7"
    assert [title[:18] for title in _last(text)] == ["Code des relations"]


def test_in_a_code_a_bare_number_is_its_own() -> None:
    home = "Code des douanes"
    assert _last("l'article 5 du code civil et, plus loin, l'article 67 A", home) == (home,)
    assert _last("au présent code et à l'article 4 du présent code", home) == (home,)


def test_the_articles_of_a_contract_are_no_reference() -> None:
    text = "l'article 1240 du code civil ; l'article 5 de la convention ; l'article 8 prévoit"
    assert len(references_of(text)) == 1


def test_following_code_for_joined_articles() -> None:
    found = references_of("l'article L. 114-5 et l'article R. 112-5 du CRPA")
    assert found[0].following == found[1].texts[0]


# --- the wording meant ---

CLAUSES = [
    ("dans sa rédaction en vigueur au 1er janvier 2018", ("on", "2018-01-01", "")),
    ("dans sa version en vigueur le 3 mai 2019", ("on", "2019-05-03", "")),
    ("(version en vigueur au 12/03/2018)", ("on", "2018-03-12", "")),
    ("en vigueur au 1er janvier 2018", ("on", "2018-01-01", "")),
    ("applicable au 1er janvier 2018", ("on", "2018-01-01", "")),
    ("dans sa version du 8 janvier 2020", ("on", "2020-01-08", "")),
    ("dans sa rédaction antérieure au 28 mai 2026", ("before", "2026-05-28", "")),
    (
        "dans sa rédaction issue de la loi n° 2016-1321 du 7 octobre 2016",
        ("by", "2016-10-07", "2016-1321"),
    ),
    ("dans sa rédaction issue de la loi du 7 octobre 2016", ("by", "2016-10-07", "")),
    ("tel que modifié par le décret n° 2017-349", ("by", None, "2017-349")),
    (
        "dans sa rédaction antérieure à la loi n° 2016-1321 du 7 octobre 2016",
        ("before", "2016-10-07", "2016-1321"),
    ),
]


@pytest.mark.parametrize(("clause", "expected"), CLAUSES, ids=[c for c, _ in CLAUSES])
def test_clause(clause: str, expected: tuple[str, str | None, str]) -> None:
    found = references_of(f"L'article L. 311-5 du CRPA, {clause}, ne s'applique pas.")[0]
    assert found.surface == "article L. 311-5 du CRPA"
    assert found.clause
    day = found.clause.day.isoformat() if found.clause.day else None
    assert (found.clause.kind, day, found.clause.law) == expected


def test_clause_before_the_article() -> None:
    found = references_of("Dans sa version en vigueur au 3 mai 2019, l'article L. 311-5 du CRPA …")
    assert found[0].clause


def test_coming_into_force_is_no_clause() -> None:
    found = references_of("L'article L. 134-35 du CRPA est entré en vigueur le 8 janvier 2020.")
    assert found[0].clause is None


# --- properties ---

_WRITTEN = """article|articles|art.|l'|L. 311-1|R*. 311-12|L.|1240|96 ter A|CRPA|3°|de l'|I|,|et|à
|du code civil|du même code|de la loi n° 2000-321 du 12 avril 2000|premier alinéa|;|.|«|»|(|)|é|-|œ
|notamment ses|dans sa rédaction en vigueur au 1er janvier 2018|règlement (UE) 2016/679|précité
|CE, 3 mai 2019|Article 2 : |son article|et suivants|annexe II|İ""".split("|")
_UNSEEN = ["\n", "\n\n", "\u00a0", "\u0301", "\u00ad", "article L. 311-\n1"]
_PIECES = st.sampled_from([*_WRITTEN, *_UNSEEN])


@given(st.lists(st.one_of(_PIECES, st.text(max_size=6)), max_size=25), st.sampled_from(["", " "]))
@example(["article L. 311-\n1", "\u00ad", "du code civil"], " ")
def test_spans_cut_back_to_the_surface(pieces: list[str], glue: str) -> None:
    text = glue.join(pieces)
    end = 0
    for reference in references_of(text):
        assert text[reference.start : reference.end] == reference.surface
        assert reference.start >= end
        end = reference.end
        for mark in reference.marks:
            assert reference.start <= mark.start < mark.end <= reference.end


_LETTERED_CODES = [code for code in codes.codes() if "L" in code.letters and code.text_id]


@given(
    st.sampled_from(_LETTERED_CODES),
    st.lists(
        st.tuples(st.sampled_from("LRD"), st.integers(111, 999), st.integers(1, 60)),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([". ", ".", " ", ""]),
)
def test_a_rendered_reference_is_read_back(
    code: codes.Code, numbers: list[tuple[str, int, int]], after_letter: str
) -> None:
    written = [f"{letter}{after_letter}{a}-{b}" for letter, a, b in numbers]
    listed = ", ".join(written[:-1]) + (" et " if len(written) > 1 else "") + written[-1]
    surface = f"article{'s' if len(written) > 1 else ''} {listed} du {code.title.lower()}"
    found = references_of(f"Il résulte de l'{surface} que la demande est fondée.")
    assert [r.surface for r in found] == [surface]
    assert [m.printed for m in found[0].marks] == [f"{c}{a}-{b}" for c, a, b in numbers]
    assert code.title in found[0].texts


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    references_of(text)


def test_table_lines_are_sound() -> None:
    for code in codes.codes():
        assert re.fullmatch(r"-?L?R?D?A?", code.letters) or set(code.letters) <= set("-LRDA")
        assert set(code.digits) <= set("1234")
        assert code.may_have(_number(code)[1]), code.title
