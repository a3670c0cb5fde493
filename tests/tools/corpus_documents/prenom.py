"""Instruction des demandes de changement de prénom."""

from datetime import date
from pathlib import PurePosixPath

from corpus_documents.model import Document, Metadata

SOURCE = """
# Article 1 -- Compétence

La demande de changement de prénom prévue à l'article 60 du code civil est reçue à l'hôtel de
ville, bureau 112, sur rendez-vous de trente minutes. Valmercy est compétente si le demandeur y
réside ou si l'acte de naissance y a été dressé. Le demandeur né à l'étranger de nationalité
étrangère présente sa demande à la mairie de sa résidence.

La demande n'est reçue ni à la mairie annexe des Garennes, ni par courrier ; elle est remise en
personne, ainsi que le rappelle l'article 38 du règlement général des services.

# Article 2 -- Pièces à fournir

Le dossier comprend :

- le formulaire de demande signé, ainsi que l'original d'une pièce d'identité ;
- une copie intégrale de l'acte de naissance de moins de trois mois, ou une vérification par voie
dématérialisée si la commune de naissance y est raccordée ;
- un justificatif de domicile de moins de trois mois, sauf si la compétence tient au lieu de
naissance ;
- les actes à mettre à jour : mariage, pacte civil de solidarité, naissance des enfants ;
- toute pièce établissant l'intérêt légitime.

L'agent ne refuse jamais de recevoir un dossier au motif que les preuves sont peu nombreuses : il
note les pièces manquantes sur le récépissé et applique l'article 15 du règlement général des
services.

# Article 3 -- Intérêt légitime

L'intérêt légitime s'apprécie au vu de l'ensemble du dossier. Sont notamment utiles les pièces
suivantes :

| Situation invoquée | Pièces habituellement produites |
| Usage prolongé d'un autre prénom | attestations de proches, bulletins scolaires, courriers
professionnels |
| Prénom ridicule ou péjoratif | récit, attestation d'un professionnel de santé ou d'un
enseignant |
| Intégration ou francisation | décret de naturalisation, projet personnel |
| Changement de la mention du sexe | jugement, ou récit ; aucun certificat médical n'est exigé |
| Conviction religieuse ou origine familiale | attestation, documents de famille |

Une simple préférence, l'effet de mode ou le souhait d'échapper à des créanciers ne suffisent
pas.

# Article 4 -- Mineurs et majeurs protégés

La demande concernant un mineur est présentée par ses représentants légaux, ensemble s'ils
exercent en commun l'autorité parentale. En cas de désaccord, le dossier n'est pas reçu et les
parents sont orientés vers le juge aux affaires familiales. Le consentement personnel de l'enfant
de plus de treize ans est recueilli par écrit, hors la présence de ses parents.

Le majeur sous tutelle est représenté par son tuteur ; le majeur sous curatelle agit seul.

# Article 5 -- Examen

1) Le jour du rendez-vous, l'agent vérifie la compétence, l'identité et les pièces, puis remet le
récépissé.
2) Dans les dix jours ouvrés, un second agent relit le dossier et propose une suite à l'officier
de l'état civil.
3) L'officier de l'état civil décide dans les six semaines du dépôt d'un dossier complet.

Si l'intérêt paraît légitime, la décision est consignée sur le registre des naissances de l'année
en cours. Dans le cas contraire, l'officier de l'état civil saisit sans délai le procureur de la
République et en informe le demandeur ; il ne rend pas lui-même de décision de refus. Si le
procureur s'oppose, seul le juge aux affaires familiales peut être saisi.

# Article 6 -- Suites de la décision

L'avis de mention est adressé dans les trois jours ouvrés aux officiers d'état civil détenteurs
de l'acte de naissance et des autres actes à mettre à jour. Le demandeur reçoit trois copies de
la décision et la liste des organismes à prévenir. Les titres d'identité sont à renouveler ; la
redevance n'est pas perçue par la Ville.

La décision n'a pas d'effet rétroactif sur les diplômes et contrats antérieurs, que leurs
émetteurs rectifient s'ils l'estiment utile.

# Article 7 -- Confidentialité et conservation

Les dossiers sont tenus sous clef. Aucun renseignement n'est donné par téléphone, même à un
parent du demandeur majeur. Les dossiers de décision favorable sont conservés soixante-quinze ans
; le dossier d'une demande abandonnée est restitué ou détruit après un an.

# Article 8 -- Demandes répétées

Une nouvelle demande présentée après une première décision favorable est recevable. L'agent y
joint la copie du premier dossier et la transmet à l'officier de l'état civil avec une note
signalant, s'il y a lieu, un risque d'instabilité de l'état de la personne.
"""

DOCUMENT = Document(
    Metadata(
        file=PurePosixPath("procedures/changement-de-prenom.docx"),
        id="valmercy-changement-prenom",
        title="Instruction des demandes de changement de prénom",
        effective=date(2025, 1, 15),
        services=("etat-civil",),
    ),
    SOURCE,
)
