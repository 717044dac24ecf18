import type { JobState, StepSnapshot } from "@sluice/core"

/** What is drawn of a workflow: a step, several that are alike, or a job outside of it. */
export interface GraphNode {
  readonly id: string
  /** Empty for a job outside. */
  readonly steps: readonly StepSnapshot[]
  /** The nodes before it. */
  readonly after: readonly string[]
}

/** Up to this many steps, each is drawn. */
const FEW_STEPS = 40
/** Alike are at least so many. */
const LEAST_FOLDED = 4

/** The nodes of the graph: of a large workflow, steps with the same job name, parents and children are one. */
export function foldSteps(steps: readonly StepSnapshot[]): GraphNode[] {
  const groups = steps.length <= FEW_STEPS ? steps.map((step) => [step]) : groupsOf(steps)
  const nodeOf = new Map(
    groups.flatMap((group, index) => group.map(({ step }) => [step, `s${index}`] as const)),
  )
  const outside = new Map<string, GraphNode>()
  const nodes = groups.map((group, index) => {
    const id = `s${index}`
    const after = new Set((group[0]?.after ?? []).map((parent) => nodeOf.get(parent) ?? outsideNode(parent)))
    after.delete(id)
    return { id, steps: group, after: [...after] }
  })
  return [...outside.values(), ...nodes]

  function outsideNode(jobId: string): string {
    const id = `j${jobId}`
    outside.set(id, { id, steps: [], after: [] })
    return id
  }
}

function groupsOf(steps: readonly StepSnapshot[]): StepSnapshot[][] {
  const children = childrenOf(steps)
  const alike = new Map<string, StepSnapshot[]>()
  for (const step of steps) {
    const key = JSON.stringify([step.name, [...step.after].sort(), children.get(step.step)?.sort() ?? []])
    alike.set(key, [...(alike.get(key) ?? []), step])
  }
  return [...alike.values()].flatMap((group) =>
    group.length >= LEAST_FOLDED ? [group] : group.map((step) => [step]),
  )
}

function childrenOf(steps: readonly StepSnapshot[]): Map<string, string[]> {
  const children = new Map<string, string[]>()
  for (const { step, after } of steps)
    for (const parent of after) {
      const known = children.get(parent)
      if (known) known.push(step)
      else children.set(parent, [step])
    }
  return children
}

/** What one has to look at first comes first. */
const BY_URGENCY: readonly JobState[] = [
  "discarded",
  "canceled",
  "running",
  "blocked",
  "ready",
  "scheduled",
  "waiting",
  "succeeded",
]

/** The state that stands for all of a node's steps. Null: none is known any more. */
export function stateOf({ steps }: GraphNode): JobState | null {
  const states = new Set(steps.map(({ state }) => state))
  return BY_URGENCY.find((state) => states.has(state)) ?? null
}
