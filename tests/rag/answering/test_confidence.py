"""Confidence: shares and cosines of the first articles, weighed; never the length of a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import LetterEmbedder, even_weights, hit
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.confidence import DATA, FEATURES, Confidence, Weights, load, shipped
from rag.errors import SettingsError
from rag.settings import Settings
from rag.types import Hit

EVEN = Weights(dict.fromkeys(FEATURES, 1.0), -3.0)


def judging(**rare: float) -> Confidence:
    """With these words rarer than others."""
    return Confidence(
        lambda tokens: {token: rare.get(token, 1.0) for token in tokens},
        lambda _: (),
        LetterEmbedder,
        EVEN,
    )


def features(question: str, *hits: Hit) -> dict[str, float]:
    return judging(prefet=3.0).features(question, hits)


def test_what_the_first_articles_hold() -> None:
    found = features(
        "recours préfet délai",
        hit("Le recours. Le délai du recours.", "1"),
        hit("Le préfet.", "2", rank=2),
    )
    assert found["first"] == pytest.approx(2 / 5)
    assert found["three"] == 1.0
    assert found["sentence"] == pytest.approx(3 / 5)  # the rarest word alone
    assert (found["rarest"], found["missing"]) == (pytest.approx(2 / 3), 1.0)
    assert (found["score"], found["margin"]) == (1.0, 0.5)
    assert set(found) == set(FEATURES)


def test_titles_and_both_passages_of_an_article_count() -> None:
    article = (hit("Le recours.", heading="Le préfet"), hit("Le délai.", start=20))
    assert features("recours préfet délai", *article)["first"] == 1.0


@pytest.mark.parametrize(
    ("question", "hits"),
    [
        pytest.param("le la les", (hit("Le recours."),), id="nothing is asked"),
        pytest.param("recours", (), id="nothing was found"),
        pytest.param("article 99 du Texte", (hit("Le recours."),), id="an article not found"),
    ],
)
def test_no_confidence_in_nothing(question: str, hits: tuple[Hit, ...]) -> None:
    assert judging().of(question, hits) == 0.0


def test_a_named_article_answers_whatever_it_says() -> None:
    assert judging().of("Que dit l'article 1 du délai ?", [hit("Abrogé.")]) is None


def test_what_is_taken_for_granted_is_not_asked() -> None:
    asked = judging()
    alone = asked.of("Quel est le délai du recours ?", [hit("Le délai.")])
    granted = "Puisque le préfet est compétent, quel est le délai du recours ?"
    assert asked.of(granted, [hit("Le délai.")]) == alone


@settings(deadline=None)
@given(st.lists(st.sampled_from(["recours", "délai", "préfet", "zzz", "article 9"]), max_size=6))
def test_between_0_and_1_and_repeating_oneself_changes_no_share(words: list[str]) -> None:
    hits = [hit("Le recours et le délai.", "1"), hit("Le préfet.", "2", rank=2)]
    asked = " ".join(words)
    found = judging().of(asked, hits)
    assert found is not None and 0.0 <= found <= 1.0
    once, again = (judging().features(each, hits) for each in (asked, f"{asked} {asked}"))
    for name in ("first", "three", "sentence", "rarest", "missing"):
        assert once.get(name) == again.get(name)


def test_weights_of_another_version_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "confidence.json"
    for content in ("", "[]", '{"weights": {}, "bias": 0}', '{"weights": {"first": "x"}}'):
        file.write_text(content, "utf-8")
        with pytest.raises(SettingsError, match="confiance"):
            load(file)
    with pytest.raises(SettingsError):
        load(tmp_path / "none.json")


def test_the_default_threshold_is_the_fitted_one() -> None:
    fitted = json.loads(DATA.read_text("utf-8"))
    assert Settings.model_fields["min_confidence"].default == fitted["threshold"]
    assert set(shipped().features) == set(FEATURES)


def test_a_better_answer_is_surer() -> None:
    asked = Confidence(even_weights, lambda _: (), LetterEmbedder)
    good = asked.of("délai du recours gracieux", [hit("Le délai du recours gracieux.")])
    poor = asked.of("délai du recours gracieux", [hit("La zibeline.")])
    assert good is not None and poor is not None and good > poor


@pytest.mark.parametrize(("first", "articles", "sure"), [(0.9, 999, 0.9), (0.5, 999, 0.0)])
def test_a_small_catalogue_believes_words(first: float, articles: int, sure: float) -> None:
    weights = Weights(dict.fromkeys(FEATURES, 0.0), -20.0)
    found = dict.fromkeys(FEATURES, 0.0) | {"first": first}
    assert weights.confidence(found, articles) == pytest.approx(sure, abs=1e-6)
    assert weights.confidence(found, 1000) == pytest.approx(0.0, abs=1e-6)


def test_over_a_small_catalogue_one_is_surer() -> None:
    weights = Weights(dict.fromkeys(FEATURES, 0.0), -1.0, small=1.0)
    found = dict.fromkeys(FEATURES, 0.0)
    assert weights.confidence(found, 999) == 0.5 > weights.confidence(found, 1000)
