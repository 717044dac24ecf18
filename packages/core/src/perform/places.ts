import type { AnyJobDefinition } from "../job/define-job.ts"

/** A place of a drainer: that of a job, or of jobs that are performed together. Taken as long as one of them has it. */
export interface Place {
  jobs: number
}

/** How many of a drainer's places are taken. */
export interface Places {
  taken(): number
  /** How many will be, with one more job of this name. */
  takenWith(name: string): number
  /** Jobs of a batch share a place until it is full: it isn't known yet which of them are performed together. */
  take(name: string): Place
  leave(place: Place): void
  /** Moves jobs to a place of their own, because one call performs them. */
  move(holders: readonly { place: Place }[]): void
}

export function createPlaces(definitions: ReadonlyMap<string, AnyJobDefinition>): Places {
  const sizes = new Map<string, number>()
  for (const { name, batch } of definitions.values()) if (batch) sizes.set(name, batch.size)
  const gathering = new Map<string, Place>()
  let taken = 0

  return {
    taken: () => taken,
    takenWith: (name) => taken + (sharedPlace(name)?.jobs ? 0 : 1),
    take(name) {
      const place = sharedPlace(name) ?? { jobs: 0 }
      if (sizes.has(name)) gathering.set(name, place)
      enter(place)
      return place
    },
    leave,
    move(holders) {
      const together = { jobs: 0 }
      for (const holder of holders) {
        leave(holder.place)
        holder.place = together
        enter(together)
      }
    },
  }

  /** The place of jobs of this name that wait for others, unless it is full. */
  function sharedPlace(name: string): Place | undefined {
    const place = gathering.get(name)
    return place && place.jobs < (sizes.get(name) as number) ? place : undefined
  }

  function enter(place: Place): void {
    if (place.jobs++ === 0) taken++
  }

  function leave(place: Place): void {
    if (--place.jobs === 0) taken--
  }
}
