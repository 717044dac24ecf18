import type { Finding } from "./finding.ts"
import { found } from "./found.ts"

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
  if (tooLong.length === 0) return found(check, "ok", "timeouts_fit")
  return found(check, "wrong", "timeouts_too_long", { definitions: tooLong, budgetMs: budgetMs ?? 0 })
}

/** Jobs of unknown names are set aside once they fill the head of the queue; they are listed too. */
function namesKnown({ unknown }: JobFacts): Finding {
  const check = "namesKnown"
  if (unknown.length === 0) return found(check, "ok", "names_known")
  const names = unknown.map(({ name, ...waiting }) => ({ name, ...waitingSince(waiting) }))
  return found(check, "wrong", "names_unknown", { names })
}

/** Only while there are pools: otherwise every drainer serves all queues. */
function queuesServed({ unserved }: JobFacts): Finding {
  const check = "queuesServed"
  if (unserved.length === 0) return found(check, "ok", "queues_served")
  const queues = unserved.map(({ queue, ...waiting }) => ({ queue, ...waitingSince(waiting) }))
  return found(check, "wrong", "queues_unserved", { queues })
}

/** The count stops where the look does: at the head of the queue. Then it is a text, `10000+`. */
const MOST_COUNTED = 10_000

function waitingSince({ jobs, since }: { jobs: number; since: string }) {
  return {
    jobs: jobs >= MOST_COUNTED ? `${MOST_COUNTED}+` : jobs,
    sinceAt: new Date(since).toISOString(),
  }
}
