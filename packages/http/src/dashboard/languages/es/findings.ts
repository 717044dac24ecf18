import type { Messages } from "../en/index.ts"

const MIGRATE = "Ejecute sluice migrate"
const CLOCKS = "Sincronice ambos por NTP: los trabajos vencen según el reloj de la base de datos"
const VACUUM =
  "Termine las transacciones antiguas, que retienen filas muertas, y compruebe que autovacuum se ejecuta; vacuum jobs las limpia al instante"

export const findings: Messages["findings"] = {
  not_examined: { text: "no examinado: {error}" },

  server_version_fits: { text: "PostgreSQL {version}; Sluice necesita {oldest} o posterior" },
  server_too_old: {
    text: "PostgreSQL {version}; Sluice necesita {oldest} o posterior",
    remedy: "Actualice el servidor",
  },
  schema_missing: { text: "sin migrar: no hay un esquema {schema} de Sluice", remedy: MIGRATE },
  schema_old: {
    text: "el esquema {schema} está en la versión {version}, este paquete en la {wanted}",
    remedy: MIGRATE,
  },
  schema_version_fits: {
    text: "el esquema {schema} está en la versión {version}, este paquete en la {wanted}",
  },

  connection_direct: { text: "la conexión es directa" },
  session_pooler: {
    text: "hay un pooler delante de esta base de datos; asigna por sesión, lo que los drainers aceptan",
  },
  transaction_pooler: {
    text: "hay un pooler de transacciones delante de esta base de datos",
    remedy: "Úselo para encolar, y dé a los drainers la dirección directa",
  },
  neon_pooler: {
    text: "la dirección {host} es la del pooler de transacciones de Neon",
    remedy: "Úselo para encolar, y dé a los drainers la dirección {direct}",
  },
  rds_proxy: {
    text: "la dirección {host} es la de un RDS Proxy, que asigna por transacción",
    remedy: "Úselo para encolar, y dé a los drainers la dirección del clúster o de la instancia",
  },
  pooler: {
    text: "hay un pooler delante de esta base de datos",
    remedy: "Si asigna por transacción, dé a los drainers la dirección directa; sluice doctor lo dice",
  },
  connection_unknown: { text: "la conexión no revela si hay un pooler delante de esta base de datos" },

  writes_accepted: { text: "el servidor acepta escrituras" },
  server_is_standby: {
    text: "el servidor está en espera (standby) y no acepta escrituras: no se puede encolar ni ejecutar nada",
    remedy: "Dé la dirección del servidor primario, o promueva este servidor: select pg_promote()",
  },
  writes_off: {
    text: "el ajuste default_transaction_read_only está activado para este rol: así no se puede encolar ni ejecutar nada",
    remedy:
      "Desactívelo, en el rol, la base de datos o el servidor. Algunos proveedores lo activan cuando el disco está lleno: libere espacio primero",
  },

  settings_fit: { text: "los ajustes del servidor son adecuados" },
  autovacuum_off: {
    text: "el ajuste autovacuum está desactivado: las filas muertas nunca se limpian",
    remedy: "Active autovacuum",
  },
  track_counts_off: {
    text: "el ajuste track_counts está desactivado: autovacuum no ve lo que hay que limpiar",
    remedy: "Active track_counts",
  },
  fsync_off: {
    text: "el ajuste fsync está desactivado: una caída de la máquina puede perder toda la base de datos",
    remedy: "Active fsync",
  },
  full_page_writes_off: {
    text: "el ajuste full_page_writes está desactivado: una caída de la máquina puede dañar la base de datos",
    remedy: "Active full_page_writes",
  },
  synchronous_commit_off: {
    text: "el ajuste synchronous_commit está desactivado: una caída del servidor puede perder trabajos del último segundo",
    remedy: "Active synchronous_commit",
  },

  clocks_agree: { text: "los relojes de la base de datos y de esta máquina coinciden" },
  clock_ahead: {
    text: "el reloj de la base de datos va {differenceMs} por delante del de esta máquina",
    remedy: CLOCKS,
  },
  clock_behind: {
    text: "el reloj de la base de datos va {differenceMs} por detrás del de esta máquina",
    remedy: CLOCKS,
  },

  lock_room_enough: {
    text: "espacio para {room} bloqueos, retenidos ahora: {held}; {maxDrainers} drainers usan {used} como mucho",
  },
  lock_room_low: {
    text: "espacio para {room} bloqueos, retenidos ahora: {held}; {maxDrainers} drainers usarían {used} como mucho",
    remedy:
      "Para que alcance, los drainers toman lotes menores; max_locks_per_transaction determina el espacio",
  },
  connection_room_enough: {
    text: "espacio para {room} conexiones; {maxDrainers} drainers usan {used} como mucho, cada uno {transactional} para trabajos transaccionales. Abiertas ahora: {open}",
  },
  connection_room_low: {
    text: "espacio para {room} conexiones, muy pocas para {maxDrainers} drainers, que usan {used}",
    remedy: "Aumente max_connections, o el límite del rol o de la base de datos, o reduzca maxDrainers",
  },

  transactions_short: { text: "ninguna transacción lleva abierta más de 5 minutos" },
  transactions_hidden: {
    text: "de las transacciones visibles, ninguna lleva abierta más de 5 minutos; las de las sesiones de otros roles ({hidden}) no se ven",
    remedy: "Para verlas, conceda pg_read_all_stats a este rol",
  },
  transaction_long: {
    text: "una transacción lleva abierta {ageMs} (pid {pid}, rol {role}, {session}): las filas borradas desde entonces no se pueden limpiar",
    remedy:
      "Déjela terminar o termínela: select pg_terminate_backend({pid}). idle_in_transaction_session_timeout termina las sesiones que olvidan sus transacciones",
  },
  prepared_transaction_long: {
    text: "el rol {role} preparó una transacción hace {ageMs} como {gid}: las filas borradas desde entonces no se pueden limpiar",
    remedy: "Termínela: commit prepared '{gid}' o rollback prepared '{gid}'",
  },

  history_ready: { text: "la partición de mañana del historial existe" },
  history_missing: { text: "falta la partición de mañana del historial; el próximo drainer la crea" },
  upkeep_well: { text: "ningún paso del mantenimiento falla" },
  upkeep_failing: {
    text: "fallan pasos del mantenimiento: {steps}. Los demás pasos se hacen",
    each: "{step} (fallos: {failures}, el último el {failedAt}: {error})",
  },
  dead_rows_few: {
    text: "la tabla de trabajos ocupa {tableBytes}; filas vivas: {liveRows}, muertas: {deadRows}",
  },
  dead_rows_many: {
    text: "la tabla de trabajos ocupa {tableBytes}; filas vivas: {liveRows}, muertas: {deadRows}; limpiada el {vacuumedAt}",
    remedy: VACUUM,
  },
  never_vacuumed: {
    text: "la tabla de trabajos ocupa {tableBytes}; filas vivas: {liveRows}, muertas: {deadRows}; nunca se ha limpiado",
    remedy: VACUUM,
  },

  timeouts_fit: { text: "el tiempo límite de cada trabajo cabe en el de un drainer" },
  timeouts_too_long: {
    text: "los drainers tienen {budgetMs}, muy poco para el tiempo límite de {definitions}",
    each: "{name} ({timeoutMs})",
    remedy: "Acórtelos, o ejecute estos trabajos en otro lugar",
  },
  names_known: { text: "algún drainer conoce cada trabajo en espera" },
  names_unknown: {
    text: "esperan trabajos que ningún drainer del último día puede ejecutar: {names}",
    each: "{name} ({jobs} desde {sinceAt})",
    remedy: "Despliegue sus definiciones",
  },
  queues_served: { text: "un drainer atiende la cola de cada trabajo en espera" },
  queues_unserved: {
    text: "esperan trabajos en colas que ningún drainer ha atendido desde hace un día: {queues}",
    each: "{queue} ({jobs} desde {sinceAt})",
    remedy: "Añada las colas a un grupo",
  },
}
