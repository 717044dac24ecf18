import type { Server } from "./measure/server.ts"
import type { Measurement } from "./report/results.ts"
import type { System } from "./system.ts"

/** One measurement; each has a file in scenarios/. */
export interface Scenario {
  readonly name: string
  /** What it shows, for readers of the page. */
  readonly about: string
  /** The figure that the page plots. */
  readonly figure: Figure
  readonly variants: readonly Variant[]
  /** Whether it takes so long that it is measured only when it is named. Default false. */
  readonly isOnDemand?: boolean
}

export type Figure = "jobsPerSecond" | "walBytesPerJob" | "p99Ms" | "seconds" | "billedMs"

export interface Variant {
  readonly label: string
  /** Systems that support it. Where a peer is missing, the scenario's file says why. */
  readonly systems: readonly System[]
  /** Fewer rounds than the run's, where one takes long. */
  readonly maxRounds?: number
  /** The settings that matter here, where they aren't the system's usual ones. */
  readonly settingsOf?: (system: System) => string
  measure(system: System, run: Run): Promise<Measurement>
}

export interface Run {
  readonly server: Server
  /** A number of jobs at the scale of this run, and the share of this system. */
  jobs(count: number, system?: System): number
}
