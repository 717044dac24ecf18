import { setTimeout as wait } from "node:timers/promises"
import { type Host, startHttpGateway } from "@sluice/local"
import { API_KEY, hostFunctions } from "../measure/lambda-host.ts"
import type { Measurement } from "../report/results.ts"
import type { Run, Scenario } from "../scenario.ts"
import type { System } from "../system.ts"
import { sluice } from "../systems/sluice.ts"

/** Longer than a drainer lingers, so that no job finds one awake. */
const PAUSE_MS = 500

export const wake: Scenario = {
  name: "wake",
  about:
    "From the API's 201 to the start of `perform`, when no drainer is awake: the enqueue function invokes the drain function in the local Lambda host. Cold: both functions have to start first.",
  figure: "p99Ms",
  variants: [
    { label: "cold", systems: [sluice], measure: (system, run) => measure(system, run, 1, 0) },
    { label: "warm", systems: [sluice], measure: (system, run) => measure(system, run, 20, 1) },
  ],
}

async function measure(system: System, run: Run, jobs: number, warmUps: number): Promise<Measurement> {
  const database = await run.server.createDatabase(system)
  const host = await hostFunctions(database.url, () => {})
  const gateway = await startHttpGateway({ host, functionName: "enqueue", port: 0, log: () => {} })
  try {
    for (let n = 0; n < warmUps; n++) await enqueue(gateway.url)
    await untilAsleep(host)
    const beganAtMs = performance.now()
    const answeredAtMs = new Map<string, number>()
    for (let n = 0; n < jobs; n++) {
      answeredAtMs.set(await enqueue(gateway.url), Date.now())
      await untilAsleep(host)
    }
    const seconds = (performance.now() - beganAtMs) / 1_000
    const { rows } = await database.pool.query(
      "select id::text, extract(epoch from started_at)::float8 * 1000 as started_at_ms from sluice.finished where id::text = any ($1)",
      [[...answeredAtMs.keys()]],
    )
    return {
      jobs,
      seconds,
      walBytes: 0,
      statements: 0,
      missing: jobs - rows.length,
      duplicates: 0,
      latenciesMs: rows.map((row) => row.started_at_ms - (answeredAtMs.get(row.id) as number)),
    }
  } finally {
    await gateway.close()
    await host.close()
    await database.drop()
  }
}

async function enqueue(url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/jobs`, {
    method: "POST",
    headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "noop" }),
  })
  const { id } = (await answer.json()) as { id: string }
  return id
}

async function untilAsleep(host: Host): Promise<void> {
  do await wait(PAUSE_MS)
  while (host.processes().some(({ busy }) => busy))
}
