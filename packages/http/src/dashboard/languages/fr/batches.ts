import type { Messages } from "../en/index.ts"
import { plural } from "../text.ts"

export const batches: Messages["batches"] = {
  title: "Lots et workflows",
  lead: "Les tâches ajoutées ensemble.",
  all: "Tous",
  states: { open: "Ouvert", succeeded: "Réussi", failed: "Échoué" },
  batch: "Lot",
  state: "État",
  progress: "Progression",
  ofTotal: "{done} sur {total} terminées",
  succeeded: "Réussies",
  discarded: "Abandonnées",
  canceled: "Annulées",
  pending: "En attente",
  created: "Créé",
  finished: "Terminé",
  took: "Durée",
  emptyTitle: "Il n’y a pas de lot ici",
  empty:
    "enqueueBatch et enqueueWorkflow enregistrent des tâches qui vont ensemble. Leur progression apparaît ici.",
  partial: "La recherche a duré trop longtemps pour en trouver plus. Continuez sur la page suivante.",
  notFound: "Aucun lot n’a l’id {id}, ou son historique a été supprimé.",
  parent: "Dans le lot",
  inner: "Lots qu’il contient",
  properties: "Propriétés",
  callbacks: "Callbacks",
  noCallbacks: "Aucun",
  callbackError:
    "Un callback ne peut pas être ajouté : {error} Un nouvel essai a lieu toutes les 10 secondes.",
  jobs: "Ses tâches",
  retry: "Relancer les échecs",
  retryCallbacks: "Ajouter de nouveau les callbacks quand il est terminé",
  cancel: "Annuler le reste",
  cancelTitle: "Annuler le lot {id} ?",
  cancelLead: plural({
    one: "{count} tâche ou lot contenu n’est pas terminé. Ce qui attend est annulé aussitôt ; ce qui tourne est prié de s’arrêter.",
    other:
      "{count} tâches et lots contenus ne sont pas terminés. Ce qui attend est annulé aussitôt ; ce qui tourne est prié de s’arrêter.",
  }),
  retryTitle: "Relancer les échecs du lot {id} ?",
  retryLead: plural({
    one: "{count} tâche ou lot contenu a été abandonné ou annulé. Il revient avec le même id.",
    other:
      "{count} tâches et lots contenus ont été abandonnés ou annulés. Ils reviennent avec les mêmes ids.",
  }),
  changed: plural({ one: "{count} tâche a été modifiée.", other: "{count} tâches ont été modifiées." }),
  refused: plural({ one: "{count} a été refusée : {codes}.", other: "{count} ont été refusées : {codes}." }),
  graph: "Graphe",
  graphLabel:
    "Étapes du workflow {name} dans l’ordre où elles s’exécutent. Le tableau ci-dessous dit la même chose.",
  foldedHint:
    "Les étapes de même nom de tâche, mêmes parents et mêmes enfants sont dessinées comme une seule.",
  tooLarge: "Le workflow a {count} étapes, trop pour être dessinées. Le tableau les a toutes.",
  steps: "Étapes",
  step: "Étape",
  job: "Tâche",
  after: "S’exécute après",
  first: "Commence aussitôt",
  expired: "expirée",
  parent_failed: "une étape antérieure a échoué",
  gone: "N’est plus conservée",
  outside: "Tâche {id}",
  moreSteps: "Étapes suivantes",
}
