import { AsyncLocalStorage } from "node:async_hooks"
import type { Watch } from "./operation.ts"
import { watchHttp } from "./watch-http.ts"
import { watchPg } from "./watch-pg.ts"
import { watchTimers } from "./watch-timers.ts"

/** Whose code runs. Of a drain's own code only the timers are watched. */
interface Watched {
  readonly watch: Watch
  readonly isExecution: boolean
}

const watched = new AsyncLocalStorage<Watched>()
let installations = 0
let uninstall = () => {}

/** Runs code of a drain, and what it starts, under the watch. */
export function runDrainWatched<Value>(watch: Watch, work: () => Value): Value {
  return watched.run({ watch, isExecution: false }, work)
}

/** Runs an execution under the watch. */
export function runExecutionWatched<Value>(watch: Watch, work: () => Value): Value {
  return watched.run({ watch, isExecution: true }, work)
}

/** Runs code of the kit, also where an execution has led to it. */
export function runUnwatched<Value>(work: () => Value): Value {
  return watched.exit(work)
}

/** Puts the watch in place, in this process, until the work is done. */
export async function withWatching<Value>(work: () => Promise<Value>): Promise<Value> {
  if (installations++ === 0) uninstall = install()
  try {
    return await work()
  } finally {
    if (--installations === 0) uninstall()
  }
}

function install(): () => void {
  const ofExecution = () => {
    const store = watched.getStore()
    return store?.isExecution ? store.watch : undefined
  }
  const undo = [watchPg(ofExecution), watchHttp(ofExecution), watchTimers(() => watched.getStore()?.watch)]
  return () => {
    for (const one of undo) one()
  }
}
