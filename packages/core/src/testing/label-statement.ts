import { truncate } from "../checks/format-value.ts"

/** What Sluice does to open and reset the session of a transaction, and what it reads: none of it does anything. */
const WITHOUT_EFFECT =
  /^\s*$|^discard all$|set_session_timeout\(|json_object_agg\(name, setting\)|\.(progress_of|connection_budget)\(/
const LONGEST_LABEL = 90

/** What a statement is called in a message. Undefined: it doesn't count. */
export function labelOfStatement(query: unknown, given: unknown): string | undefined {
  const { text, values = Array.isArray(given) ? given : [] } =
    typeof query === "string" ? { text: query } : partsOf(query)
  if (typeof text !== "string" || WITHOUT_EFFECT.test(text)) return undefined
  return labelOfCall(text, values) ?? truncate(text.replace(/\s+/g, " ").trim(), LONGEST_LABEL)
}

/** A cursor has them in a field. */
function partsOf(query: unknown): { text?: unknown; values?: unknown[] } {
  const { cursor } = query as { cursor?: object }
  return cursor ?? (query as object)
}

/** Of Sluice's own statements it says what they are for. */
function labelOfCall(text: string, values: unknown[]): string | undefined {
  const [, name] = /\.(\w+)\((?:p_\w+ => |\))/.exec(text) ?? []
  const value = (parameter: string) => {
    const [, place] = new RegExp(`\\b${parameter} => \\$(\\d+)`).exec(text) ?? []
    return place === undefined ? undefined : values[Number(place) - 1]
  }
  switch (name) {
    case "save_progress":
    case "store_progress":
      return `the save of ${value("p_kind")} ${JSON.stringify(value("p_name"))}`
    case "open_wait":
    case "await_token":
      return `the wait for ${JSON.stringify(value("p_token"))}`
    case "settle_outcomes":
      return "the record of its completion"
    case "store_job":
      return `the enqueue of ${JSON.stringify(value("p_name"))}`
    case "store_jobs":
    case "store_batch":
      return "the enqueue of several jobs"
    default:
      return name === undefined ? undefined : `a call of ${name}`
  }
}
