import { assertInteger, assertKnownKeys, assertText } from "../checks/validate.ts"

/** Where a drain runs, as its host tells: kept with the drainer for a day after its end. */
export interface Invocation {
  /** Of the Lambda invocation. */
  readonly requestId?: string
  readonly functionName?: string
  readonly region?: string
  readonly logGroup?: string
  readonly logStream?: string
  /** The memory that is billed while the drain runs: then it is known what jobs cost. */
  readonly memoryMb?: number
  /** The version of the app, such as a commit: `listDeployments` tells when each was new. */
  readonly version?: string
}

/** Why a drain has ended. */
export type EndReason = "out_of_work" | "deadline" | "stopped" | "failed"

const TEXTS = [
  "requestId",
  "functionName",
  "region",
  "logGroup",
  "logStream",
  "version",
] satisfies readonly (keyof Invocation)[]

export function assertInvocation(invocation: Invocation | undefined, path: readonly string[]): void {
  if (invocation === undefined) return
  assertKnownKeys(invocation, [...TEXTS, "memoryMb"], path)
  for (const key of TEXTS) assertText(invocation[key], [...path, key])
  assertInteger(invocation.memoryMb, [...path, "memoryMb"], 1, 1_000_000)
}
