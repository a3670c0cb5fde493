"""Tableau des durées de conservation des dossiers."""

from datetime import date
from pathlib import PurePosixPath

from corpus_documents.model import Metadata, read_table
from corpus_documents.write_xlsx import Sheet

METADATA = Metadata(
    file=PurePosixPath("procedures/durees-de-conservation.xlsx"),
    id="valmercy-durees-conservation",
    title="Durées de conservation des dossiers et éliminations",
    effective=date(2025, 1, 1),
)

PERIODS = """
| Réf. | Série de documents | Service producteur | Durée d'utilité administrative | Point de
départ | Sort final | Fondement ou observations |
| AC-01 | Registres de l'état civil | État civil | 75 ans | clôture du registre | conservation
intégrale | versement aux archives municipales par décennie |
| AC-02 | Pièces annexes des mariages | État civil | 75 ans | date du mariage | conservation
intégrale | les copies d'actes jointes sont éliminées au bout de 10 ans |
| AC-03 | Demandes de copies d'actes traitées | État civil | 1 an | réponse | élimination | 2 ans
lorsque la demande a été refusée |
| AC-04 | Dossiers de changement de prénom, décision favorable | État civil | 75 ans | décision |
conservation intégrale | article 60 du code civil |
| AC-05 | Titres de concession funéraire | Cimetières | durée de la concession et 30 ans |
expiration ou reprise | conservation intégrale | plans joints compris |
| EL-01 | Bulletins de vote et listes d'émargement | Élections | 2 mois ou jugement |
proclamation | élimination | listes remises à la préfecture dans les délais du code électoral |
| RH-01 | Dossier individuel de l'agent titulaire | Ressources humaines | 80 ans | naissance de
l'agent | tri | un dossier sur dix, plus les noms commençant par B et T |
| RH-02 | Candidatures non retenues | Ressources humaines | 2 ans | dernier contact avec le
candidat | élimination | destruction immédiate si le candidat le demande |
| RH-03 | Demandes de congé et relevés d'horaires | Ressources humaines | 5 ans | fin de l'année
civile | élimination | données du logiciel purgées en même temps |
| RH-04 | Dossiers disciplinaires, blâme | Ressources humaines | 3 ans | notification |
élimination | si aucune autre sanction n'est intervenue ; l'avertissement n'est pas versé au
dossier |
| RH-05 | Accidents de service et maladies professionnelles | Ressources humaines | 50 ans |
consolidation | tri | médecine de prévention : dossier distinct |
| FI-01 | Pièces justificatives de recettes et de dépenses | Finances | 10 ans | clôture de
l'exercice | élimination | spécimen conservé pour les années en 0 et 5 |
| FI-02 | Quittanciers et journaux de régie | Finances | 10 ans | dernière opération |
élimination | procès-verbaux de contrôle : 30 ans |
| FI-03 | Emprunts et garanties | Finances | 10 ans | extinction de la dette | conservation
intégrale | contrats et tableaux d'amortissement |
| MP-01 | Marchés : pièces contractuelles | Marchés | 10 ans | fin d'exécution, garanties
comprises | conservation intégrale | travaux : plans des ouvrages exécutés conservés avec le
bâtiment |
| MP-02 | Marchés : candidatures et offres non retenues | Marchés | 5 ans | notification du
marché | élimination | 10 ans pour l'offre du titulaire |
| MP-03 | Achats sur devis | Tous services | 5 ans | paiement | élimination | devis concurrents
compris |
| JU-01 | Dossiers de recours gracieux | Affaires juridiques | 10 ans | dernière décision | tri |
tous les recours ayant abouti à une annulation sont gardés |
| JU-02 | Dossiers contentieux | Affaires juridiques | 10 ans | décision définitive |
conservation intégrale | y compris les notes d'avocat |
| JU-03 | Sinistres et assurances | Affaires juridiques | 10 ans | clôture | élimination | 30 ans
en cas de dommage corporel |
| CO-01 | Demandes de communication de documents | Affaires juridiques | 5 ans | réponse ou avis
de la CADA | élimination | - |
| SP-01 | Fiches d'inscription à la restauration scolaire | Enfance | 3 ans | fin de l'année
scolaire | élimination | les projets d'accueil individualisé sont rendus à la famille |
| SP-02 | Dossiers d'impayés de restauration | Enfance | 4 ans | solde ou admission en
non-valeur | élimination | - |
| AS-01 | Demandes de subvention acceptées | Vie associative | 10 ans | dernier versement | tri |
conventions gardées sans limitation |
| AS-02 | Demandes de subvention rejetées | Vie associative | 3 ans | notification du rejet |
élimination | - |
| PM-01 | Registre des objets trouvés | Police municipale | 5 ans | dernière inscription |
élimination | - |
| PM-02 | Rapports et mains courantes | Police municipale | 10 ans | rédaction | tri |
échantillon d'une année sur cinq |
| PM-03 | Registre de consultation des images de vidéoprotection | Police municipale | 3 ans |
dernière inscription | élimination | les images : 21 jours |
| DP-01 | Autorisations d'occupation du domaine public | Espace public | 5 ans | fin de
l'occupation | élimination | conventions de plus de 12 ans gardées |
| SA-01 | Réservations de salles et états des lieux | Vie associative | 2 ans | restitution de la
caution | élimination | 10 ans en cas de litige |
"""

DISPOSALS = """
| Étape | Qui agit | Délai | Document à remplir |
| Repérage des dossiers échus | correspondant archives du service | avant le 15 janvier | liste
AR-1 |
| Vérification sur place | archiviste municipal | quatre semaines après réception de la liste |
rapport de visite |
| Bordereau d'élimination | archiviste municipal | deux exemplaires, un par service producteur |
bordereau AR-3 |
| Visa du directeur des archives départementales | archives départementales | aucune destruction
avant son retour ; relance au bout de deux mois | bordereau AR-3 visé |
| Signature du Maire | direction générale | sous huit jours | bordereau AR-3 |
| Destruction | prestataire agréé, en présence d'un agent des archives | dans le mois qui suit la
signature | certificat de destruction |
| Données numériques | service informatique | même jour que les dossiers papier, sauvegardes
comprises sous 90 jours | procès-verbal d'effacement |
| Dossier retenu | direction des affaires juridiques | gel de l'élimination tant qu'un
contentieux est en cours | fiche de gel AR-7 |
| Perte ou sinistre | chef du service producteur | déclaration sous vingt-quatre heures à
l'archiviste | fiche AR-9 |
"""

SHEETS = (
    Sheet("Durées de conservation", (8, 38, 20, 24, 26, 22, 48), read_table(PERIODS)),
    Sheet("Éliminations", (34, 34, 44, 26), read_table(DISPOSALS)),
)
