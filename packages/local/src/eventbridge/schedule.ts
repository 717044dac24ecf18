import { randomUUID } from "node:crypto"
import { InvalidInputError } from "@sluice/core"
import { ACCOUNT_ID } from "../lambda/function.ts"
import type { Invoke } from "../lambda/invocation.ts"
import type { Clock } from "./clock.ts"

const UNIT_MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 }
const RATE = /^rate\((\d+) (second|minute|hour|day)(s?)\)$/

/**
 * Returns the milliseconds between two ticks of an EventBridge `rate(N unit)`. Seconds are allowed, unlike on AWS. Throws
 * `InvalidInputError` (`invalid_schedule`) for anything else, `cron(…)` included.
 */
export function parseRate(expression: string): number {
  const [, amount = "0", unit, plural] = RATE.exec(expression.trim()) ?? []
  const count = Number(amount)
  const periodMs = count * (UNIT_MS[unit as keyof typeof UNIT_MS] ?? 0)
  if (expression.startsWith("cron(")) {
    throw invalidSchedule(
      expression,
      'cron expressions are not supported locally; use a rate, such as "rate(1 minute)"',
    )
  }
  if (periodMs === 0)
    throw invalidSchedule(expression, 'give a rate, such as "rate(1 minute)" or "rate(5 seconds)"')
  if ((count === 1) !== (plural === "")) {
    throw invalidSchedule(
      expression,
      `EventBridge requires "rate(${count} ${unit}${count === 1 ? "" : "s"})"`,
    )
  }
  return periodMs
}

/** Invokes a function now and at every tick, asynchronously, with the event of an EventBridge rule. */
export function startSchedule(options: {
  host: { clock: Clock; region: string; invoke: Invoke }
  functionName: string
  expression: string
  log?: (line: string) => void
}): { stop(): void } {
  const { host, functionName, expression, log = console.log } = options
  const periodMs = parseRate(expression)
  let cancel = () => {}
  const tick = () => {
    cancel = host.clock.at(host.clock.now() + periodMs, tick)
    host
      .invoke(functionName, JSON.stringify(scheduledEvent(host.region, functionName)), { type: "Event" })
      .catch((error) => log(`The schedule could not invoke ${functionName}: ${error}`))
  }
  tick()
  return { stop: () => cancel() }
}

function scheduledEvent(region: string, ruleName: string): Record<string, unknown> {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: ACCOUNT_ID,
    time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    region,
    resources: [`arn:aws:events:${region}:${ACCOUNT_ID}:rule/${ruleName}`],
    detail: {},
  }
}

function invalidSchedule(expression: string, advice: string): InvalidInputError {
  return new InvalidInputError("invalid_schedule", `The schedule is ${JSON.stringify(expression)}; ${advice}`)
}
