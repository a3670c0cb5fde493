"""Attribution et contrôle des subventions aux associations."""

from datetime import date
from pathlib import PurePosixPath

from corpus_documents.model import Document, Metadata

SOURCE = """
# 1. Principes

La subvention est une contribution facultative, au sens de l'article 9-1 de la loi n° 2000-321 du
12 avril 2000. Elle n'est ni le prix d'une prestation, ni un droit acquis d'une année sur
l'autre. La présente procédure complète les articles 60 à 62 du règlement général des services.

# 2. Associations éligibles

## 2.1 Conditions

L'association est déclarée, a son siège ou une activité régulière à Valmercy et compte au moins
quinze adhérents. Elle fonctionne démocratiquement : une assemblée générale s'est tenue dans les
dix-huit mois qui précèdent la demande.

Ne sont pas éligibles les associations cultuelles pour l'exercice du culte, les partis
politiques, et les associations dont les fonds propres dépassent deux années de dépenses
courantes.

## 2.2 Formes d'aide

| Forme | Plafond | Dépôt |
| Fonctionnement | 40 % du budget réalisé | 1er septembre au 31 octobre |
| Projet | 50 % du coût, 8 000 € au plus | deux fois par an : 31 octobre et 31 mars |
| Équipement | 30 % du devis, 5 000 € tous les trois ans | 31 mars |
| Démarrage | 500 € | toute l'année |
| Urgence après sinistre | 3 000 € | trente jours après le sinistre |

# 3. Dossier

## 3.1 Pièces

- le formulaire unique et le numéro au répertoire national des associations ;
- les statuts et la composition du bureau, s'ils ont changé ;
- les comptes approuvés du dernier exercice et le budget prévisionnel ;
- le relevé d'identité bancaire au nom de l'association, de moins de trois mois ;
- le contrat d'engagement républicain signé ;
- pour un projet, la fiche d'objectifs et d'indicateurs.

Une association qui perçoit 153 000 € ou plus de subventions publiques par an joint ses comptes
certifiés par un commissaire aux comptes.

## 3.2 Dossier incomplet ou tardif

Le service vie associative demande les pièces manquantes dans les dix jours ouvrés. L'association
dispose d'un mois, selon l'article 15 du règlement général des services. Un dossier déposé hors
délai n'est examiné que s'il reste des crédits après le vote du budget, sur décision de l'adjoint
délégué.

# 4. Instruction et vote

## 4.1 Grille d'examen

Chaque dossier est noté par deux agents sur 20 points : intérêt local (6), nombre de
bénéficiaires et tarifs pratiqués (5), solidité financière (4), actions envers les jeunes et les
personnes isolées (3), démarche environnementale (2). Un écart de plus de quatre points entre les
deux notes donne lieu à une troisième lecture.

## 4.2 Calendrier

1) Novembre : contrôle des dossiers et rencontre des associations qui demandent plus de 5 000 €.
2) Décembre et janvier : commission de la vie associative.
3) Février : débat budgétaire, puis vote du conseil municipal en mars.
4) Avril : notification et signature des conventions.

Le silence gardé pendant deux mois sur une demande de subvention vaut rejet, la demande ayant un
caractère financier au sens du 3° de l'article L. 231-4 du code des relations entre le public et
l'administration. Le vote du budget peut donc intervenir après la naissance d'un rejet implicite
; la lettre d'accusé de réception le précise.

# 5. Versement

La subvention de fonctionnement inférieure à 2 000 € est versée en une fois, en mai. Au-dessus,
60 % sont versés en mai et le solde en novembre. La subvention de projet est versée pour moitié à
la notification et pour moitié au vu du bilan, remis dans les trois mois de la fin de l'action.

Un acompte de 25 % de la subvention de l'année précédente peut être versé en janvier à
l'association qui emploie au moins un salarié.

# 6. Obligations de l'association

L'association cite la Ville sur ses supports et accepte la visite d'un agent. Elle informe la
Ville sous quinze jours de tout changement de président, de trésorier ou de siège. Elle ne
reverse pas la subvention à une autre association, sauf mention expresse dans la convention.

# 7. Contrôle et retrait

Le contrôle porte chaque année sur 10 % des bénéficiaires, tirés au sort, et sur tous ceux qui
reçoivent plus de 23 000 €. L'association produit ses pièces comptables sous vingt et un jours.

Le retrait et le reversement sont décidés selon l'article 62 du règlement général des services et
l'article L. 242-2 du code des relations entre le public et l'administration. Le manquement au
contrat d'engagement républicain est constaté par le Maire après que l'association a été mise en
mesure de présenter ses observations ; la part reversée est celle qui correspond à la période
postérieure au manquement.

# 8. Aides en nature

La valeur des locaux, du matériel et du personnel mis à disposition est notifiée chaque année à
l'association, qui l'inscrit dans ses comptes. Le prêt de minibus est limité à six week-ends par
an et le conducteur, âgé de plus de vingt-trois ans, est titulaire du permis depuis trois ans.
"""

DOCUMENT = Document(
    Metadata(
        file=PurePosixPath("procedures/subventions-associations.odt"),
        id="valmercy-subventions",
        title="Attribution et contrôle des subventions aux associations",
        effective=date(2025, 1, 1),
    ),
    SOURCE,
    curly_apostrophes=True,
)
