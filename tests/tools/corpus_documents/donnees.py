"""Données personnelles : demandes d'accès et violations."""

from datetime import date
from pathlib import PurePosixPath

from corpus_documents.model import Document, Metadata

SOURCE = """
# Article 1 -- Objet

La présente procédure organise la réponse aux demandes d'exercice des droits et la gestion des
violations de données à caractère personnel, en application du règlement (UE) 2016/679 du 27
avril 2016, de la loi n° 78-17 du 6 janvier 1978 et des articles 30 à 32 du règlement général des
services. Elle ne remplace pas la procédure de communication des documents administratifs, qui
répond à un autre droit.

# Article 2 -- Rôles

| Acteur | Missions |
| Délégué à la protection des données | qualifie la demande, tient le registre des demandes et
celui des violations, signe les réponses d'attente |
| Correspondant de service | recherche les données dans les applications et les dossiers papier |
| Responsable de la sécurité informatique | contient l'incident, conserve les journaux
techniques |
| Direction des affaires juridiques | relit les refus et les notifications |
| Maire, responsable du traitement | signe les refus et les communications aux personnes |

# Article 3 -- Demande de droit d'accès

## 3.1 Réception

La demande peut être présentée par tout moyen, y compris de vive voix au guichet, et n'a pas à
citer le règlement européen. Tout agent qui la reçoit la transmet le jour même au délégué. Le
délai d'un mois court du jour de réception par n'importe quel service de la Ville, et non du jour
où le délégué en prend connaissance.

## 3.2 Vérification de l'identité

L'identité est tenue pour établie lorsque la demande vient d'un compte usager ou d'une adresse
électronique déjà connue du service, ou lorsque l'agent connaît personnellement le demandeur. En
cas de doute raisonnable, des renseignements complémentaires sont demandés dans les cinq jours
ouvrés ; le délai est alors suspendu jusqu'à leur réception.

Le mandataire produit un mandat écrit et la copie de sa propre pièce d'identité. L'avocat est cru
sur sa qualité.

## 3.3 Recherche

Le correspondant interroge toutes les applications inscrites au registre des traitements et les
messageries, sur la période indiquée par le demandeur ou, à défaut, sur les cinq dernières
années. Il rend compte sous douze jours ouvrés, même lorsque la recherche est négative.

## 3.4 Contenu de la réponse

La réponse contient la copie des données et les informations énumérées à l'article 15 du
règlement européen : finalités, catégories, destinataires, durée de conservation, source,
existence d'une décision automatisée. Les passages qui révèlent des données relatives à d'autres
personnes sont masqués, sauf si elles en sont informées et y consentent. Les notes personnelles
d'un agent, lorsqu'elles sont versées au dossier, sont communiquées.

La première copie est gratuite. Une copie supplémentaire est facturée au tarif de l'article 28 du
règlement général des services. L'envoi se fait par l'espace d'échange sécurisé ou par lettre
recommandée, jamais en pièce jointe non chiffrée.

## 3.5 Prolongation et refus

La prolongation de deux mois est décidée par le délégué, avant la fin du premier mois, et motivée
par la complexité ou le nombre des demandes. Le refus opposé à une demande manifestement infondée
ou excessive est signé du Maire ; il indique la possibilité de saisir la Commission nationale de
l'informatique et des libertés et le tribunal administratif.

# Article 4 -- Autres droits

La rectification est faite dans les huit jours ouvrés lorsqu'elle repose sur un justificatif.
L'effacement est refusé pour les données que la loi oblige à conserver, notamment l'état civil,
la comptabilité et les archives publiques. L'opposition à un traitement fondé sur l'intérêt
public est examinée au regard de la situation particulière du demandeur, qui l'expose sans avoir
à en apporter la preuve.

Le droit à la portabilité ne s'exerce pas à l'égard des traitements nécessaires à une mission de
service public.

# Article 5 -- Violation de données

## 5.1 Alerte

L'alerte prévue à l'article 31-1 du règlement général des services est donnée par téléphone, puis
confirmée par la fiche V-1. Elle est due même en cas de doute, pour un simple courriel envoyé au
mauvais destinataire comme pour une clé de stockage égarée. L'agent qui signale sa propre erreur
sans retard n'est pas sanctionné pour cette erreur.

## 5.2 Premières mesures

Dans l'heure, le responsable de la sécurité informatique coupe les accès compromis et fait une
copie des journaux. Il n'éteint pas les machines sans instruction, afin de conserver les traces
en mémoire. Le rappel d'un message envoyé par erreur est demandé au destinataire, qui atteste par
écrit de sa suppression.

## 5.3 Évaluation du risque

| Niveau | Exemples | Suite |
| Sans risque | données déjà publiques, support chiffré égaré | inscription au registre interne |
| Risque | liste d'élèves avec adresses, fichier d'inscrits | notification à la CNIL sous 72
heures |
| Risque élevé | données sociales, de santé, bancaires, mots de passe en clair | notification et
information des personnes |

Le délégué propose le niveau ; en cas de désaccord avec la direction concernée, le niveau le plus
élevé est retenu.

## 5.4 Notification et information

La notification est faite en deux temps lorsque tout n'est pas connu : une notification initiale
dans les soixante-douze heures, puis un complément dès que possible. Le dépassement du délai est
justifié dans la notification même. L'information des personnes est rédigée en termes simples ;
elle décrit la nature de la violation, ses conséquences probables et les précautions à prendre,
et donne un numéro d'appel ouvert pendant dix jours au moins.

Lorsque l'incident vient d'un prestataire, celui-ci avertit la Ville dans les vingt-quatre heures
; la clause figure dans tous les marchés comportant un traitement de données.

## 5.5 Retour d'expérience

Une réunion se tient dans les trente jours suivant la clôture. Elle arrête des mesures datées,
dont le délégué vérifie l'exécution à six mois. Un exercice est organisé chaque année au mois
d'octobre.

# Article 6 -- Registres et conservation

Le registre des demandes est conservé cinq ans après la réponse et celui des violations sans
limitation, sous forme anonyme au-delà de dix ans. Les pièces d'identité reçues ne sont versées à
aucun dossier.
"""

DOCUMENT = Document(
    Metadata(
        file=PurePosixPath("procedures/donnees-personnelles-droits-et-violations.pdf"),
        id="valmercy-donnees-personnelles",
        title="Données personnelles : demandes d'accès et violations",
        effective=date(2025, 3, 1),
        services=("juridique",),
    ),
    SOURCE,
)
