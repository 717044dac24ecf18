/** What an import has done, or would do. */
export class Report {
  /** Jobs by the name that they have in Sluice. */
  readonly moved = new Map<string, Moved>()
  /** The keys of schedules. */
  readonly schedules: string[] = []
  /** Of the source: jobs that a worker runs or holds, or that came meanwhile. */
  inUse = 0
  /** Of the source: jobs that have failed for good. They are left where they are. */
  failed = 0

  readonly #refused = new Map<string, Refused>()

  get refused(): Refused[] {
    return [...this.#refused.values()]
  }

  noteMoved(name: string, state: string): void {
    const counts = this.moved.get(name) ?? { ready: 0, scheduled: 0, other: 0 }
    counts[state === "ready" || state === "scheduled" ? state : "other"]++
    this.moved.set(name, counts)
  }

  noteRefused(kind: Refused["kind"], name: string, id: string, reason: string): void {
    const same = JSON.stringify([kind, name, reason])
    const refused = this.#refused.get(same) ?? { kind, name, reason, ids: [] }
    refused.ids.push(id)
    this.#refused.set(same, refused)
  }

  countMoved(): number {
    return sum([...this.moved.values()].map(({ ready, scheduled, other }) => ready + scheduled + other))
  }

  countRefused(kind: Refused["kind"]): number {
    return sum(this.refused.filter((refused) => refused.kind === kind).map(({ ids }) => ids.length))
  }
}

/** Jobs of one name. */
interface Moved {
  ready: number
  scheduled: number
  /** Blocked by a limit, paused, or waiting for a drainer that knows them. */
  other: number
}

/** Jobs or schedules that are left in the source, for one reason. */
export interface Refused {
  readonly kind: "job" | "schedule"
  /** In the source, as are the ids. */
  readonly name: string
  readonly reason: string
  readonly ids: string[]
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
