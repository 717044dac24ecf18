/** What `--json` writes. Fields may be added but not changed, because others read them. */
export interface Report {
  readonly machine: Machine
  readonly results: readonly Result[]
  /** Systems that this machine can't run. */
  readonly skipped?: readonly Skipped[]
}

export interface Skipped {
  readonly system: string
  readonly why: string
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

/** The median round of one system in one variant of a scenario; the slower one of two. */
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
  readonly longestEnqueueMs?: number
  /** Jobs per second of every round, slowest first. */
  readonly rounds: readonly number[]
  /**
   * What each round measured, in their order, so that rounds of different systems can be compared. Missing in files that
   * earlier versions wrote.
   */
  readonly perRound?: readonly Round[]
  /** Whether the scenario's time limit ended a round, so that the figure would be larger without it. */
  readonly isCutOff?: boolean
}

export interface Round {
  /** Counts from 0. All systems that were measured in the same round have the same number. */
  readonly round: number
  readonly jobsPerSecond: number
  readonly seconds: number
  readonly walBytesPerJob: number
  readonly p50Ms?: number
  readonly p99Ms?: number
  readonly billedMs?: number
}

export interface Config {
  readonly variant: string
  readonly settings: string
  readonly history: boolean
  /** What a reader must know before comparing it with the others. */
  readonly note?: string
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
  readonly longestEnqueueMs?: number
  readonly isCutOff?: boolean
}

/** The measurements are by round; one that failed is missing. */
export function resultOf(
  scenario: string,
  system: string,
  config: Config,
  measured: ReadonlyMap<number, Measurement>,
): Result {
  const rounds = [...measured.values()]
  const bySpeed = rounds.toSorted((one, other) => one.jobs / one.seconds - other.jobs / other.seconds)
  const median = bySpeed[Math.floor((bySpeed.length - 1) / 2)] as Measurement
  return {
    scenario,
    system,
    config,
    jobs: median.jobs,
    seconds: round(median.seconds, 3),
    jobsPerSecond: rateOf(median),
    walBytesPerJob: Math.round(median.walBytes / median.jobs),
    duplicates: sum(rounds.map((round) => round.duplicates)),
    ...quantilesOf(rounds.flatMap((round) => round.latenciesMs ?? [])),
    missing: sum(rounds.map((round) => round.missing)),
    statementsPerJob: round(median.statements / median.jobs, 4),
    ...(median.billedMs !== undefined && { billedMs: median.billedMs }),
    ...longestOf("longestClaimMs", rounds),
    ...longestOf("longestSettleMs", rounds),
    ...longestOf("longestEnqueueMs", rounds),
    rounds: bySpeed.map(rateOf),
    perRound: [...measured].map(([round, measurement]) => roundOf(round, measurement)),
    ...(rounds.some(({ isCutOff }) => isCutOff) && { isCutOff: true }),
  }
}

function roundOf(number: number, measurement: Measurement): Round {
  const { jobs, seconds, walBytes, latenciesMs = [], billedMs } = measurement
  return {
    round: number,
    jobsPerSecond: rateOf(measurement),
    seconds: round(seconds, 3),
    walBytesPerJob: Math.round(walBytes / jobs),
    ...quantilesOf(latenciesMs),
    ...(billedMs !== undefined && { billedMs }),
  }
}

function longestOf(
  field: "longestClaimMs" | "longestSettleMs" | "longestEnqueueMs",
  rounds: readonly Measurement[],
) {
  const longest = Math.max(...rounds.map((one) => one[field] ?? 0))
  return longest > 0 ? { [field]: round(longest, 1) } : {}
}

function rateOf({ jobs, seconds }: Measurement): number {
  return round(jobs / seconds, 1)
}

function quantilesOf(latenciesMs: readonly number[]): Pick<Result, "p50Ms" | "p99Ms"> {
  if (latenciesMs.length === 0) return {}
  const sorted = latenciesMs.toSorted((one, other) => one - other)
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) }
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
