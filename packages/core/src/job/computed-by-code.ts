import { isInOrder, limitsOf } from "./concurrency.ts"
import { computesFairKey, type Fair } from "./fair-share.ts"
import type { Concurrency } from "./job-options.ts"

/** Options of an enqueue that a definition may compute from the payload. */
export const COMPUTABLE = ["queue", "priority", "delay", "uniqueKey", "idempotencyKey"] as const
export type Computable = (typeof COMPUTABLE)[number]

type Computing = { readonly [Option in Computable]?: unknown } & {
  readonly name: string
  readonly unique?: { readonly key?: unknown } | undefined
  // biome-ignore lint/suspicious/noExplicitAny: of any payload
  readonly fair?: Fair<any> | undefined
  // biome-ignore lint/suspicious/noExplicitAny: of any payload
  readonly concurrency?: Concurrency<any> | readonly Concurrency<any>[] | undefined
}

/** Which options an enqueue without the definition has to give, because only its code can compute them. */
export function computedByCode(definition: Computing): string[] {
  const { unique, uniqueKey } = definition
  const options = { ...definition, uniqueKey: unique ? unique.key : uniqueKey }
  const [limit] = limitsOf(definition)
  return [
    ...COMPUTABLE.filter((name) => typeof options[name] === "function"),
    ...(computesFairKey(definition) ? ["fairKey"] : []),
    ...(limit && isInOrder(limit) && typeof limit.key === "function" ? ["concurrencyKey"] : []),
  ]
}
