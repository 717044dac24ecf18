import type { DrainSummary } from "@sluice/core"
import type { Context } from "aws-lambda"

/** Invocations of the drain function that hand over to each other while work remains. It is also their event. */
export interface Chain {
  readonly source: "sluice.chain"
  /** The request id of the first invocation. */
  readonly chainId: string
  /** 0 for the first. */
  readonly hop: number
}

/**
 * Hand-overs in one chain. It only has to end a chain that went wrong, days later: the schedule begins the next one
 * within a minute.
 */
const MOST_HOPS = 1_000

/** The chain that an event belongs to. Any event that is not a hand-over begins a new one. */
export function chainOf(event: unknown, { awsRequestId }: Context): Chain {
  const { source, chainId, hop } = (event ?? {}) as Partial<Chain>
  const isHandOver = source === "sluice.chain" && typeof chainId === "string" && Number.isSafeInteger(hop)
  return {
    source: "sluice.chain",
    chainId: isHandOver ? chainId : awsRequestId,
    hop: isHandOver ? (hop as number) : 0,
  }
}

/**
 * Whether this drain's successor begins at once rather than with the schedule. Only if there is something for it to
 * do, and only if this one has brought something to an end, or further: a chain that only snoozes would go round for
 * ever.
 */
export function shouldHandOver(
  { dueWork, succeeded, retried, discarded, checkpoints }: DrainSummary,
  chain: Chain,
): boolean {
  return dueWork && succeeded + retried + discarded + checkpoints > 0 && chain.hop < MOST_HOPS
}

/** The event of the next invocation in the chain. */
export function nextInChain(chain: Chain): Chain {
  return { ...chain, hop: chain.hop + 1 }
}
