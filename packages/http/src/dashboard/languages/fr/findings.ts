import type { Messages } from "../en/index.ts"

const MIGRATE = "Exécutez sluice migrate"
const CLOCKS = "Réglez les deux par NTP : les jobs sont dus selon l’horloge de la base"
const VACUUM =
  "Terminez les anciennes transactions, qui retiennent les lignes mortes, et vérifiez qu’autovacuum s’exécute ; vacuum jobs les efface aussitôt"

export const findings: Messages["findings"] = {
  not_examined: { text: "non examiné : {error}" },

  server_version_fits: { text: "PostgreSQL {version} ; Sluice exige {oldest} ou plus récent" },
  server_too_old: {
    text: "PostgreSQL {version} ; Sluice exige {oldest} ou plus récent",
    remedy: "Mettez le serveur à niveau",
  },
  schema_missing: { text: "non migré : il n’y a pas de schéma {schema} de Sluice", remedy: MIGRATE },
  schema_old: {
    text: "le schéma {schema} est à la version {version}, ce paquet à la version {wanted}",
    remedy: MIGRATE,
  },
  schema_version_fits: {
    text: "le schéma {schema} est à la version {version}, ce paquet à la version {wanted}",
  },

  connection_direct: { text: "la connexion est directe" },
  session_pooler: {
    text: "un pooler se trouve devant cette base ; il attribue par session, ce que les drainers acceptent",
  },
  transaction_pooler: {
    text: "un pooler de transactions se trouve devant cette base",
    remedy: "Utilisez-le pour mettre en file, et donnez aux drainers l’adresse directe",
  },
  neon_pooler: {
    text: "l’adresse {host} est celle du pooler de transactions de Neon",
    remedy: "Utilisez-le pour mettre en file, et donnez aux drainers l’adresse {direct}",
  },
  rds_proxy: {
    text: "l’adresse {host} est celle d’un RDS Proxy, qui attribue par transaction",
    remedy: "Utilisez-le pour mettre en file, et donnez aux drainers l’adresse du cluster ou de l’instance",
  },
  pooler: {
    text: "un pooler se trouve devant cette base",
    remedy: "S’il attribue par transaction, donnez aux drainers l’adresse directe ; sluice doctor le dit",
  },
  connection_unknown: { text: "la connexion ne dit pas si un pooler se trouve devant cette base" },

  writes_accepted: { text: "le serveur accepte les écritures" },
  server_is_standby: {
    text: "le serveur est un serveur de secours, qui n’accepte aucune écriture : rien ne peut être mis en file ni exécuté",
    remedy: "Donnez l’adresse du serveur primaire, ou promouvez ce serveur : select pg_promote()",
  },
  writes_off: {
    text: "le réglage default_transaction_read_only est activé pour ce rôle : avec lui, rien ne peut être mis en file ni exécuté",
    remedy:
      "Désactivez-le, pour le rôle, la base ou le serveur. Certains hébergeurs l’activent quand le disque est plein : faites d’abord de la place",
  },

  settings_fit: { text: "les réglages du serveur conviennent" },
  autovacuum_off: {
    text: "le réglage autovacuum est désactivé : les lignes mortes ne sont jamais effacées",
    remedy: "Activez autovacuum",
  },
  track_counts_off: {
    text: "le réglage track_counts est désactivé : autovacuum ne voit pas ce qu’il y a à effacer",
    remedy: "Activez track_counts",
  },
  fsync_off: {
    text: "le réglage fsync est désactivé : une panne de la machine peut faire perdre toute la base",
    remedy: "Activez fsync",
  },
  full_page_writes_off: {
    text: "le réglage full_page_writes est désactivé : une panne de la machine peut corrompre la base",
    remedy: "Activez full_page_writes",
  },
  synchronous_commit_off: {
    text: "le réglage synchronous_commit est désactivé : une panne du serveur peut faire perdre les jobs de la dernière seconde",
    remedy: "Activez synchronous_commit",
  },

  clocks_agree: { text: "les horloges de la base et de cette machine concordent" },
  clock_ahead: {
    text: "l’horloge de la base avance de {differenceMs} sur celle de cette machine",
    remedy: CLOCKS,
  },
  clock_behind: {
    text: "l’horloge de la base retarde de {differenceMs} sur celle de cette machine",
    remedy: CLOCKS,
  },

  lock_room_enough: {
    text: "de la place pour {room} verrous, pris maintenant : {held} ; {maxDrainers} drainers en utilisent {used} au plus",
  },
  lock_room_low: {
    text: "de la place pour {room} verrous, pris maintenant : {held} ; {maxDrainers} drainers en utiliseraient {used} au plus",
    remedy:
      "Pour qu’elle suffise, les drainers prennent de plus petits lots ; max_locks_per_transaction fixe la place",
  },
  connection_room_enough: {
    text: "de la place pour {room} connexions ; {maxDrainers} drainers en utilisent {used} au plus, dont chacun {transactional} pour des jobs transactionnels. Ouvertes maintenant : {open}",
  },
  connection_room_low: {
    text: "de la place pour {room} connexions, trop peu pour {maxDrainers} drainers, qui en utilisent {used}",
    remedy: "Augmentez max_connections, ou la limite du rôle ou de la base, ou réduisez maxDrainers",
  },

  transactions_short: { text: "aucune transaction n’est ouverte depuis plus de 5 minutes" },
  transactions_hidden: {
    text: "parmi les transactions visibles, aucune n’est ouverte depuis plus de 5 minutes ; celles des sessions d’autres rôles ({hidden}) ne sont pas visibles",
    remedy: "Pour les voir, accordez pg_read_all_stats à ce rôle",
  },
  transaction_long: {
    text: "une transaction est ouverte depuis {ageMs} (pid {pid}, rôle {role}, {session}) : les lignes supprimées depuis ne peuvent pas être effacées",
    remedy:
      "Laissez-la finir ou terminez-la : select pg_terminate_backend({pid}). idle_in_transaction_session_timeout termine ce qui oublie ses transactions",
  },
  prepared_transaction_long: {
    text: "une transaction a été préparée il y a {ageMs} sous {gid} par le rôle {role} : les lignes supprimées depuis ne peuvent pas être effacées",
    remedy: "Terminez-la : commit prepared '{gid}' ou rollback prepared '{gid}'",
  },

  history_ready: { text: "la partition de demain de l’historique existe" },
  history_missing: {
    text: "la partition de demain de l’historique manque ; le prochain drainer la crée",
  },
  upkeep_well: { text: "aucune étape de la maintenance n’échoue" },
  upkeep_failing: {
    text: "des étapes de la maintenance échouent : {steps}. Les autres étapes sont faites",
    each: "{step} ({failures} fois, la dernière le {failedAt} : {error})",
  },
  dead_rows_few: {
    text: "la table des jobs occupe {tableBytes} ; lignes vivantes : {liveRows}, mortes : {deadRows}",
  },
  dead_rows_many: {
    text: "la table des jobs occupe {tableBytes} ; lignes vivantes : {liveRows}, mortes : {deadRows} ; nettoyée le {vacuumedAt}",
    remedy: VACUUM,
  },
  never_vacuumed: {
    text: "la table des jobs occupe {tableBytes} ; lignes vivantes : {liveRows}, mortes : {deadRows} ; elle n’a jamais été nettoyée",
    remedy: VACUUM,
  },

  timeouts_fit: { text: "le délai maximal de chaque job tient dans le temps d’un drainer" },
  timeouts_too_long: {
    text: "les drainers disposent de {budgetMs}, trop peu pour le délai maximal de {definitions}",
    each: "{name} ({timeoutMs})",
    remedy: "Raccourcissez-les, ou exécutez ces jobs ailleurs",
  },
  names_known: { text: "chaque job en attente est connu d’un drainer" },
  names_unknown: {
    text: "des jobs attendent qu’aucun drainer du dernier jour ne peut exécuter : {names}",
    each: "{name} ({jobs} depuis {sinceAt})",
    remedy: "Déployez leurs définitions",
  },
  queues_served: { text: "un drainer sert la file de chaque job en attente" },
  queues_unserved: {
    text: "des jobs attendent dans des files qu’aucun drainer n’a servies depuis un jour : {queues}",
    each: "{queue} ({jobs} depuis {sinceAt})",
    remedy: "Ajoutez les files à un groupe",
  },
}
