"""Words that decide what a sentence says, and words that say nothing of the matter. Folded."""

from __future__ import annotations

# Each of these in an answer must be in what it cites: putting, leaving or exchanging one of them
# makes another rule of the same words.
DECISIVE = frozenset(
    """
    ne n pas non ni plus
    interdit interdite interdits interdites interdiction autorise autorisee autorises autorisees
    permis permise permet permettent obligatoire obligatoires obligatoirement facultatif facultative
    facultatifs facultatives gratuit gratuite gratuits gratuites gratuitement payant payante payants
    payantes possible possibles impossible impossibles exclu exclue exclus exclues recevable
    irrecevable recevables irrecevables refuse refusee accepte acceptee accorde accordee seul seule
    seuls seules seulement uniquement exclusivement toujours jamais tous toutes tout toute chaque
    aucun aucune nul nulle minimum maximum moins avant apres premier premiere second seconde
    deuxieme troisieme quatrieme cinquieme sixieme demi moitie tiers quart double triple quinzaine
    huitaine dizaine douzaine ouvre ouvres ouvrable ouvrables franc francs calendaire calendaires
    lundi mardi mercredi jeudi vendredi samedi dimanche expres expresse tacite tacitement favorable
    defavorable oral orale orales oraux ecrit ecrite ecrits ecrites sauf hormis meme sans avec
    dispense dispensee exonere exoneree valable majeur majeure mineur mineure mineurs majeurs
    public publique prive privee immediatement provisoire definitif definitive suspend suspensif
    interrompt proroge vaut acceptation rejet doit doivent
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
    """.split()
)

# Ways to refer to the source, in any sentence.
NEUTRAL = frozenset(
    """
    article articles texte textes passage passages prevoit prevoient dispose disposent precise
    precisent indique indiquent enonce enoncent fixe fixent selon ainsi termes conformement vertu
    application donc cas notamment egalement reglement procedure cite
    """.split()
)
