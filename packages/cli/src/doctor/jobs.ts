import type { Check } from "./check.ts"

/** Drainers say how long they have, definitions how long they may take; both are as of the last day. */
export const timeoutsFit: Check = async ({ client, schema }) => {
  const { rows } = await client.query(
    `select d.name, d.timeout_ms / 1000.0 as timeout_s, ceil(longest.budget_ms / 1000.0) as budget_s
     from ${schema}.definitions d,
          (select max(budget_ms) as budget_ms from ${schema}.drainers where started_at > now() - interval '1 day'
           having bool_and(budget_ms is not null)) longest
     where d.timeout_ms > longest.budget_ms and d.seen_at > now() - interval '1 day' order by d.name`,
  )
  if (rows.length === 0) return { level: "ok", text: "every job's timeout fits into a drain" }
  const named = rows.map(
    ({ name, timeout_s, budget_s }) =>
      `${name} (timeout ${Number(timeout_s)} s, drains have ${Number(budget_s)} s)`,
  )
  return {
    level: "wrong",
    text: `timeouts fit into no drain: ${named.join(", ")}. Shorten them, or perform these jobs elsewhere`,
  }
}

/** Only while there are pools: otherwise every drainer serves all queues. */
export const queuesServed: Check = async ({ client, schema }) => {
  const { rows } = await client.query(
    `select j.queue, count(*)::int as jobs, min(j.run_at) as since from ${schema}.jobs j
     join ${schema}.pooled_queues q
       on q.queue = coalesce((select p.queue from ${schema}.pooled_queues p where p.queue = j.queue), '')
     where j.state in ('ready', 'suspect') and q.seen_at < now() - interval '1 day'
     group by 1 order by 1 limit 10`,
  )
  if (rows.length === 0) return { level: "ok", text: "a drainer serves the queue of every waiting job" }
  const named = rows.map(({ queue, jobs, since }) => `${queue} (${jobs} since ${since.toISOString()})`)
  return {
    level: "wrong",
    text: `jobs wait in queues that no drainer has served for a day: ${named.join(", ")}. Add the queues to a pool`,
  }
}

/** Jobs of unknown names are set aside once they fill the head of the queue; they are listed too. */
export const namesKnown: Check = async ({ client, schema }) => {
  const { rows } = await client.query(
    `select j.name, count(*)::int as jobs, min(j.run_at) as since from ${schema}.jobs j
     where j.state in ('ready', 'suspect', 'unknown', 'unkeyed')
       and j.name not in (select d.name from ${schema}.definitions d where d.seen_at > now() - interval '1 day')
     group by 1 order by 1 limit 10`,
  )
  if (rows.length === 0) return { level: "ok", text: "every waiting job is known to a drainer" }
  const named = rows.map(({ name, jobs, since }) => `${name} (${jobs} since ${since.toISOString()})`)
  return {
    level: "wrong",
    text: `jobs wait that no drainer of the last day can perform: ${named.join(", ")}. Deploy their definitions`,
  }
}
