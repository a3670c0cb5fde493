"""Note de service : objets trouvés, accueil du samedi."""

from datetime import date
from pathlib import PurePosixPath

from corpus_documents.model import Document, Metadata

SOURCE = """
Mesdames, Messieurs,

L'ouverture du samedi amène à l'hôtel de ville des objets trouvés que l'accueil ne savait pas
traiter. La présente note, applicable au 8 septembre 2025, fixe la conduite à tenir. Elle
complète l'article 52 du règlement général des services et remplace la consigne orale du
printemps.

# 1. Qui reçoit les objets

Du lundi au vendredi, les objets sont reçus par la police municipale, 4, rue du Prieuré. Le
samedi de 9 h à 12 h, ils sont reçus par l'agent d'accueil de l'hôtel de ville, qui n'a pas à
renvoyer la personne au lundi. Aucun objet n'est accepté à la mairie annexe des Garennes.

L'agent refuse les armes, munitions, produits chimiques et animaux : il ne les touche pas,
éloigne le public et appelle le poste 4417. Un colis ou un bagage sans propriétaire n'est pas un
objet trouvé ; il est traité comme un objet suspect.

# 2. Enregistrement

Le dépôt est saisi dans le registre commun, avec :

- la date, l'heure et le lieu précis de la découverte ;
- une description sommaire, sans ouvrir les téléphones ni les portefeuilles fermés par une
serrure ;
- le souhait du déposant de recevoir l'objet si personne ne le réclame ;
- le numéro du sac scellé.

L'argent est compté à deux, en présence du déposant, et placé dans une enveloppe cachetée. Toute
somme supérieure à 200 € est portée le jour même au coffre de la police municipale par une
patrouille.

# 3. Restitution

Le propriétaire décrit l'objet avant qu'on le lui montre. Pour un téléphone, il compose le code
ou donne le numéro IMEI ; pour des clés, il en présente un double ou décrit le porte-clés. Il
signe le registre et présente une pièce d'identité, sauf si c'est elle qu'il vient chercher :
l'agent compare alors la photographie.

| Objet | Où le retirer | À partir de |
| objet déposé le samedi | police municipale | lundi 14 h |
| objet trouvé dans un bus | transporteur | selon ses horaires |
| papiers d'identité | police municipale, pendant sept jours | dès l'enregistrement |

Le retrait par un tiers suppose une procuration et la copie de la pièce d'identité du
propriétaire. L'envoi par la poste se fait aux frais de ce dernier, pour les objets de moins de
deux kilogrammes.

# 4. Frais

Aucuns frais de garde ne sont perçus, à l'exception des vélos, pour lesquels 6 € sont demandés à
compter du trente et unième jour suivant l'avis adressé au propriétaire identifié par le
marquage.

# 5. Vélos et trottinettes

Le numéro de marquage est recherché le jour même dans le fichier national. Un vélo attaché n'est
pas un objet trouvé : il relève de la procédure d'enlèvement des épaves, après un avis collé sur
le cadre pendant quinze jours.

# 6. Contrôle

Le chef de la police municipale rapproche chaque premier lundi du mois le registre et les
rayonnages. Tout écart m'est signalé dans la journée.

Je compte sur votre vigilance et vous remercie de l'attention que vous porterez à ces règles.

Le directeur général des services

Ce message est destiné aux seuls agents de l'accueil et de la police municipale. Merci de ne pas
le diffuser hors des services.
"""

DOCUMENT = Document(
    Metadata(
        file=PurePosixPath("procedures/note-de-service-objets-trouves.eml"),
        id="valmercy-note-objets-trouves",
        title="Note de service : objets trouvés, accueil du samedi",
        effective=date(2025, 9, 8),
        services=("accueil", "police-municipale"),
        nature="note de service",
    ),
    SOURCE,
    curly_apostrophes=True,
)
