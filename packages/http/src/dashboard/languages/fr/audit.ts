import type { Messages } from "../en/index.ts"

export const audit: Messages["audit"] = {
  title: "Journal d’audit",
  lead: "Ce que des personnes et des programmes ont fait aux jobs, files, planifications et clés ces 90 derniers jours.",
  when: "Quand",
  actor: "Qui",
  action: "Action",
  target: "Objet",
  jobs: "Jobs",
  via: "Par",
  outcome: "Résultat",
  vias: { api: "API", dashboard: "Tableau de bord", cli: "Ligne de commande", library: "Code" },
  someOf: "{changed} sur {matched}",
  done: "Terminée",
  failed: "Échouée",
  notEnded: "Non terminée",
  none: "Rien n’a encore été enregistré",
  noneYet:
    "Les actions faites par l’API, ce tableau de bord et la ligne de commande apparaissent ici. Les ajouts de jobs par l’API ne sont pas enregistrés.",
  noneMatch: "Aucune action ne correspond",
  showAll: "Afficher toutes les actions",
}
