"""Article numbers, lists and ranges of them, and what divides an article, in plain text.

Every function works on a `Plain` document from one position and never looks further than the
list it reads; every repetition in a pattern is bounded, so that time is linear in the text.
"""

from __future__ import annotations

import re

from rag.legal.plain import Plain
from rag.types import ArticleMark

LATIN = (
    r"(?i:bis|ter|quater|quinquies|sexies|septies|octies|nonies"
    r"|(?:un|duo|ter|quater|quin|sex|sept|octo|novo|quindec|duodec|sexdec)?decies"
    r"|(?:un|duo|ter|tres|quater|quin|sex|sept|octo|novo)?vicies|tricies)(?!\w)"
)
# A capital letter is part of a number ("96 ter A", "L. 123-1 A"), never a word of a title.
CAPITAL = (
    r" ?(?!C[PTU](?!\w))"
    r"(?!(?:DU|ET|OU|LE|LA|DE|AU|EN|UN|SI|CE|SA|SE|NE|IL|ON|UE|EU) ?(?=[A-Z]['A-Z])"
    r"|C\. ?[a-z]|C (?=civ|pen|trav)"
    r"|[A-Z] (?=l'|L'|[LRD]\.? ?[0-9]))(?!-?[IVX]{2})[A-Z]{1,2}(?![\w'.])"
)
_TAIL = rf"(?:-[0-9]{{1,4}}(?!\w)|(?:-0)? ?{LATIN}|(?:-0)?{CAPITAL}(?:-[0-9]{{1,3}}(?!\w))?){{0,5}}"
# l, I for 1 and O for 0 within a number, never where a word begins ("17ou").
_OCR = "(?:[0-9]|[lIOo|](?![a-km-np-zA-HJ-NP-Z]))"

_STAR = r"(?:\*{1,2}[. ]{0,2})?"
LETTER = r"(?P<letter>(?i:L\.?O|L\.?P|L|R|D|A))"
_GROUPS = (
    rf"(?=[lIOo|]{{0,4}}[0-9]){_OCR}{{1,5}}"
    rf"(?: ?- ?(?=[lIOo|]{{0,4}}[0-9])(?![0-9]{{1,2}} ?°){_OCR}{{1,5}}|\.[0-9]{{1,4}}){{0,5}}"
)
_SPACED = r"[0-9]{3,4} [0-9]{1,3}(?![-\w]|[.,][0-9]| [0-9])"  # "L 231 4"
# "L. 231-4" anywhere; what has no dash needs more around it, which `extract` asks for.
LETTERED = re.compile(
    rf"(?<![\w*'/-]){LETTER}[. ]{{0,2}}{_STAR}(?P<digits>(?>{_GROUPS})){_TAIL}"
    rf"(?![0-9°%€]|[-/][0-9](?![0-9]? ?°))"
)
AFTER_ARTICLE = re.compile(
    rf"(?:{LETTER}|(?P<ocr>[1Ii|](?=\. ?[0-9]{{3}} ?-)))[. ]{{0,2}}{_STAR}"
    rf"(?P<digits>{_SPACED}|(?>{_GROUPS})){_TAIL}(?![0-9°%€])"
)
_UNIT = (
    r"(?! ?(?:[°%€²]|kg\b|km\b|(?i:mois|jours?|ans|annees?|heures?|minutes?|semaines?|trimestres?"
    r"|euros?|francs?|fois|personnes?|enfants?|agents?|salaries?|habitants?|pour cents?"
    r"|exemplaires?"
    r"|pages?|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre"
    r"|decembre)(?!\w)| [0-9]{3}(?![0-9-])))"
)
BARE = re.compile(
    rf"(?:(?i:premier|premiere|1 ?er|1 ?re)|[0-9][0-9lIO]{{0,4}}(?:-[0-9][0-9lIO]{{0,3}}){{0,4}}"
    rf"(?:\.[0-9]{{1,2}}){{0,3}}(?![0-9]){_UNIT}){_TAIL}(?![\w°]|[.,/][0-9])"
)
ANNEX = re.compile(r"(?i:annexe) (?:[IVX]{1,6}|[0-9]{1,3})(?:-[0-9A-Z]{1,3})?(?!\w)")
ARTICLE = re.compile(
    r"(?<![\w-])(?:(?:art[il1|]c[l1i|]es?|aritcles?|artcil?es?|articels?|arlicles?|atricles?)"
    r"|arts?\.?)(?: ?n[°o]s?)? ?(?=[0-9ilrdao|]|premi|\.)\.? ?",
)
_SEPARATOR = re.compile(
    r" ?, ?(?:et |ou |et/ou |puis |ainsi que )?(?:les |des |aux |l'|le |du )?"
    r"| (?:et|ou|et/ou|&|ainsi que|ainsi qu'a)(?: a)? (?:les |des |aux |l'|le |du )?"
    r"| ?; ?(?:et )?| ?/ ?"
)
_RANGE = re.compile(r" (?:a|au|jusqu'a|jusqu'au) (?:l'article )?(?:l')?|(?<=[0-9]) ?-> ?")
_GLOSS = re.compile(r" \([^()\n0-9]{2,40}\)(?=,? )")  # "L. 211-2 (motivation) et L. 231-1"
_FOLLOWING = re.compile(r",? et (?:suivants?|suiv\.|ss\.?|s\.)(?!\w)|,? (?:ss|s)\.(?= |$|\))")

