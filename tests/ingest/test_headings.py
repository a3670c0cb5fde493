"""Heading patterns: one table of (line, expected), the expected number or None."""

from __future__ import annotations

import time

import pytest

from ingest.headings import Heading, Sort, heading_in, is_contents_line

A, D, N = Sort.ARTICLE, Sort.DIVISION, Sort.DECIMAL

LINES: list[tuple[str, Sort | None, str, str]] = [
    # --- articles, in the spellings of codes, decrees and procedures
    ("Article 12", A, "12", ""),
    ("ARTICLE 12", A, "12", ""),
    ("Art. 12", A, "12", ""),
    ("Article 12.", A, "12", ""),
    ("Article 12 :", A, "12", ""),
    ("Article premier", A, "1er", ""),
    ("ARTICLE PREMIER", A, "1er", ""),
    ("Article 1er", A, "1er", ""),
    ("Article 1er A", A, "1er A", ""),
    ("Article unique", A, "unique", ""),
    ("Article 12 bis", A, "12 bis", ""),
    ("Article 12 ter A", A, "12 ter A", ""),
    ("Article 5 A", A, "5 A", ""),
    ("Art. 3-1", A, "3-1", ""),
    ("Article L. 12-3", A, "L. 12-3", ""),
    ("Article L12-3-1", A, "L12-3-1", ""),
    ("Article R*311-12", A, "R*311-12", ""),
    ("Article R. *311-12", A, "R. *311-12", ""),
    ("Article LO 1112-1", A, "LO 1112-1", ""),
    ("Article n° 4", A, "4", ""),
    ("Article 12 – Délais de réponse", A, "12", "Délais de réponse"),
    ("Article 12 - Délais", A, "12", "Délais"),
    ("Article 12 : délais", A, "12", "délais"),
    ("ARTICLE 4. OBJET", A, "4", "OBJET"),
    ("Article 3. – Objet", A, "3", "Objet"),
    ("Article 12 Objet du règlement", A, "12", "Objet du règlement"),
    ("Article 12 (abrogé)", A, "12", "(abrogé)"),
    # a sentence that begins with a reference is no heading
    ("Article 3 du décret n° 2020-1 est applicable", None, "", ""),
    ("article 12 de la loi du 6 janvier 1978", None, "", ""),
    ("Article 12, alinéa 3", None, "", ""),
    ("Article 12 et suivants", None, "", ""),
    ("Articles 12 à 15", None, "", ""),
    ("Article 12 Les agents déposent leur demande.", None, "", ""),
    ("L'article 12 s'applique", None, "", ""),
    ("« Art. 12. – Les agents »", None, "", ""),
    ("Article de presse", None, "", ""),
    ("Artisanat 12", None, "", ""),
    ("Article 12bis45", None, "", ""),
    # --- divisions
    ("PARTIE 1", D, "PARTIE 1", ""),
    ("Première partie – Dispositions", D, "Première partie", "Dispositions"),
    ("LIVRE III", D, "LIVRE III", ""),
    ("TITRE Ier", D, "TITRE Ier", ""),
    ("TITRE PREMIER DISPOSITIONS GÉNÉRALES", D, "TITRE PREMIER", "DISPOSITIONS GÉNÉRALES"),
    ("Chapitre II : Des délais", D, "Chapitre II", "Des délais"),
    ("CHAPITRE II BIS", D, "CHAPITRE II BIS", ""),
    ("Chapitre préliminaire", D, "Chapitre préliminaire", ""),
    ("Chapitre unique – Objet", D, "Chapitre unique", "Objet"),
    ("Section 2", D, "Section 2", ""),
    ("Sous-section 1 : Dépôt", D, "Sous-section 1", "Dépôt"),
    ("Section C", D, "Section C", ""),
    ("Annexe", D, "Annexe", ""),
    ("ANNEXE 1 : modèle de demande", D, "ANNEXE 1", "modèle de demande"),
    ("Annexe A – Tarifs", D, "Annexe A", "Tarifs"),
    ("Section 2 de la commission", None, "", ""),
    ("Titre II du livre Ier est abrogé.", None, "", ""),
    ("Chapitre V les délais", None, "", ""),
    ("Titre de séjour", None, "", ""),
    ("Titre exécutoire", None, "", ""),
    ("Section disciplinaire", None, "", ""),
    ("Partie civile", None, "", ""),
    ("Livre de caisse", None, "", ""),
    ("Annexe au présent arrêté", None, "", ""),
    ("Annexer le plan", None, "", ""),
    ("chapitre II", None, "", ""),
    # --- numbered titles (candidates)
    ("1.2.3 Titre", N, "1.2.3", "Titre"),
    ("2.1. Délais", N, "2.1", "Délais"),
    ("2.1 – Délais", N, "2.1", "Délais"),
    ("1. Déposer la demande", N, "1", "Déposer la demande"),
    ("3) Examen", N, "3", "Examen"),
    ("4. À l'ouverture", N, "4", "À l'ouverture"),
    ("1. déposer la demande", None, "", ""),
    ("2. Le service répond dans les cinq jours.", None, "", ""),
    ("3. Sont joints :", None, "", ""),
    ("12 personnes", None, "", ""),
    ("2025 Budget primitif", None, "", ""),
    ("1° Soit par des garde-corps", None, "", ""),
    ("3.5 % des agents", None, "", ""),
    ("12/03/2025 Conseil", None, "", ""),
    # --- tables of contents
    ("Article 3 – Délais ........ 12", None, "", ""),
    ("2.1 Délais………… 4", None, "", ""),
    ("CHAPITRE II . . . . . . 7", None, "", ""),
    ("", None, "", ""),
]


