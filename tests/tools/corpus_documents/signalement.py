"""Signalement interne et déontologie."""

from datetime import date
from pathlib import PurePosixPath

from corpus_documents.model import Document, Metadata

SOURCE = """
La présente procédure est prise pour l'application du I de l'article 8 de la loi n° 2016-1691 du
9 décembre 2016 et du décret n° 2022-1284 du 3 octobre 2022. Elle précise les articles 73 à 76 du
règlement général des services et a été soumise au comité social territorial le 3 avril 2025.

# Article 1 -- Qui peut signaler

Peuvent adresser un signalement les agents en fonctions, quel que soit leur statut, les anciens
agents pour des faits connus pendant leur service, les candidats à un emploi, les élus, les
stagiaires, les bénévoles, ainsi que les personnels des entreprises titulaires d'un marché de la
Ville. L'usager qui se plaint d'un service relève, lui, de l'article 12 du règlement général des
services.

# Article 2 -- Ce qui peut être signalé

Le signalement porte sur un crime, un délit, une menace ou un préjudice pour l'intérêt général,
une violation ou une tentative de dissimulation d'une violation de la loi, du règlement ou du
droit de l'Union européenne. L'auteur agit sans contrepartie financière directe et de bonne foi.
Lorsqu'il n'a pas obtenu l'information dans le cadre de ses fonctions, il doit en avoir eu
personnellement connaissance.

Sont exclus les faits couverts par le secret médical, par le secret des délibérations
judiciaires, par le secret de l'enquête ou de l'instruction et par le secret professionnel de
l'avocat. Un désaccord avec un choix de gestion, une affectation ou une évaluation ne constitue
pas un signalement : il relève des recours ordinaires.

# Article 3 -- À qui s'adresser

Le canal interne est confié au référent alerte, placé auprès du centre de gestion et extérieur à
la hiérarchie municipale. Le signalement lui est remis :

- par la plateforme chiffrée accessible depuis un poste personnel, à toute heure ;
- par courrier sous double enveloppe, l'enveloppe intérieure portant la mention « alerte, à
n'ouvrir que par le référent » ;
- de vive voix, par téléphone ou lors d'un entretien organisé dans les vingt jours ouvrés de la
demande, dont le procès-verbal est relu et signé par l'auteur.

Le supérieur hiérarchique qui reçoit un signalement le transmet au référent dans la journée, sans
l'enquêter et sans en conserver de copie. L'auteur peut aussi, sans passer par le canal interne,
saisir directement l'autorité externe compétente ou le Défenseur des droits.

# Article 4 -- Signalement anonyme

Le signalement anonyme est recevable s'il contient des éléments assez précis pour être vérifiés.
Le référent échange avec son auteur par la messagerie de la plateforme. Le dossier est clos si
l'auteur ne répond pas aux questions du référent pendant quarante-cinq jours.

# Article 5 -- Accusé de réception et recevabilité

Le référent accuse réception dans les sept jours ouvrés. Il se prononce sur la recevabilité dans
les quinze jours ouvrés qui suivent et motive le refus. L'irrecevabilité n'empêche pas de
transmettre les faits, avec l'accord de l'auteur, au service compétent.

# Article 6 -- Traitement

## 6.1 Vérifications

Le référent peut entendre toute personne et obtenir tout document, y compris les courriels
professionnels identifiés comme utiles. La personne mise en cause est informée du signalement au
plus tard un mois après sa réception, sauf lorsque cette information risquerait de faire
disparaître des preuves. Elle peut être assistée du conseil de son choix.

Un agent dont l'impartialité peut être mise en doute, notamment parce qu'il a travaillé dans la
même équipe que l'une des personnes intéressées au cours des trois dernières années, ne participe
pas aux vérifications.

## 6.2 Retour à l'auteur

Dans un délai raisonnable n'excédant pas trois mois à compter de l'accusé de réception, le
référent informe l'auteur, par écrit, des mesures envisagées ou prises et de leurs motifs.
Lorsque les faits sont établis, le Maire décide des suites : rappel à la règle, mesure
d'organisation, procédure disciplinaire, ou avis au procureur de la République en application du
second alinéa de l'article 40 du code de procédure pénale.

## 6.3 Clôture

La clôture est notifiée à l'auteur et à la personne mise en cause. Les éléments d'un signalement
déclaré irrecevable sont détruits ou rendus anonymes dans un délai de deux mois ; les autres le
sont dans l'année qui suit la clôture, ou à la fin de la procédure disciplinaire ou judiciaire
engagée.

# Article 7 -- Confidentialité

L'identité de l'auteur, des personnes mises en cause et des tiers mentionnés est confidentielle.
Elle n'est divulguée qu'avec l'accord de l'auteur, sauf à l'autorité judiciaire. Le manquement à
cette obligation est puni par l'article 9 de la loi du 9 décembre 2016 et constitue une faute
disciplinaire. Les dossiers sont tenus hors de l'arborescence informatique de la Ville.

# Article 8 -- Protection

Aucune mesure de représailles, même sous la forme d'une menace, d'un refus de formation ou d'un
changement d'horaires, ne peut viser l'auteur, les collègues qui l'ont aidé et ses proches
travaillant à la Ville. L'agent qui s'en estime victime peut en saisir le directeur général des
services, qui décide de mesures provisoires dans les cinq jours ouvrés ; il peut également saisir
le juge des référés.

L'auteur de bonne foi qui s'est trompé conserve la protection. Le signalement sciemment mensonger
expose à des poursuites disciplinaires.

# Article 9 -- Harcèlement, violences et discriminations

La cellule d'écoute instituée pour l'application de l'article L. 135-6 du code général de la
fonction publique reçoit les agents victimes ou témoins. Elle les rappelle sous quarante-huit
heures ouvrées, propose un accompagnement médical et psychologique, et peut demander un
éloignement immédiat de la personne mise en cause. L'agent choisit librement entre la cellule et
le référent alerte ; un premier choix ne ferme pas l'autre voie.

# Article 10 -- Déontologie

## 10.1 Conflit d'intérêts

L'agent qui se trouve dans une situation de conflit d'intérêts, au sens de l'article L. 121-5 du
code général de la fonction publique, en informe son supérieur par le formulaire DE-2 dans les
trois jours. Le supérieur confie le dossier à une autre personne et classe le formulaire dans le
registre des déports, que le référent déontologue consulte chaque semestre.

## 10.2 Registre des cadeaux

Le registre de l'article 73 du règlement général des services est tenu par chaque secrétariat de
direction. Les invitations à un spectacle ou à une manifestation sportive sont refusées, sauf
représentation officielle de la Ville autorisée par le directeur général des services.

## 10.3 Départ vers le secteur privé

L'agent qui souhaite rejoindre une entreprise dans les trois ans qui suivent la cessation de ses
fonctions en informe la Ville trois mois avant le début de l'activité. L'avis du référent
déontologue est demandé en cas de doute sérieux.

# Article 11 -- Information et bilan

La procédure est remise à chaque agent, affichée dans les locaux et jointe aux marchés. Le
référent remet au comité social territorial, avant le 31 mars, un bilan anonyme indiquant le
nombre de signalements, leur objet, leur délai de traitement et les suites données.
"""

DOCUMENT = Document(
    Metadata(
        file=PurePosixPath("procedures/signalement-interne-deontologie.pdf"),
        id="valmercy-signalement",
        title="Signalement interne et déontologie",
        effective=date(2025, 5, 1),
    ),
    SOURCE,
    curly_apostrophes=True,
)
