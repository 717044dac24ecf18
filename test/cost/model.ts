// What a month costs, from what was measured. Plain arithmetic, said again in words in docs/cost.md.
import { PRICES } from "./prices.ts"

const DAYS = 30
const TICKS_A_DAY = 1_440
/** What functions are given: the performing ones of all systems the same. */
export const MEMORY_MB = { performing: 512, enqueue: 256 }
/** With so much memory a function has one vCPU: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MB_OF_A_VCPU = 1_769
/** An empty long poll lasts 20 s. */
const POLLS_A_DAY = 86_400 / 20
/** Pollers that Lambda has on an idle queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const POLLERS = { low: 2, high: 5 }
/** A container, or a database, is sized so that it is not busier than this. */
const BUSY_AT_MOST = 0.6
const FARGATE_SIZES = [
  { vcpu: 0.25, gb: 0.5 },
  { vcpu: 0.5, gb: 1 },
  { vcpu: 1, gb: 2 },
]

/** What a function used, per job or per invocation. */
export interface Use {
  readonly invocations: number
  readonly billedMs: number
  readonly cpuMs: number
}

/** From as it was measured, to what it may be on Lambda, where a function has a part of a vCPU only. */
export interface Range {
  readonly low: number
  readonly high: number
}

export function lambdaUsd({ invocations, billedMs, cpuMs }: Use, memoryMb: number): Range {
  const usd = (ms: number) =>
    invocations * PRICES.lambdaRequest.usd + (ms / 1_000) * (memoryMb / 1_024) * PRICES.lambdaGbSecond.usd
  const stretchedMs = billedMs + cpuMs * Math.max(0, MB_OF_A_VCPU / memoryMb - 1)
  return { low: usd(billedMs), high: usd(stretchedMs) }
}

/** The drain function: what it uses a job at this rate, and the schedule's ticks. */
export function sluiceUsd(jobsADay: number, perJob: Use, perTick: Use): Range {
  const jobs = times(lambdaUsd(perJob, MEMORY_MB.performing), jobsADay * DAYS)
  const ticks = times(lambdaUsd(perTick, MEMORY_MB.performing), TICKS_A_DAY * DAYS)
  return plus(jobs, ticks, exactly(TICKS_A_DAY * DAYS * PRICES.schedulerInvocation.usd))
}

/** Enqueueing through the HTTP API instead of from the app's own process. */
export function enqueueApiUsd(jobsADay: number, perJob: Use): Range {
  const calls = jobsADay * DAYS * perJob.invocations
  return plus(
    times(lambdaUsd(perJob, MEMORY_MB.enqueue), jobsADay * DAYS),
    exactly(calls * PRICES.apiGatewayRequest.usd),
  )
}

/** Sent `sendBatch` a request; received, performed by one invocation and deleted `batch` at a time. */
export function sqsUsd(jobsADay: number, perInvocation: Use, batch: number, sendBatch: number): Range {
  const batches = (jobsADay * DAYS) / batch
  const requests = (jobsADay * DAYS) / sendBatch + 2 * batches
  const emptyUsd = (pollers: number) => pollers * POLLS_A_DAY * DAYS * PRICES.sqsRequest.usd
  return plus(
    exactly(requests * PRICES.sqsRequest.usd),
    { low: emptyUsd(POLLERS.low), high: emptyUsd(POLLERS.high) },
    times(lambdaUsd(perInvocation, MEMORY_MB.performing), batches),
  )
}

/** Each message is delivered to a function's own address by one invocation. */
export function qstashUsd(jobsADay: number, perInvocation: Use): Range {
  const listed = jobsADay * DAYS * PRICES.qstashMessage.usd
  const messages = jobsADay <= 1_000_000 ? Math.min(listed, PRICES.qstashMillionADay.usd) : listed
  return plus(exactly(messages), times(lambdaUsd(perInvocation, MEMORY_MB.performing), jobsADay * DAYS))
}

/** Tasks that run all day, for a worker that keeps `cores` busy. One Node process uses no more than one vCPU. */
export function fargateTasks(cores: number): { tasks: number; vcpu: number; gb: number } {
  const largest = { vcpu: 1, gb: 2 }
  const size = FARGATE_SIZES.find(({ vcpu }) => cores <= vcpu * BUSY_AT_MOST) ?? largest
  return { ...size, tasks: Math.max(1, Math.ceil(cores / (size.vcpu * BUSY_AT_MOST))) }
}

export function fargateUsd(cores: number): Range {
  const { tasks, vcpu, gb } = fargateTasks(cores)
  const hour = vcpu * PRICES.fargateVcpuHour.usd + gb * PRICES.fargateGbHour.usd
  return exactly(tasks * hour * 24 * DAYS)
}

/** A Neon compute that never sleeps, large enough for the queue's own work; 0.25 CU is the smallest. */
export function neonUsd(cores: number): Range {
  const cu = Math.max(1, Math.ceil(cores / BUSY_AT_MOST / 0.25)) * 0.25
  return exactly(cu * 24 * DAYS * PRICES.neonCuHour.usd)
}

/** Cores kept busy by work of so many CPU milliseconds a job. */
export function coresOf(jobsADay: number, cpuMsPerJob: number): number {
  return ((jobsADay / 86_400) * cpuMsPerJob) / 1_000
}

function times({ low, high }: Range, count: number): Range {
  return { low: low * count, high: high * count }
}

function plus(...ranges: Range[]): Range {
  const sum = (of: (range: Range) => number) => ranges.reduce((total, range) => total + of(range), 0)
  return { low: sum(({ low }) => low), high: sum(({ high }) => high) }
}

function exactly(usd: number): Range {
  return { low: usd, high: usd }
}