_ORDINAL = (
    r"(?:premi(?:er|ere)s?|seconde?s?|deuxiemes?|troisiemes?|quatriemes?|cinquiemes?|sixiemes?"
    r"|septiemes?|huitiemes?|neuviemes?|dixiemes?|onziemes?|douziemes?|derni(?:er|ere)s?"
    r"|avant-derni(?:er|ere)s?|antepenultiemes?|penultiemes?|1 ?er|1 ?re|[0-9]{1,2} ?e(?:me)?)"
)
_PART = r"(?:alineas?|phrases?|tirets?|paragraphes?|points?|items?)"
_UNIT_OF = (
    rf"(?:(?:(?:deux|trois|quatre|cinq) )?{_ORDINAL}(?:(?:, | et | ou | a )(?:l[ea]s? "
    rf"|au |aux )?{_ORDINAL}){{0,4}} {_PART}"
    r"|(?:(?<=\ble )|(?<=\bdu )|(?<=\bau ))[0-9]{1,2}(?= (?:de l'art|du [ivx0-9]))"
    rf"|{_PART} (?:n° ?)?(?:[0-9]{{1,2}}(?:er)?|premier"
    rf"|[a-z](?![a-z])|[ivx]{{1,5}}(?!\w))\)?(?:(?:, "
    rf"| et | ou | a )[0-9a-z]{{1,2}}\)?(?!\w)){{0,4}}"
    r"|al\. ?[0-9]{1,2}|§ ?[0-9]{1,2}"
    rf"|[0-9]{{1,2}} ?°(?: ?{LATIN})?(?:(?:, | et | ou | a | et au "
    rf"| et du )[0-9]{{1,2}} ?°(?: ?{LATIN})?){{0,6}}"
    rf"|(?<![\w.])[ivx]{{1,5}}(?:-?[a-z]|-[0-9])?(?: {LATIN})?(?:(?:, | et | ou "
    rf"| a )[ivx]{{1,5}}(?: {LATIN})?(?![\w'])){{0,6}}(?=[ ,])"
    r"|(?<![\w'])[a-z]\)?(?: et [a-z]\)?)?(?= (?:du|de la|de l'|des|au|de|et) ))"
)
# "3° de l'article", "deuxième phrase du premier alinéa du II de l'article", "a et b du 2° du I de".
SUBDIVISION = re.compile(
    rf"(?<![\w-]){_UNIT_OF}(?:,? (?:du|de la|de l'|des|au|de) ?{_UNIT_OF}){{0,4}}"
    r",? (?:de l'|de l' |des |du |de |d'|à l'|a l')(?=art|[lrd][. ])"
)
# "article L. 311-6, I, 1°, b", "article 12 (2°)", "article 5 alinéa 2", "6 § 1".
_AFTER_UNIT = (
    r"(?:[IVX]{1,5}(?:-[A-Z](?!\w))?(?![\w'])|[0-9]{1,2} ?°(?: ?(?:bis|ter|quater))?|[a-z]\)"
    r"|(?i:al\.|alineas?) ?(?:[0-9]{1,2}(?:er)?(?: (?:et|a) [0-9]{1,2}(?!\w))?|premier|unique)"
    r"|(?i:paragraphe|par\.|§) ?[0-9]{1,2}|(?:point|points) [a-z]\)?(?![a-z])"
    rf"|{_ORDINAL} (?:alinea|phrase|tiret)s?|(?<=°, )[b-h](?![\w')])|(?<=°, )a(?=[,;.)]| du ))"
)
_AFTER = re.compile(
    rf"(?:(?:, | |-| - | ?\(){_AFTER_UNIT}\)?)"
    rf"(?:(?:, | et | ou | a | |, et ){_AFTER_UNIT}\)?){{0,5}}\)?"
)
_DECIMAL = re.compile(r"(?:\.[0-9]{1,2}){0,2}(?:[. ]?\(?[a-z]\))|(?:\.[0-9]{1,2}){1,2}(?!\w)")
_OWNER = re.compile(
    r" (?:de l'|des |du )(?:articles?|art\.|[IVX]{1,5} |[0-9]{1,2}°|present article)"
)


