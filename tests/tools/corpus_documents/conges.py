"""Congés annuels et autorisations d'absence."""

from datetime import date
from pathlib import PurePosixPath

from corpus_documents.model import Document, Metadata

SOURCE = """
Note préliminaire : cette procédure remplace la note du 4 février 2019. Elle a reçu l'avis du
comité social territorial le 21 novembre 2024.

# 1. Objet et agents concernés

Elle précise, pour tous les agents de la Ville, les articles 67 à 70 du règlement général des
services. Les assistantes maternelles et les vacataires en sont exclus.

# 2. Congés annuels

## 2.1 Droits

Un agent à temps complet a droit à vingt-cinq jours ouvrés par an. L'agent arrivé ou parti en
cours d'année a droit à un nombre de jours proportionnel à la durée des services accomplis,
arrondi à la demi-journée supérieure.

Un jour supplémentaire, dit de fractionnement, est attribué lorsque l'agent a pris cinq, six ou
sept jours entre le 1er janvier et le 30 avril ou entre le 1er novembre et le 31 décembre ; deux
jours le sont à partir de huit jours. Ces jours figurent à l'article 1er du décret n° 85-1250 du
26 novembre 1985.

## 2.2 Demande

1) L'agent saisit sa demande dans le logiciel de gestion du temps au moins quinze jours avant le
départ, ou deux jours avant pour une absence d'une seule journée.
2) Le chef de service répond dans les cinq jours ouvrés ; une demande restée sans réponse est
affichée en rouge et remonte au directeur.
3) L'agent n'engage de dépense de voyage qu'après validation : aucun frais d'annulation n'est
remboursé.

Pour l'été, les vœux sont déposés avant le 15 mars et le calendrier est arrêté le 15 avril. En
cas de vœux incompatibles, la priorité va aux agents chargés de famille, puis à ceux qui n'ont
pas obtenu satisfaction l'année précédente.

## 2.3 Report et maladie

Les congés non pris sont reportés au 31 mars. L'agent qui n'a pas pu les prendre du fait d'un
congé de maladie les reporte dans la limite de quatre semaines, pendant quinze mois après l'année
au titre de laquelle ils sont dus. L'agent malade pendant ses congés transmet son arrêt dans les
quarante-huit heures ; les jours couverts lui sont recrédités.

## 2.4 Interruption par le service

Un agent ne peut être rappelé pendant ses congés que sur décision écrite du directeur général des
services. Les frais de retour justifiés lui sont remboursés et un jour de repos lui est rendu en
compensation.

# 3. Jours de réduction du temps de travail

Les douze jours de l'article 67 du règlement général des services sont crédités par trimestre, à
raison de trois jours. Toute absence pour maladie de vingt jours ouvrés, cumulés dans l'année
civile, réduit ce crédit d'un jour. Deux jours sont posés par la Ville, le lendemain de
l'Ascension et le 24 décembre ou, si ce jour est un samedi ou un dimanche, le dernier jour ouvré
qui le précède.

# 4. Autorisations spéciales d'absence

## 4.1 Événements familiaux

Les durées ci-dessous s'entendent en jours ouvrés, pris dans les quinze jours qui entourent
l'événement. Un délai de route d'un jour s'ajoute au-delà de 400 kilomètres, de deux jours
au-delà de 800.

| Événement | Durée | Justificatif |
| Mariage ou pacte civil de solidarité de l'agent | 5 jours | acte ou récépissé |
| Mariage d'un enfant | 2 jours | acte |
| Mariage d'un frère ou d'une sœur | 1 jour | acte |
| Décès du conjoint ou partenaire | 5 jours | acte de décès |
| Décès d'un parent ou beau-parent | 3 jours | acte de décès |
| Décès d'un grand-parent, d'un frère ou d'une sœur | 2 jours | acte de décès |
| Hospitalisation du conjoint ou d'un ascendant | 2 jours par an | bulletin de situation |
| Déménagement | 1 jour, une fois tous les trois ans | facture ou bail |

## 4.2 Décès d'un enfant

L'agent bénéficie de plein droit des autorisations prévues à l'article L. 622-2 du code général
de la fonction publique. La direction des ressources humaines prend contact avec lui pour
l'informer ; aucun justificatif n'est réclamé avant son retour.

## 4.3 Garde d'enfant malade

L'agent dispose chaque année de six jours pour garder un enfant de moins de seize ans, sans
limite d'âge pour un enfant handicapé. Ce nombre est doublé s'il assume seul la charge de
l'enfant ou si son conjoint n'a droit à aucune autorisation. Le certificat médical est remis dans
les trois jours.

## 4.4 Vie civique et syndicale

Les jurés d'assises et les témoins cités obtiennent une autorisation de droit pour la durée de la
session. Les sapeurs-pompiers volontaires s'absentent pour les missions urgentes dans les limites
de la convention passée avec le service d'incendie. Les candidats à un concours de la fonction
publique disposent du jour des épreuves, une fois par an, et de la veille pour une épreuve située
à plus de 150 kilomètres.

# 5. Compte épargne-temps

L'agent ouvre son compte par courriel adressé à la direction des ressources humaines. L'état des
jours épargnés lui est envoyé en février. L'agent qui quitte la Ville par mutation ou détachement
conserve ses jours, qui sont gérés par son nouvel employeur ; une convention peut prévoir une
compensation financière entre les employeurs. Un congé de plus de quinze jours ouvrés pris sur le
compte est demandé deux mois à l'avance.

# 6. Absences irrégulières

L'agent absent sans justification est mis en demeure par lettre recommandée de reprendre son
poste dans un délai de trois jours francs. La retenue sur traitement est d'un trentième par jour
d'absence, même lorsque l'absence n'a duré qu'une partie de la journée. L'abandon de poste n'est
constaté qu'après avis du service juridique.

# 7. Voies de recours

Le refus d'un congé est susceptible d'un recours gracieux dans les conditions de l'article 22 du
règlement général des services. Compte tenu des dates en cause, la direction des ressources
humaines y répond sous cinq jours ouvrés, sans préjudice du délai légal.
"""

DOCUMENT = Document(
    Metadata(
        file=PurePosixPath("procedures/conges-autorisations-absence.docx"),
        id="valmercy-conges",
        title="Congés annuels et autorisations d'absence",
        effective=date(2025, 1, 1),
    ),
    SOURCE,
)
