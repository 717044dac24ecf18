import type { Finding } from "./finding.ts"

/** As the SQL function `examine_jobs` returns them. */
interface JobFacts {
  readonly budgetMs: number | null
  readonly tooLong: readonly { name: string; timeoutMs: number }[]
  readonly unknown: readonly { name: string; jobs: number; since: string }[]
  readonly unserved: readonly { queue: string; jobs: number; since: string }[]
}

export function jobFindings(facts: JobFacts): Finding[] {
  return [timeoutsFit(facts), namesKnown(facts), queuesServed(facts)]
}

/** Drainers say how long they have, definitions how long they may take; both are as of the last day. */
function timeoutsFit({ tooLong, budgetMs }: JobFacts): Finding {
  const check = "timeoutsFit"
  if (tooLong.length === 0) return { check, level: "ok", text: "every job's timeout fits into a drain" }
  const budgetSeconds = Math.ceil((budgetMs ?? 0) / 1_000)
  const named = tooLong.map(
    ({ name, timeoutMs }) => `${name} (timeout ${timeoutMs / 1_000} s, drains have ${budgetSeconds} s)`,
  )
  return {
    check,
    level: "wrong",
    text: `timeouts fit into no drain: ${named.join(", ")}`,
    remedy: "Shorten them, or perform these jobs elsewhere",
  }
}

/** Jobs of unknown names are set aside once they fill the head of the queue; they are listed too. */
function namesKnown({ unknown }: JobFacts): Finding {
  const check = "namesKnown"
  if (unknown.length === 0) return { check, level: "ok", text: "every waiting job is known to a drainer" }
  const named = unknown.map(({ name, ...waiting }) => waitingSince(name, waiting))
  return {
    check,
    level: "wrong",
    text: `jobs wait that no drainer of the last day can perform: ${named.join(", ")}`,
    remedy: "Deploy their definitions",
  }
}

/** Only while there are pools: otherwise every drainer serves all queues. */
function queuesServed({ unserved }: JobFacts): Finding {
  const check = "queuesServed"
  if (unserved.length === 0)
    return { check, level: "ok", text: "a drainer serves the queue of every waiting job" }
  const named = unserved.map(({ queue, ...waiting }) => waitingSince(queue, waiting))
  return {
    check,
    level: "wrong",
    text: `jobs wait in queues that no drainer has served for a day: ${named.join(", ")}`,
    remedy: "Add the queues to a pool",
  }
}

/** The count stops where the look does: at the head of the queue. */
const MOST_COUNTED = 10_000

function waitingSince(name: string, { jobs, since }: { jobs: number; since: string }): string {
  const count = jobs >= MOST_COUNTED ? `${MOST_COUNTED} or more` : jobs
  return `${name} (${count} since ${new Date(since).toISOString()})`
}
