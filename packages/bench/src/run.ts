import type { Progress } from "./progress.ts"
import { type Measurement, type Result, resultOf } from "./report/results.ts"
import type { Run, Scenario, Variant } from "./scenario.ts"
import type { System } from "./system.ts"

/**
 * Measures scenarios one after another. Within a scenario, the systems take turns in each round, and each round starts
 * with another system, so that other load on the machine affects all of them.
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  run: Run,
  rounds: number,
  progress: Progress,
): Promise<Result[]> {
  const plan = scenarios.flatMap((scenario) => turnsOf(scenario, rounds))
  const measured = new Map<string, { turn: Turn; rounds: Map<number, Measurement> }>()
  for (const [done, turn] of plan.entries()) {
    const { scenario, variant, system, round } = turn
    const name = `${scenario.name}, ${variant.label}, ${system.name}`
    progress.show(done, plan.length, name)
    try {
      const measurement = await variant.measure(system, run)
      const { rounds } = measured.get(name) ?? { rounds: new Map() }
      measured.set(name, { turn, rounds: rounds.set(round, measurement) })
    } catch (error) {
      progress.log(`FAILED ${name}: ${(error as Error).stack}`)
      process.exitCode = 1
    }
  }
  progress.clear()
  return [...measured.values()].map(({ turn, rounds }) => summarise(turn, rounds))
}

interface Turn {
  readonly scenario: Scenario
  readonly variant: Variant
  readonly system: System
  readonly round: number
}

function turnsOf(scenario: Scenario, rounds: number): Turn[] {
  return Array.from({ length: rounds }).flatMap((_, round) =>
    scenario.variants
      .filter(({ maxRounds = rounds }) => round < maxRounds)
      .flatMap((variant) =>
        rotate(variant.systems, round).map((system) => ({ scenario, variant, system, round })),
      ),
  )
}

function rotate<Value>(values: readonly Value[], by: number): Value[] {
  const start = by % values.length
  return [...values.slice(start), ...values.slice(0, start)]
}

function summarise({ scenario, variant, system }: Turn, rounds: ReadonlyMap<number, Measurement>): Result {
  const settings = variant.settingsOf?.(system) ?? system.settings
  const config = {
    variant: variant.label,
    settings,
    history: system.keepsHistory,
    ...(system.note && { note: system.note }),
  }
  return resultOf(scenario.name, system.name, config, rounds)
}
