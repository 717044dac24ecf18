import { check, countStatements, untilPerformed, walPosition } from "../measure/measure-drain.ts"
import { startWorkers } from "../measure/workers.ts"
import type { Measurement } from "../report/results.ts"
import type { Run, Scenario } from "../scenario.ts"
import type { System } from "../system.ts"
import { sluice } from "../systems/sluice.ts"

const IN_FLIGHT = 500
const JOB_MS = 60_000

// The peers run such jobs again after a fixed time, as documented: graphile-worker after 4 hours, pg-boss when a job
// expires (15 minutes), BullMQ when its lock expires (30 seconds).
export const crash: Scenario = {
  name: "crash",
  about:
    "A drainer with 500 jobs in flight is killed with SIGKILL while another one waits: seconds until all 500 run again.",
  figure: "seconds",
  variants: [{ label: "500 in flight", systems: [sluice], measure }],
}

async function measure(system: System, run: Run): Promise<Measurement> {
  const database = await run.server.createDatabase(system)
  const orders = {
    system,
    url: database.url,
    concurrency: IN_FLIGHT,
    lingers: true,
    performMs: JOB_MS,
  }
  const doomed = await startWorkers(orders, 1)
  const heir = await startWorkers(orders, 1)
  try {
    await system.fill(database.pool, { count: IN_FLIGHT })
    doomed.go()
    await untilPerformed(doomed, IN_FLIGHT, system)
    heir.go()

    const walBefore = await walPosition(database)
    const beganAtMs = performance.now()
    await doomed.kill()
    await untilPerformed(heir, IN_FLIGHT, system)
    const seconds = (performance.now() - beganAtMs) / 1_000
    const walBytes = (await walPosition(database)) - walBefore
    const done = await heir.stop()
    return {
      jobs: IN_FLIGHT,
      seconds,
      walBytes,
      statements: countStatements(done),
      ...check(done, IN_FLIGHT),
    }
  } finally {
    await Promise.all([doomed.kill(), heir.kill()])
    await database.drop()
  }
}
