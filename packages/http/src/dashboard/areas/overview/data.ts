import type {
  Deployment,
  ErrorList,
  Forecast,
  Health,
  Overview,
  SeriesList,
  Sluice,
  Throughput,
} from "@sluice/core"
import { RANGES } from "../../components/ranges.ts"

/** What the overview shows. */
export interface OverviewData {
  readonly overview: Overview
  readonly health: Health
  readonly throughput: Throughput
  readonly queues: SeriesList
  readonly forecast: Forecast
  readonly errors: ErrorList
  readonly deployments: readonly Deployment[]
}

/** The time of an overview whose reader hasn't chosen one. */
export const USUAL_RANGE = "1h"
export const USUAL_RANGE_MS = RANGES[USUAL_RANGE]
const MOST_ERRORS = 5

export async function readOverviewData(sluice: Sluice, rangeMs: number): Promise<OverviewData> {
  const since = new Date(Date.now() - rangeMs)
  const [overview, health, throughput, queues, forecast, errors, deployments] = await Promise.all([
    sluice.getOverview(),
    sluice.getHealth(),
    sluice.getThroughput({ since }),
    sluice.listSeries({ since, by: "queue" }),
    sluice.getForecast(),
    sluice.listErrors({ since, limit: MOST_ERRORS }),
    sluice.listDeployments({ since }),
  ])
  return { overview, health, throughput, queues, forecast, errors, deployments }
}

/** However many readers look, and however often their pages refresh, the database is asked once in this time. */
const FRESH_MS = 2_000

interface Read {
  readonly atMs: number
  readonly data: Promise<OverviewData>
}

const reads = new WeakMap<object, Map<number, Read>>()

/** The same, shared by all who look at about the same time. */
export function readShared(sluice: Sluice, rangeMs: number): Promise<OverviewData> {
  const byRange = reads.get(sluice.database) ?? new Map<number, Read>()
  reads.set(sluice.database, byRange)
  const last = byRange.get(rangeMs)
  if (last && performance.now() - last.atMs < FRESH_MS) return last.data
  const read = { atMs: performance.now(), data: readOverviewData(sluice, rangeMs) }
  byRange.set(rangeMs, read)
  read.data.catch(() => {
    if (byRange.get(rangeMs) === read) byRange.delete(rangeMs) // the next reader asks again
  })
  return read.data
}
