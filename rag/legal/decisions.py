"""Decisions of courts and authorities: Conseil d'État, Cour de cassation, Conseil constitutionnel…

Patterns run on plain words (case kept, accents folded).
"""

from __future__ import annotations

import re

from rag.legal.plain import Plain

_DAY = (
    r"(?:(?:1 ?er|[0-3]?[0-9]) (?i:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov"
    r"|dec)[a-z]*\.?"
    r" (?:18|19|20)[0-9]{2}|[0-3]?[0-9][/.][01]?[0-9][/.](?:18|19|20)[0-9]{2})"
)
_NO = r"(?:(?:(?:n[°o]s?|req\.|requete|no|aff\.) ?)+(?:n[°o]s? ?)?)"
_PARTY = (
    r"(?:, (?:MM?\. |Mmes? |Mlle |Ste )?[A-Z][^,;.()\n«»]{2,70}"
    r"(?:\. ?[A-Z][^,;.()\n«»]{0,60}){0,3})?"
)
_COUNCIL = re.compile(
    r"(?<![\w-])(?:CE|Conseil d'Etat|C\.E\.)(?: |, )"
    r"(?:\(?(?:Ass\.|Ass|ass\.|Assemblee|Sect\.|Section|sect\.|avis|ord\.|ref\.|"
    r"(?:[0-9]{1,2}(?:e|eme|re)?[/-])*[0-9]{1,2}(?:e|eme|re)?"
    r"(?: et [0-9]{1,2}(?:e|eme))? (?:CHR|ch\.(?: reunies)?|chambres? reunies|chambre"
    r"|SSR|ssr|sous-sections? reunies))\)?,? ?){0,2}"
    rf"(?:du |le |decision du |arret du )?{_DAY}(?:{_PARTY})?(?:,? \(?{_NO}[0-9]{{4,6}}"
    rf"(?:(?:, | et )[0-9]{{4,6}}){{0,3}}\)?)?"
)
_COUNCIL_NUMBER = re.compile(
    rf"(?<![\w-])(?:CE|Conseil d'Etat),? (?:decision )?{_NO}[0-9]{{5,6}}(?![0-9])(?: du {_DAY})?"
)
_CASSATION = re.compile(
    r"(?<![\w-])(?:Cass\.|Cour de cassation|Civ\.|Crim\.|Soc\.|Com\.)(?:,? "
    r"(?:ass\. plen\.|ch\. mixte"
    r"|(?:1|2|3)(?:re|e|eme|ere) ?(?:civ\.|ch\. civ\.|chambre civile)|civ\. ?[123](?:re"
    r"|e|eme)?|soc\.|crim\.|com\.|chambre (?:sociale|criminelle|commerciale|mixte)"
    rf"|assemblee pleniere|QPC|avis)){{0,3}}(?: [123](?:re|e))?,? (?:du |le )?{_DAY}"
    rf"(?:,? (?:pourvoi )?\(?{_NO}[0-9]{{2}}-[0-9]{{2}}[. ]?[0-9]{{3}}\)?)?"
)
_CONSTITUTIONAL = re.compile(
    r"(?<![\w-])(?:(?:Cons\. const\.|Conseil constitutionnel|CC),? (?:dans sa )?)?"
    rf"(?:(?:(?:decision|dec\.) )?(?:du {_DAY},? )?"
    rf"(?:{_DAY},? )?{_NO}[0-9]{{2,4}}-[0-9]{{1,4}}(?:/[0-9]{{1,4}})* ?(?:QPC|DC|L|LP|FNR)(?!\w)"
    rf"(?: (?:du|rendue le) {_DAY}|,? {_DAY})?)"
)
_JUDGES = re.compile(
    r"(?<![\w-])(?:CAA|TA|cour administrative d'appel|tribunal administratif|CA|TJ)(?: "
    r"(?:de |d'))? ?[A-Z][\w'-]{2,20}"
    rf"(?:, [a-z0-9. ]{{2,12}})?,? (?:du |le )?{_DAY}(?:{_PARTY})?"
    rf"(?:,? {_NO}[0-9]{{2}}[A-Z]{{0,2}}[0-9]{{4,6}})?"
)
_EUROPEAN = re.compile(
    rf"(?<![\w-])(?:CJUE|CJCE|CEDH|Cour EDH)(?:, (?:gde ch\.|GC|grande chambre|plen\."
    rf"|ord\.))?,? (?:du )?{_DAY}"
    rf"(?:{_PARTY})?(?:,? (?:{_NO})?(?:C-[0-9]{{1,4}}/[0-9]{{2}}"
    rf"|[0-9]{{3,5}}/[0-9]{{2}})(?: [Pp]\.?)?)?"
)
_CADA = re.compile(
    rf"(?<![\w-])(?:CADA,? )?(?:avis|conseil) (?:de la CADA |CADA )?(?:{_NO})[0-9]{{8}}"
    rf"(?: du {_DAY})?|(?<![\w-])CADA,? {_DAY},? (?:avis )?{_NO}[0-9]{{8}}"
)
_ECLI = re.compile(
    r"(?<![\w])ECLI ?: ?[A-Z]{2} ?: ?[A-Z0-9]{2,7} ?: ?[0-9]{4} ?: ?[A-Z0-9.]{3,25}[A-Z0-9]"
)
DECISIONS = (
    _COUNCIL,
    _COUNCIL_NUMBER,
    _CASSATION,
    _CONSTITUTIONAL,
    _JUDGES,
    _EUROPEAN,
    _CADA,
    _ECLI,
)


def decision_name(match: re.Match[str], plain: Plain) -> str:
    """The decision as cited, on one line."""
    return " ".join(plain.source[slice(*plain.span(match.start(), match.end()))].split())
