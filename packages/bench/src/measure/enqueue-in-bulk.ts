import type { Enqueuer } from "../system.ts"

/** Jobs in a call. */
const IN_BULK = 1_000

/** Enqueues jobs numbered from 0. Returns the number of calls. */
export async function enqueueInBulk(enqueuer: Enqueuer, count: number): Promise<number> {
  for (let from = 0; from < count; from += IN_BULK) {
    const size = Math.min(IN_BULK, count - from)
    await enqueuer.many(Array.from({ length: size }, (_, index) => ({ n: from + index })))
  }
  return Math.ceil(count / IN_BULK)
}
