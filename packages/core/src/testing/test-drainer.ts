import type pg from "pg"
import { untilAborted } from "../checks/in-time.ts"
import { withResolvers } from "../checks/with-resolvers.ts"
import type { Connect } from "../database/connection.ts"
import { drain } from "../drain.ts"
import type { DrainSummary } from "../drain-summary.ts"
import { SluiceError } from "../errors.ts"
import type { PerformedJob } from "../job/hooks.ts"
import type { Sluice } from "../sluice.ts"
import { terminateBackends } from "./backends.ts"
import { trackConnections } from "./connections.ts"
import type { TestDrainOptions } from "./drain-all.ts"
import type { Watch } from "./operation.ts"
import { runDrainWatched, runExecutionWatched, runUnwatched, withWatching } from "./watch.ts"
import { NEVER_NOTICED, withAroundPerform } from "./watched-sluice.ts"

/** A drain that is under way, and what can happen to it. */
export interface TestDrainer {
  /** Resolves once it performs a job, the first one or the first of this name. */
  performing(name?: string): Promise<PerformedJob>
  /** Ends its database session on the server, so that its jobs are aborted and another drainer may perform them. */
  loseSession(): Promise<void>
  /**
   * Freezes it, as Lambda does: it sends and receives nothing, and its jobs' statements, requests and timers wait until `thaw`. Its
   * session ends on the server, as after the `sessionTimeout`, so that another drainer may perform its jobs.
   */
  freeze(): Promise<void>
  /** It goes on where it was, and only then learns that its session is gone. */
  thaw(): void
  /** Resolves when the drain has ended, and rejects with its error, such as `SessionLostError`. */
  readonly ended: Promise<DrainSummary>
}

export interface TestDrainers {
  /** Starts a drain without waiting for its end, to have something happen to it. Await `ended` before the test ends. */
  startDrain(options?: TestDrainOptions): TestDrainer
}

export function createTestDrainers(sluice: Sluice, pool: pg.Pool, connect: Connect): TestDrainers {
  return {
    startDrain({ deadlineMs, ...options } = {}) {
      const begun = createBegun()
      const connections = trackConnections(options.connect ?? connect)
      const { watch, freeze, thaw } = createFreezer()
      const endsAtMs = performance.now() + (deadlineMs ?? 0)
      const remainingMs = () => endsAtMs - performance.now()
      const ended = withWatching(() =>
        runDrainWatched(watch, () =>
          drain(watchedSluice(sluice, watch, begun.note), {
            sessionTimeout: NEVER_NOTICED,
            ...(deadlineMs !== undefined && { remainingMs }),
            ...options,
            connect: connections.connect,
          }),
        ),
      )
      ended.then(begun.end, begun.end) // whoever doesn't await it yet must not end the process
      return {
        ended,
        performing: begun.wait,
        loseSession: () => terminateBackends(pool, connections.pids()),
        async freeze() {
          freeze()
          connections.freeze()
          await terminateBackends(pool, connections.pids())
        },
        thaw() {
          connections.thaw()
          thaw()
        },
      }
    },
  }
}

/** Its executions are watched, and told of. */
function watchedSluice(sluice: Sluice, watch: Watch, note: (job: PerformedJob) => void): Sluice {
  return withAroundPerform(sluice, (job, perform) => {
    runUnwatched(() => note(job))
    return runExecutionWatched(watch, perform)
  })
}

/** Holds operations, their answers and timers back while it is frozen. */
function createFreezer(): { watch: Watch; freeze(): void; thaw(): void } {
  let held: Promise<void> | undefined
  let release = () => {}
  const watch: Watch = {
    get held() {
      return held
    },
    begin: (label) => ({ label, number: 1 }),
    async end() {
      if (held) await held
    },
    use() {},
    lend() {},
    addTimer() {},
  }
  return {
    watch,
    freeze() {
      if (held) return
      const { promise, resolve } = withResolvers<void>()
      held = promise
      release = resolve
    },
    thaw() {
      held = undefined
      release()
    },
  }
}

/** The jobs that have begun. */
function createBegun() {
  const jobs: PerformedJob[] = []
  const over = new AbortController()
  const waiting = new Set<() => void>()
  return {
    note(job: PerformedJob) {
      jobs.push(job)
      for (const look of waiting) look()
    },
    end: () =>
      over.abort(new SluiceError("not_performed", "The drain has ended without performing such a job")),
    wait(name?: string): Promise<PerformedJob> {
      const begins = new Promise<PerformedJob>((resolve) => {
        const look = () => {
          const job = jobs.find((one) => name === undefined || one.name === name)
          if (job) resolve(job)
          if (job) waiting.delete(look)
        }
        waiting.add(look)
        look()
      })
      return untilAborted(begins, over.signal)
    },
  }
}
