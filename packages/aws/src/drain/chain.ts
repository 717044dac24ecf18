import type { DrainSummary } from "@sluice/core"
import { assertRecord } from "@sluice/core/checks"
import type { Context } from "aws-lambda"

/** Invocations of the drain function that hand over to each other while work remains. This is also their event. */
export interface Chain {
  readonly source: "sluice.chain"
  /** The request id of the first invocation. */
  readonly chainId: string
  /** 0 for the first. */
  readonly hop: number
  /** Consecutive hand-overs by drains that made no progress. */
  readonly fruitless?: number
}

/** Limit of a chain that went wrong, reached after days. The schedule starts the next chain within a minute. */
const MAX_HOPS = 1_000
/** Work that a drain sees only at its very end is nearly always done by its successor. */
const MAX_FRUITLESS = 3

/** The chain that an event belongs to. An event that is not a hand-over starts a new one. */
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
 * Whether the next invocation starts at once instead of with the schedule: when this drain made progress and work is
 * left, or when work came after its last look. A chain of drains that only snooze would never end.
 */
export function shouldHandOver(summary: DrainSummary, chain: Chain): boolean {
  assertRecord(summary, ["shouldHandOver", "summary"])
  assertRecord(chain, ["shouldHandOver", "chain"])
  const { hop, fruitless = 0 } = chain
  const { dueWork, lateWork } = summary
  return hop < MAX_HOPS && ((dueWork && isFruitful(summary)) || (lateWork && fruitless < MAX_FRUITLESS))
}

/** The event of the next invocation in the chain; without a summary, of one that works beside this one. */
export function nextInChain(chain: Chain, summary?: DrainSummary): Chain {
  assertRecord(chain, ["nextInChain", "chain"])
  const fruitless = summary && !isFruitful(summary) ? (chain.fruitless ?? 0) + 1 : 0
  return { ...chain, hop: chain.hop + 1, fruitless }
}

function isFruitful({ succeeded, retried, discarded, canceled, checkpoints }: DrainSummary): boolean {
  return succeeded + retried + discarded + canceled + checkpoints > 0
}
