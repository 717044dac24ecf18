import type { Server } from "./measure/server.ts"
import type { Measurement } from "./report/results.ts"
import type { System } from "./system.ts"

/** One file of scenarios/ each. */
export interface Scenario {
  readonly name: string
  /** What it shows, as a reader of the page wants to know it. */
  readonly about: string
  /** The figure that the scenario is about. */
  readonly figure: Figure
  readonly variants: readonly Variant[]
}

export type Figure = "jobsPerSecond" | "walBytesPerJob" | "p99Ms" | "seconds" | "billedMs"

export interface Variant {
  readonly label: string
  /** Systems that can do it. Where one of the peers is absent, the scenario's file says why. */
  readonly systems: readonly System[]
  /** Less than the run's number of rounds, where one takes long. */
  readonly mostRounds?: number
  measure(system: System, run: Run): Promise<Measurement>
}

export interface Run {
  readonly server: Server
  /** A scenario's number of jobs, at the scale of this run and the share of this system. */
  jobs(count: number, system?: System): number
}
