"""What verdicts and kinds are called on screen, with a shape for who does not see colours.

Messages in French, marked for the catalogue: templates translate them where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.web.language import N_


@dataclass(frozen=True, slots=True)
class Label:
    """`tone` names a colour of the style sheet ("ok", "warn", "bad", "none"), `sign` a shape."""

    tone: str
    sign: str
    words: str


CITATION = {
    "verified": Label("ok", "✓", N_("citation vérifiée")),
    "quote_mismatch": Label("bad", "✗", N_("citation inexacte")),
    "not_in_force_at_date": Label("bad", "✗", N_("pas en vigueur à cette date")),
    "unknown_version": Label("none", "?", N_("version inconnue")),
}
REFERENCE = {
    "in_force": Label("ok", "✓", N_("en vigueur")),
    "quote_ok": Label("ok", "✓", N_("citation exacte")),
    "modified_since": Label("warn", "!", N_("modifié depuis")),
    "quote_mismatch": Label("bad", "✗", N_("citation inexacte")),
    "not_in_force_at_date": Label("bad", "✗", N_("pas en vigueur à cette date")),
    "unknown_article": Label("bad", "✗", N_("article inconnu")),
    "not_in_corpus": Label("none", "?", N_("hors du corpus")),
}
SUPPORT = {
    "unsupported": Label("warn", "!", N_("sans appui dans les textes")),
    "contradicted": Label("bad", "✗", N_("contredit par les textes")),
}
CHANGE = {
    "added": Label("ok", "+", N_("ajouté")),
    "changed": Label("warn", "±", N_("modifié")),
    "repealed": Label("bad", "−", N_("abrogé")),
}
# Why an answer was not useful.
REASONS = {
    "wrong": N_("La réponse est fausse"),
    "incomplete": N_("Il manque quelque chose"),
    "outdated": N_("Le texte cité n'est pas le bon, ou plus à jour"),
    "off_topic": N_("Elle parle d'autre chose"),
    "unclear": N_("Je ne la comprends pas"),
    "other": N_("Autre raison"),
}
