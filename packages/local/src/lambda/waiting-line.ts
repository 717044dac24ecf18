/** Work that waits for a free item. First come, first served. */
export interface WaitingLine<Item, Result> {
  /** Begins `work` when it is its turn. Rejects when `signal` aborts before, or the line is cleared. */
  join(work: (item: Item) => Promise<Result>, signal?: AbortSignal): Promise<Result>
  /** Begins the first in line before it returns. False when nobody waits. */
  serve(item: Item): boolean
  /** Rejects everything in line. */
  clear(reason: unknown): void
}

interface Waiting<Item> {
  begin(item: Item): void
  reject(reason: unknown): void
}

export function createWaitingLine<Item, Result>(): WaitingLine<Item, Result> {
  const line = new Set<Waiting<Item>>()
  return {
    join(work, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      const leave = () => {
        line.delete(waiting)
        reject(signal?.reason)
      }
      const waiting: Waiting<Item> = {
        begin(item) {
          signal?.removeEventListener("abort", leave)
          resolve(work(item))
        },
        reject,
      }
      line.add(waiting)
      signal?.addEventListener("abort", leave)
      return promise
    },
    serve(item) {
      const [first] = line
      if (!first) return false
      line.delete(first)
      first.begin(item)
      return true
    },
    clear(reason) {
      for (const { reject } of line) reject(reason)
      line.clear()
    },
  }
}
