import { setImmediate as turn } from "node:timers/promises"
import type { Connection } from "@sluice/core"

/**
 * Runs the statements of several sessions in every order, on a real database. A statement is one step, or several where
 * the functions that it calls have pauses (see pauses.ts). A run is repeated from the start for each order; of two orders
 * that differ late, only the end differs.
 */
export interface Model {
  /** The same state for every run. */
  begin(): Promise<Actor[]>
  /** Throws what is wrong with the state that a run has come to. */
  check(): Promise<void>
}

export interface Actor {
  readonly name: string
  /** The backend that performs its statements; undefined where it has none of its own. */
  readonly backendPid: number | undefined
  /** One step each: the name says what is done, for people. */
  readonly steps: AsyncGenerator<Step, void>
}

export interface Step {
  readonly name: string
  perform(): Promise<unknown>
}

export interface Exploration {
  readonly runs: number
  /** The first run that ended wrong. */
  readonly violation: { readonly error: unknown; readonly trace: readonly string[] } | undefined
}

/**
 * @param preemptions How often a run may leave a session that could go on; leaving one that waits or has ended is free.
 * Few suffice: nearly all races need one or two.
 */
export async function explore(
  model: Model,
  controller: Connection,
  { preemptions }: { preemptions: number },
): Promise<Exploration> {
  let choices: Choice[] = []
  for (let runs = 1; ; runs++) {
    const trace: string[] = []
    choices = await run(model, controller, choices, preemptions, trace)
    try {
      await model.check()
    } catch (error) {
      return { runs, violation: { error, trace } }
    }
    while (choices.length > 0 && lastOf(choices).taken + 1 >= lastOf(choices).of) choices.pop()
    if (choices.length === 0) {
      return { runs, violation: undefined }
    }
    lastOf(choices).taken++
  }
}

/** Which of so many actors went on. */
interface Choice {
  taken: number
  readonly of: number
}

function lastOf(choices: readonly Choice[]): Choice {
  return choices.at(-1) as Choice
}

/** Makes the given choices, and then the first that there is. Returns all it made. */
async function run(
  model: Model,
  controller: Connection,
  given: readonly Choice[],
  preemptions: number,
  trace: string[],
): Promise<Choice[]> {
  const actors = (await model.begin()).map((actor) => new Player(actor))
  const made: Choice[] = []
  let last: Player | undefined
  let left = preemptions
  for (;;) {
    await rest(actors, controller)
    const able = actors.filter((actor) => actor.canGoOn())
    if (able.length === 0) break
    const others = able.filter((actor) => actor !== last)
    const isLeaving = last?.canGoOn() === true
    const isFree = last?.backendPid === undefined
    const options = isLeaving && last ? [last, ...(isFree || left > 0 ? others : [])] : others
    const taken = Math.min(given[made.length]?.taken ?? 0, options.length - 1)
    if (isLeaving && !isFree && taken > 0) left--
    made.push({ taken, of: options.length })
    last = options[taken] as Player
    trace.push(await last.goOn(controller))
  }
  const waiting = actors.filter((actor) => !actor.isOver)
  if (waiting.length > 0)
    throw new Error(`For ever waiting: ${waiting.map(({ name }) => name)}; ${trace.join(" | ")}`)
  return made
}

/** An actor in a run. */
class Player {
  readonly name: string
  readonly backendPid: number | undefined
  isOver = false
  /** A statement of its is under way. */
  isBusy = false
  /** Where its statement waits: at a pause, or for a lock. */
  pause: Pause | undefined
  isBlocked = false
  readonly #steps: AsyncGenerator<Step, void>
  #next: Step | undefined

  constructor({ name, backendPid, steps }: Actor) {
    this.name = name
    this.backendPid = backendPid
    this.#steps = steps
  }

  canGoOn(): boolean {
    return !this.isOver && (this.isBusy ? this.pause !== undefined : this.#next !== undefined)
  }

  isResting(): boolean {
    if (this.isBusy) return this.pause !== undefined || this.isBlocked
    return this.isOver || this.#next !== undefined
  }

  waitsFor(lock: (Pause & { isPause: boolean }) | undefined): void {
    this.pause = lock?.isPause ? lock : undefined
    this.isBlocked = lock !== undefined && !lock.isPause
  }

  /** Learns what its next step is. */
  async prepare(): Promise<void> {
    if (this.isOver || this.isBusy || this.#next) return
    const { done, value } = await this.#steps.next()
    if (done) this.isOver = true
    else this.#next = value
  }

  async goOn(controller: Connection): Promise<string> {
    if (this.pause) {
      const { kind, place, label } = this.pause
      this.pause = undefined
      await controller.query("select pg_advisory_unlock($1, $2)", [kind, place])
      return `${this.name} goes on: ${label}`
    }
    const { name, perform } = this.#next as Step
    this.#next = undefined
    this.isBusy = true
    perform()
      .catch(() => {}) // its session is dead, or the statement was refused: the check tells what comes of it
      .finally(() => {
        this.isBusy = false
      })
    return `${this.name}: ${name}`
  }
}

interface Pause {
  readonly kind: number
  readonly place: number
  readonly label: string
}

/** Waits until every actor has ended, is about to take a step, or waits. */
async function rest(actors: readonly Player[], controller: Connection): Promise<void> {
  for (;;) {
    await turn()
    for (const actor of actors) await actor.prepare()
    const busy = actors.filter((actor) => actor.isBusy)
    if (busy.length === 0) return
    const { rows } = await controller.query(
      `select l.pid, l.locktype = 'advisory' and l.objsubid = 2 and l.classid::bigint between ${PAUSES} and ${PAUSES + 99} as "isPause",
              least(l.classid::bigint, 2147483647)::integer as kind, l.objid::bigint::integer as place,
              a.application_name as label
       from pg_locks l join pg_stat_activity a using (pid) where not l.granted and l.pid = any ($1)`,
      [busy.map(({ backendPid }) => backendPid)],
    )
    for (const actor of busy) actor.waitsFor(rows.find(({ pid }) => pid === actor.backendPid))
    if (actors.every((actor) => actor.isResting())) return
  }
}

/** Advisory locks of this kind and the next hundred are pauses, one kind an actor. */
export const PAUSES = 771_000
