/** What `--json` writes. Fields may be added but not changed, because others read them. */
export interface Report {
  readonly machine: Machine
  readonly results: readonly Result[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly os: string
  readonly node: string
  readonly postgres: string
  readonly measuredAt: string
  /** The command that measured. */
  readonly command: string
}

/** The median round of one system in one variant of a scenario. */
export interface Result {
  readonly scenario: string
  readonly system: string
  readonly config: Config
  readonly jobs: number
  readonly seconds: number
  readonly jobsPerSecond: number
  readonly walBytesPerJob: number
  /** Jobs performed more than once, over all rounds. */
  readonly duplicates: number
  readonly p50Ms?: number
  readonly p99Ms?: number
  /** Jobs never performed, over all rounds. */
  readonly missing: number
  /** Statements that the system's processes sent; each is a round trip, unless the system pipelines. */
  readonly statementsPerJob: number
  /** Milliseconds that Lambda would bill. */
  readonly billedMs?: number
  /** The longest claim of all rounds, as its drainer saw it. */
  readonly longestClaimMs?: number
  readonly longestSettleMs?: number
  /** Jobs per second of every round, slowest first. */
  readonly rounds: readonly number[]
}

export interface Config {
  readonly variant: string
  readonly settings: string
  readonly history: boolean
}

/** One round. */
export interface Measurement {
  readonly jobs: number
  readonly seconds: number
  readonly walBytes: number
  readonly statements: number
  readonly duplicates: number
  readonly missing: number
  readonly latenciesMs?: readonly number[]
  readonly billedMs?: number
  readonly longestClaimMs?: number
  readonly longestSettleMs?: number
}

export function resultOf(
  scenario: string,
  system: string,
  config: Config,
  rounds: readonly Measurement[],
): Result {
  const bySpeed = rounds.toSorted((one, other) => one.jobs / one.seconds - other.jobs / other.seconds)
  const median = bySpeed[Math.floor(bySpeed.length / 2)] as Measurement
  const latenciesMs = rounds.flatMap((round) => round.latenciesMs ?? []).sort((one, other) => one - other)
  return {
    scenario,
    system,
    config,
    jobs: median.jobs,
    seconds: round(median.seconds, 3),
    jobsPerSecond: rateOf(median),
    walBytesPerJob: Math.round(median.walBytes / median.jobs),
    duplicates: sum(rounds.map((round) => round.duplicates)),
    ...(latenciesMs.length > 0 && { p50Ms: quantile(latenciesMs, 0.5), p99Ms: quantile(latenciesMs, 0.99) }),
    missing: sum(rounds.map((round) => round.missing)),
    statementsPerJob: round(median.statements / median.jobs, 4),
    ...(median.billedMs !== undefined && { billedMs: median.billedMs }),
    ...longestOf("longestClaimMs", rounds),
    ...longestOf("longestSettleMs", rounds),
    rounds: bySpeed.map(rateOf),
  }
}

function longestOf(field: "longestClaimMs" | "longestSettleMs", rounds: readonly Measurement[]) {
  const longest = Math.max(...rounds.map((one) => one[field] ?? 0))
  return longest > 0 ? { [field]: round(longest, 1) } : {}
}

function rateOf({ jobs, seconds }: Measurement): number {
  return round(jobs / seconds, 1)
}

function quantile(sorted: readonly number[], share: number): number {
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number, 2)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function round(number: number, digits: number): number {
  return Number(number.toFixed(digits))
}
