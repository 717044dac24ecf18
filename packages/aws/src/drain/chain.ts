import type { DrainSummary } from "@sluice/core"
import type { Context } from "aws-lambda"

/** Invocations of the drain function that hand over to each other while work remains. It is also their event. */
export interface Chain {
  readonly source: "sluice.chain"
  /** The request id of the first invocation. */
  readonly chainId: string
  /** 0 for the first. */
  readonly hop: number
  /** Hand-overs in a row by drains that brought nothing further. */
  readonly fruitless?: number
}

/**
 * Hand-overs in one chain. It only has to end a chain that went wrong, days later: the schedule begins the next one
 * within a minute.
 */
const MOST_HOPS = 1_000
/** Work that a drain sees only at its very end is nearly always done by its successor. */
const MOST_FRUITLESS = 3

/** The chain that an event belongs to. Any event that is not a hand-over begins a new one. */
export function chainOf(event: unknown, { awsRequestId }: Context): Chain {
  const { source, chainId, hop, fruitless } = (event ?? {}) as Partial<Chain>
  const isHandOver = source === "sluice.chain" && typeof chainId === "string" && Number.isSafeInteger(hop)
  return {
    source: "sluice.chain",
    chainId: isHandOver ? chainId : awsRequestId,
    hop: isHandOver ? (hop as number) : 0,
    fruitless: isHandOver && Number.isSafeInteger(fruitless) ? (fruitless as number) : 0,
  }
}

/**
 * Whether this drain's successor begins at once rather than with the schedule: if this one has brought something to an
 * end, or further, and work is left, or if work came after it had looked for the last time. A chain that only snoozes
 * would go round for ever.
 */
export function shouldHandOver(summary: DrainSummary, { hop, fruitless = 0 }: Chain): boolean {
  const { dueWork, lateWork } = summary
  return hop < MOST_HOPS && ((dueWork && isFruitful(summary)) || (lateWork && fruitless < MOST_FRUITLESS))
}

/** The event of the next invocation in the chain. Without a summary: of one that is to help this one. */
export function nextInChain(chain: Chain, summary?: DrainSummary): Chain {
  const fruitless = summary && !isFruitful(summary) ? (chain.fruitless ?? 0) + 1 : 0
  return { ...chain, hop: chain.hop + 1, fruitless }
}

function isFruitful({ succeeded, retried, discarded, checkpoints }: DrainSummary): boolean {
  return succeeded + retried + discarded + checkpoints > 0
}