@pytest.mark.parametrize(("line", "sort", "number", "title"), LINES, ids=lambda v: str(v)[:40])
def test_line(line: str, sort: Sort | None, number: str, title: str) -> None:
    found = heading_in(line)
    if sort is None:
        assert found is None
    else:
        assert found is not None
        assert (found.sort, found.number, found.title) == (sort, number, title)


RUN_IN = [
    ("Art. 3. – Le maire est chargé de l'exécution.", "3", "Le maire est chargé de l'exécution."),
    ("Article 2 : Les agents sont informés :", "2", "Les agents sont informés :"),
    ("Article 7 - " + "Le délai court. " * 12 + "Fin", "7", "Le délai court. " * 12 + "Fin"),
]


@pytest.mark.parametrize(("line", "number", "words"), RUN_IN)
def test_words_on_the_heading_line_are_words(line: str, number: str, words: str) -> None:
    assert heading_in(line) == Heading(Sort.ARTICLE, number, words=words)


MARKED = [
    ("Article 12 Objet", "12"),
    ("1. déposer la demande", "1"),
    ("2.1 Comment faire ?", "2.1"),
    ("10 questions sur la retraite", None),  # a number of things, not a number
    ("2025 : le budget", None),
    ("Quand déposer ?", None),
]


@pytest.mark.parametrize(("line", "number"), MARKED)
def test_line_that_the_source_marks_as_heading(line: str, number: str | None) -> None:
    found = heading_in(line, marked=True)
    assert (found.number if found else None) == number


def test_every_latin_suffix_and_separator() -> None:
    for suffix in ("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies"):
        for separator in (" – ", " - ", " : ", ". ", ". – ", " — "):
            found = heading_in(f"Article 12 {suffix}{separator}Délais")
            assert found is not None
            assert (found.number, found.title) == (f"12 {suffix}", "Délais")


@pytest.mark.parametrize(
    "line",
    [
        "Article " + "1-" * 20_000,
        "Article 1" + " " * 50_000 + "x",
        "1." * 30_000,
        ". " * 50_000,
        "CHAPITRE " + "I" * 50_000,
        "Annexe" + " " * 50_000,
        "_" * 50_000 + "x",
    ],
    ids=lambda line: line[:12],
)
def test_hostile_lines_take_bounded_time(line: str) -> None:
    begun = time.perf_counter()
    heading_in(line)
    heading_in(line, marked=True)
    assert time.perf_counter() - begun < 1


def test_contents_lines() -> None:
    assert is_contents_line("Objet .......... 3")
    assert is_contents_line("Objet ………… 3")
    assert not is_contents_line("Objet... et champ")
    assert not is_contents_line("Le délai est de 3")
