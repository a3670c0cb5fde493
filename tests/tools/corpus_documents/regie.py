"""Fonctionnement de la régie de recettes du guichet unique."""

from datetime import date
from pathlib import PurePosixPath

from corpus_documents.model import Document, Metadata

SOURCE = """
# Article 1 -- Objet de la régie

La régie de recettes « Guichet unique », instituée par décision du Maire en application des
articles R. 1617-1 et suivants du code général des collectivités territoriales, encaisse les
droits suivants : repas et accueils périscolaires, copies de documents administratifs, droits de
place du marché, vacations et taxes de cimetière, locations de salles.

Elle n'encaisse ni les redevances de terrasse, ni les loyers, qui font l'objet de titres émis par
la direction des finances.

# Article 2 -- Personnes

Le régisseur, le mandataire suppléant et les mandataires sont nommés par le Maire, sur avis
conforme du comptable public. Le suppléant remplace le régisseur pour une durée qui ne peut
excéder deux mois. Le cautionnement n'est plus exigé ; la responsabilité des personnes est celle
du régime unifié des gestionnaires publics.

Un agent ayant fait l'objet d'une condamnation pour détournement ou d'une procédure de
surendettement en cours n'est pas proposé à ces fonctions.

# Article 3 -- Modes d'encaissement

| Mode | Conditions | Plafond |
| Espèces | contre quittance à souche | 300 € par usager et par jour |
| Chèque | à l'ordre du Trésor public, pièce d'identité au-delà de 100 € | sans plafond |
| Carte bancaire | au guichet, dès 1 € | plafond de la carte |
| Paiement en ligne | par l'espace famille | 1 500 € |
| Chèque emploi service universel | accueil périscolaire des moins de six ans seulement | montant
de la facture |
| Prélèvement | factures mensuelles | sans objet |

Les chèques-vacances et les monnaies étrangères sont refusés. Une pièce ou un billet douteux
n'est pas accepté ; s'il a déjà été encaissé, il est remis au comptable avec un procès-verbal.

# Article 4 -- Fonds de caisse et encaisse

Le fonds de caisse est de 150 €, réparti en deux caisses. Le montant maximal de l'encaisse, tous
modes réunis, est de 4 000 €, dont 1 500 € en numéraire. Le régisseur verse au comptable au moins
une fois par semaine, le jeudi, et dès que l'un de ces montants est atteint, ainsi que le 31
décembre et à chaque changement de régisseur.

Le transport des espèces se fait à deux agents, à des heures variables, sans jamais excéder 1 500
€.

# Article 5 -- Opérations de la journée

1) À l'ouverture, le mandataire compte le fonds de caisse et signe la feuille.
2) Chaque encaissement donne lieu à une quittance ou à un ticket numéroté.
3) À la clôture, le régisseur compare le total théorique au comptage réel, hors la présence du
public.
4) Les chèques sont endossés le jour même et déposés au coffre avec le journal des encaissements.

Une annulation de ticket est signée par deux agents et porte son motif.

# Article 6 -- Écarts de caisse

Tout écart est inscrit le jour même, quel que soit son montant. L'excédent est versé au comptable
; le déficit inférieur à 20 € est régularisé par la Ville sur rapport du régisseur. Au-delà, le
directeur des finances est prévenu dans l'heure et un contrôle de caisse est fait avant toute
nouvelle opération.

# Article 7 -- Remboursements

La régie ne rembourse aucune somme en espèces. Le trop-perçu d'un montant inférieur à 8 € reste
au crédit de la famille. Au-dessus, le remboursement est fait par virement, sur mandat de la
direction des finances, dans les trente jours suivant la demande accompagnée d'un relevé
d'identité bancaire.

# Article 8 -- Contrôles

Le directeur des finances effectue deux contrôles inopinés par an, dont un pendant les congés du
régisseur. Le comptable public peut contrôler à tout moment. Le procès-verbal est remis dans les
quinze jours ; le régisseur y répond sous huit jours.

# Article 9 -- Perte, vol et incendie

Le vol est déclaré à la police nationale et au comptable le jour même. L'agent menacé remet les
fonds sans résistance. La force majeure est demandée par le régisseur dans un délai de quinze
jours, avec un rapport circonstancié.

# Article 10 -- Conservation

Les quittanciers, journaux et bordereaux sont conservés dix ans. Les carnets de tickets
inutilisés sont comptés en fin d'exercice et rendus au comptable ; leur perte est traitée comme
un déficit pour leur valeur nominale.

# Article 11 -- Indemnité

Le régisseur perçoit une part de régime indemnitaire liée au montant moyen encaissé par mois :
110 € par an jusqu'à 3 000 €, 160 € par an de 3 001 à 7 600 €, 320 € par an au-delà. Le suppléant
la perçoit au prorata des jours de remplacement.
"""

DOCUMENT = Document(
    Metadata(
        file=PurePosixPath("procedures/regie-de-recettes.odt"),
        id="valmercy-regie-recettes",
        title="Fonctionnement de la régie de recettes du guichet unique",
        effective=date(2025, 6, 1),
        services=("finances",),
    ),
    SOURCE,
)
