"""Passation des marchés à procédure adaptée."""

from datetime import date
from pathlib import PurePosixPath

from corpus_documents.model import Document, Metadata

SOURCE = """
# 1. Champ d'application

La présente procédure s'applique aux marchés de travaux, de fournitures et de services d'un
montant estimé compris entre 40 000 € hors taxes et les seuils des procédures formalisées, passés
selon une procédure adaptée au sens de l'article L. 2123-1 du code de la commande publique. Les
achats d'un montant inférieur suivent l'article 64 du règlement général des services.

# 2. Préparation

## 2.1 Fiche de lancement

Le service acheteur remet au service des marchés, huit semaines avant la date souhaitée de
publication, la fiche ML-1 complétée : besoin, estimation, imputation budgétaire, durée, clauses
sociales et environnementales, personnes participant à l'analyse. Chacune de ces personnes signe
la déclaration de l'article 66 du règlement général des services.

## 2.2 Sourçage

Les échanges préalables avec les fournisseurs sont permis. Ils ont lieu à deux agents au moins et
font l'objet d'un relevé. Les informations remises à un fournisseur sont données à tous dans le
dossier de consultation, ainsi que l'exigent les articles R. 2111-1 et R. 2111-2 du code de la
commande publique.

## 2.3 Allotissement

Le marché est alloti. La décision de ne pas allotir est motivée dans la fiche de lancement ; elle
est signée du directeur général des services. L'attribution de plus de trois lots à un même
candidat peut être limitée par le règlement de la consultation.

# 3. Publicité et délais

Le support et le délai de remise des offres sont choisis dans le tableau suivant, sauf urgence
dûment justifiée.

| Montant hors taxes | Publicité | Délai minimal de remise |
| de 40 000 à moins de 90 000 € | profil d'acheteur et site de la Ville | 15 jours |
| de 90 000 € aux seuils européens, fournitures et services | BOAMP ou journal d'annonces
légales, et profil d'acheteur | 22 jours |
| travaux de 90 000 à 500 000 € | BOAMP ou journal d'annonces légales, et profil d'acheteur | 22
jours |
| travaux de plus de 500 000 € | BOAMP, et presse spécialisée | 30 jours |

Le délai court du lendemain de l'envoi de l'avis. Une modification importante du dossier, publiée
moins de six jours avant la date limite, entraîne une prolongation d'au moins sept jours.

Les questions des candidats sont reçues par le profil d'acheteur jusqu'au dixième jour avant la
date limite ; la réponse, anonyme, est adressée à tous ceux qui ont retiré le dossier.

# 4. Réception des offres

Les offres arrivées hors délai sont éliminées sans être ouvertes, quelle que soit la cause du
retard, sauf défaillance du profil d'acheteur attestée par son éditeur. La règle du cachet de la
poste ne joue pas pour les marchés : le 1° du second alinéa de l'article L. 112-1 du code des
relations entre le public et l'administration l'exclut.

Les plis sont ouverts par deux agents du service des marchés, à huis clos. La copie de sauvegarde
n'est ouverte que si le fichier principal est illisible ou contient un virus.

# 5. Analyse

## 5.1 Candidatures

Les pièces manquantes sont réclamées une seule fois, dans un délai identique pour tous, de quatre
jours ouvrés. Les documents que la Ville peut se procurer par l'application des données
d'entreprises ne sont pas demandés.

## 5.2 Critères

Le prix ne pèse pas plus de 50 % de la note, sauf pour les fournitures courantes. Un critère
environnemental d'au moins 10 % figure dans tous les marchés. La méthode de notation est arrêtée
avant l'ouverture des plis.

## 5.3 Négociation

La négociation n'est possible que si le règlement de la consultation l'a prévue. Elle est menée
par écrit, ou lors d'une audition d'égale durée, avec les trois candidats les mieux classés. La
Ville peut attribuer sans négocier si elle s'en est réservé la faculté.

## 5.4 Offres anormalement basses

Une offre inférieure de plus de 25 % à la moyenne des autres offres, ou à l'estimation s'il n'y a
que deux candidats, déclenche une demande d'explications. Le candidat répond sous sept jours. Le
rejet est motivé par les éléments du prix restés injustifiés.

# 6. Attribution

## 6.1 Compétence

| Montant hors taxes | Attributaire de la décision | Avis préalable |
| moins de 90 000 € | Maire | directeur général des services |
| de 90 000 € à 215 000 € | Maire | commission interne des achats |
| au-delà de 215 000 € | Maire, par délégation du conseil municipal | commission interne des
achats, deux élus présents |

La commission interne des achats ne siège valablement que si trois de ses cinq membres sont
présents ; elle est reconvoquée à trois jours sans condition de quorum.

## 6.2 Information des candidats

Le rejet est notifié à chaque candidat écarté dès la décision, avec le nom de l'attributaire et
les motifs du choix. La Ville s'impose d'attendre onze jours avant de signer au-delà de 90 000 €,
bien que ce délai ne soit pas exigé en procédure adaptée.

Le candidat qui en fait la demande reçoit les motifs détaillés dans les quinze jours,
conformément au code de la commande publique. Les offres des concurrents ne lui sont pas
transmises ; le prix global de l'attributaire est communicable.

## 6.3 Signature et suite

Les marchés d'un montant égal ou supérieur au seuil fixé par le code général des collectivités
territoriales sont transmis au contrôle de légalité avant notification. Les données essentielles
sont publiées dans les deux mois de la notification.

# 7. Exécution

Toute modification en cours d'exécution supérieure à 5 % du montant initial est présentée à la
commission interne des achats. Le service acheteur établit une fiche de fin de marché dans le
mois suivant la réception ; une note inférieure à 8 sur 20 oblige à un entretien avec le
titulaire avant toute nouvelle commande.

# 8. Déclaration sans suite

La déclaration sans suite est signée du Maire et précise le motif d'intérêt général. Elle est
notifiée à tous les candidats ; une relance de la consultation à l'identique ne peut intervenir
avant dix jours.
"""

DOCUMENT = Document(
    Metadata(
        file=PurePosixPath("procedures/marches-procedure-adaptee.docx"),
        id="valmercy-mapa",
        title="Passation des marchés à procédure adaptée",
        effective=date(2025, 4, 1),
        services=("marches", "juridique", "finances"),
    ),
    SOURCE,
    curly_apostrophes=True,
)
