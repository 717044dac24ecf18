import type { Messages } from "../en/index.ts"

export const audit: Messages["audit"] = {
  title: "Registro de auditoría",
  lead: "Lo que personas y programas han hecho con trabajos, colas, programaciones y claves en los últimos 90 días.",
  when: "Cuándo",
  actor: "Quién",
  action: "Acción",
  target: "Sobre",
  jobs: "Trabajos",
  via: "Mediante",
  outcome: "Resultado",
  vias: { api: "API", dashboard: "Panel", cli: "Línea de comandos", library: "Código" },
  someOf: "{changed} de {matched}",
  done: "Hecha",
  failed: "Fallida",
  notEnded: "Sin terminar",
  none: "Todavía no se ha registrado nada",
  noneYet:
    "Aquí aparecen las acciones hechas mediante la API, este panel y la línea de comandos. Los trabajos encolados por la API no se registran.",
  noneMatch: "Ninguna acción coincide",
  showAll: "Mostrar todas las acciones",
}