def lettered(match: re.Match[str]) -> str | None:
    """How a lettered number is printed, None when it is none ("l'Oo")."""
    digits = match["digits"]
    groups = re.split(r" ?- ?|[. ]", digits)
    if not all(any("0" <= c <= "9" for c in group) for group in groups[:1]):
        return None
    if sum("0" <= c <= "9" for c in digits) * 2 < sum(map(len, groups)):
        return None
    letter = (match["letter"] or "L").upper().replace(".", "")
    star = "*" if "*" in match.group()[: match.start("digits") - match.start()] else ""
    number = "-".join(map(_digits, groups))
    return letter + star + number + _tail(match.group()[match.end("digits") - match.start() :])


def is_preposition(plain: Plain, match: re.Match[str]) -> bool:
    """ "à 1508": the letter A of a number is a capital without accent."""
    return match["letter"] in ("a", "A") and plain.source[plain.origin(match.start())] != "A"


def bare(match: re.Match[str]) -> str:
    """How a bare number is printed: "1er", "1240", "96 ter A", "28-1-1"."""
    found = re.match(r"[0-9lIO.-]+", match.group())
    if not found or re.fullmatch(r"1 ?(?i:er|re)", match.group()):
        return "1er"
    return _digits(found.group().rstrip("-")) + _tail(match.group()[found.end() :])


def article_list(plain: Plain, at: int, *, word: str) -> tuple[list[ArticleMark], int]:
    """The numbers that stand from plain offset `at` on, and where they end.

    `word`: "articles", "article" or "" for what stands before. Marks have offsets of the plain
    text. A list without the plural only goes on with lettered numbers.
    """
    first = _number(plain, at, None, after_article=bool(word))
    if first is None:
        return [], at
    marks = [first]
    end = _after(plain, first.end)
    while len(marks) < 100_000:
        following = _next(plain, end, marks[0], plural=word != "article")
        if following is None:
            break
        marks.append(following)
        end = _after(plain, following.end)
    return marks, end


def _next(plain: Plain, end: int, first: ArticleMark, *, plural: bool) -> ArticleMark | None:
    gloss = _GLOSS.match(plain.low, end)
    end = gloss.end() if gloss else end
    through = _RANGE.match(plain.low, end)
    separator = through or _SEPARATOR.match(plain.low, end)
    if separator is None:
        return None
    found = _number(plain, separator.end(), first, after_article=plural)
    if found is None or (first.printed[:1].isdigit() and not plural and not _joins(separator)):
        return None
    if through:
        return ArticleMark(found.start, found.end, found.printed, through=True)
    return found


def _joins(separator: re.Match[str]) -> bool:
    return separator.group().strip() in ("et", "ou", "a")


def _number(
    plain: Plain, at: int, first: ArticleMark | None, *, after_article: bool
) -> ArticleMark | None:
    pattern = AFTER_ARTICLE if after_article else LETTERED
    match = pattern.match(plain.words, at)
    if match and is_preposition(plain, match):
        match = None
    printed = lettered(match) if match else None
    if match and printed:
        return ArticleMark(at, match.end(), printed)
    if first is None and not after_article:
        return None
    return _bare_number(plain, at, first)


def _bare_number(plain: Plain, at: int, first: ArticleMark | None) -> ArticleMark | None:
    """ "articles L. 211-2 et 211-4": the letter of the first holds for numbers built like it."""
    match = BARE.match(plain.words, at)
    if match is None:
        return None
    printed = bare(match)
    if first is not None and first.printed[:1].isalpha():
        if not re.match(r"[0-9]+-[0-9]", printed):
            return None
        printed = re.match(r"[A-Z]+\*?", first.printed).group() + printed  # type: ignore[union-attr]
    return ArticleMark(at, match.end(), printed)


def _after(plain: Plain, end: int) -> int:
    """Past what divides the article just named, unless that belongs to the next one.

    « et suivants » is taken too.
    """
    decimal = _DECIMAL.match(plain.words, end)
    if decimal:
        end = decimal.end()
    match = _AFTER.match(plain.words, end)
    if match and not _OWNER.match(plain.words, match.end()):
        end = match.end()
    suite = _FOLLOWING.match(plain.low, end)
    return suite.end() if suite else end


def _digits(spelled: str) -> str:
    return re.sub("[lI|]", "1", re.sub("[Oo]", "0", spelled))


def _tail(spelled: str) -> str:
    """ "bis", " ter A", "-0 A" as codes print them."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|^(?=[a-zA-Z])", " ", spelled.strip() and spelled.rstrip())
    lowered = re.sub(LATIN, lambda found: found.group().lower(), words)
    return re.sub(r" +", " ", lowered)
