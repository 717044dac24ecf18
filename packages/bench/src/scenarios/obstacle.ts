import { type DrainPlan, measureDrain } from "../measure/measure-drain.ts"
import type { Scenario } from "../scenario.ts"
import type { Obstacle } from "../system.ts"
import { floor } from "../systems/floor.ts"
import { systems } from "../systems/index.ts"

/** The same free jobs without and with an obstacle. */
export function obstacleVariants(
  obstacle: Obstacle,
  plan: DrainPlan,
  changed: Partial<DrainPlan>,
): Scenario["variants"] {
  const able = systems.filter(({ knows }) => knows.includes(obstacle))
  return [
    {
      label: "nothing in the way",
      systems: [...able, floor],
      measure: (system, run) => measureDrain(system, run, plan),
    },
    {
      label: labelOf(obstacle),
      systems: able,
      measure: (system, run) => measureDrain(system, run, { ...plan, ...changed }),
    },
  ]
}

function labelOf(obstacle: Obstacle): string {
  return {
    blocked: "behind blocked jobs",
    rate: "behind jobs whose rate is used up",
    scheduled: "behind scheduled jobs",
    expired: "behind expired jobs",
    queues: "in 1,000 queues",
    paused: "behind a paused queue",
    fair: "of 101 tenants that take turns",
    batch: "in one batch",
    workflow: "in workflows",
  }[obstacle]
}
