import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { usedBy } from "./measure.ts"
import {
  coresOf,
  enqueueApiUsd,
  fargateTasks,
  fargateUsd,
  lambdaUsd,
  neonUsd,
  qstashUsd,
  sluiceUsd,
  sqsUsd,
} from "./model.ts"
import { withTables } from "./page.ts"
import { PRICES } from "./prices.ts"

// prices may be replaced at any time: what is checked is what is done with them
const [request, gbSecond, sqs] = [PRICES.lambdaRequest.usd, PRICES.lambdaGbSecond.usd, PRICES.sqsRequest.usd]
const use = { invocations: 1, billedMs: 200, cpuMs: 0 }

test("a function costs its requests and its memory times its time", () => {
  expect(lambdaUsd(use, 512).low).toBeCloseTo(request + 0.2 * 0.5 * gbSecond, 12)
})

test("where a function has a part of a vCPU only, its CPU time takes so much longer", () => {
  // 10 ms of CPU at 512 MB, 0.2894 of a vCPU, take 34.55 ms: 24.55 ms more
  const { low, high } = lambdaUsd({ ...use, cpuMs: 10 }, 512)
  expect(high - low).toBeCloseTo(0.02455 * 0.5 * gbSecond, 10)
  expect(lambdaUsd({ ...use, cpuMs: 10 }, 3_000).high).toBe(lambdaUsd(use, 3_000).low)
})

test("Sluice pays for its jobs and for 1,440 ticks a day", () => {
  const none = sluiceUsd(0, use, use).low
  const ticksUsd = PRICES.schedulerInvocation.usd * 43_200
  expect(none).toBeCloseTo(43_200 * (request + 0.1 * gbSecond) + ticksUsd, 6)
  expect(sluiceUsd(1_000, use, use).low - none).toBeCloseTo(30_000 * (request + 0.1 * gbSecond), 6)
})

test("its HTTP API pays the gateway by the call, not by the job", () => {
  const free = { invocations: 0.01, billedMs: 0, cpuMs: 0 }
  expect(enqueueApiUsd(100_000_000, free).low).toBeCloseTo(
    30_000_000 * (PRICES.apiGatewayRequest.usd + request),
    6,
  )
})

test("SQS is paid by the request: one to send, and by the batch one to receive and one to delete", () => {
  const nothing = { invocations: 0, billedMs: 0, cpuMs: 0 }
  const { low, high } = sqsUsd(1_000_000, nothing, 10, 1)
  const emptyReceives = 4_320 * 30 * sqs
  expect(low).toBeCloseTo(30_000_000 * 1.2 * sqs + 2 * emptyReceives, 6)
  expect(high - low).toBeCloseTo(3 * emptyReceives, 6)
})

test("QStash is paid by the message, up to a million a day at most as its plan costs", () => {
  const nothing = { invocations: 0, billedMs: 0, cpuMs: 0 }
  const [message, plan] = [PRICES.qstashMessage.usd, PRICES.qstashMillionADay.usd]
  expect(qstashUsd(1_000, nothing).low).toBeCloseTo(30_000 * message, 6)
  expect(qstashUsd(1_000_000, nothing).low).toBeCloseTo(Math.min(30_000_000 * message, plan), 6)
  expect(qstashUsd(2_000_000, nothing).low).toBeCloseTo(60_000_000 * message, 6)
})

test("containers and the database are as large as the work needs, and never smaller than the smallest", () => {
  expect(coresOf(86_400_000, 2)).toBeCloseTo(2)
  expect([0, 0.15, 0.2, 0.6, 0.7].map((cores) => fargateTasks(cores))).toMatchObject([
    { tasks: 1, vcpu: 0.25 },
    { tasks: 1, vcpu: 0.25 },
    { tasks: 1, vcpu: 0.5 },
    { tasks: 1, vcpu: 1 },
    { tasks: 2, vcpu: 1 },
  ])
  expect(fargateUsd(0).low).toBeCloseTo(
    (0.25 * PRICES.fargateVcpuHour.usd + 0.5 * PRICES.fargateGbHour.usd) * 720,
    6,
  )
  expect(neonUsd(0).low).toBeCloseTo(0.25 * 720 * PRICES.neonCuHour.usd, 6)
  expect(neonUsd(0.16).low).toBeCloseTo(0.5 * 720 * PRICES.neonCuHour.usd, 6)
})

test("a cold start's init is billed, other functions' reports are not counted, and a failure is not overlooked", () => {
  const lines = [
    "REPORT drain RequestId 1 pid 9 cold (init 120 ms) 30 ms succeeded 80 MB",
    "REPORT drain RequestId 2 pid 9 warm 31 ms succeeded 90 MB",
    "REPORT enqueue RequestId 3 pid 8 warm 500 ms succeeded 99 MB",
  ]
  expect(usedBy(lines, "drain")).toEqual({ invocations: 2, billedMs: 181, peakMb: 90 })
  expect(() => usedBy(["REPORT drain RequestId 1 pid 9 warm 31 ms failed 90 MB"], "drain")).toThrow(/failed/)
})

test("docs/cost.md says what follows from the measured figures and the prices", async () => {
  const page = await readFile(new URL("../../docs/cost.md", import.meta.url), "utf8")
  const measured = JSON.parse(await readFile(new URL("measured.json", import.meta.url), "utf8"))
  expect(withTables(page, measured), "run `npm run cost -- render`").toBe(page)
})
