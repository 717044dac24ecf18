import type { AnyJobDefinition } from "../job/define-job.ts"

/** How many of a drainer's places are taken: one by each job, and one by each batch of jobs that are performed together. */
export interface Places {
  taken(): number
  /** How many will be, with one more job of this name. */
  takenWith(name: string): number
  take(name: string): void
  leave(name: string): void
}

export function createPlaces(definitions: ReadonlyMap<string, AnyJobDefinition>): Places {
  const sizes = new Map<string, number>()
  for (const { name, batch } of definitions.values()) if (batch) sizes.set(name, batch.size)
  const batched = new Map<string, number>()
  let taken = 0

  return {
    taken: () => taken,
    takenWith: (name) => taken + placesFor(name, 1),
    take: (name) => change(name, 1),
    leave: (name) => change(name, -1),
  }

  function change(name: string, by: number): void {
    taken += placesFor(name, by)
    if (sizes.has(name)) batched.set(name, (batched.get(name) ?? 0) + by)
  }

  function placesFor(name: string, by: number): number {
    const size = sizes.get(name)
    if (size === undefined) return by
    const running = batched.get(name) ?? 0
    return Math.ceil((running + by) / size) - Math.ceil(running / size)
  }
}
