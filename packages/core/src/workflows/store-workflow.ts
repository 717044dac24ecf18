import { type BatchOptions, batchJson } from "../batches/batch-options.ts"
import type { Catalog, HowToStore, NewJob } from "../enqueue/enqueue.ts"
import { InvalidInputError } from "../errors.ts"
import type { WorkflowStep } from "../job/workflow.ts"
import { orderSteps } from "./order-steps.ts"
import { assertWorkflow } from "./workflow.ts"

/** The jobs of a workflow, and how they are stored. */
export interface WorkflowToStore {
  readonly names: readonly string[]
  /** Returns the place at which the step of place n was given. Looked for only if an error tells it: there may be many. */
  readonly givenPlace: (place: number) => number
  readonly jobs: readonly NewJob[]
  readonly how: Pick<HowToStore, "parents" | "batch">
}

/** Checks a workflow and its options. Throws `InvalidInputError`. */
export async function toStore(
  catalog: Catalog,
  flow: unknown,
  options: BatchOptions,
): Promise<WorkflowToStore> {
  const { name, steps: given } = assertWorkflow(flow)
  const { steps, parents } = orderSteps(name, given)
  const batch = await batchJson(catalog, options)
  const names = steps.map(({ step }) => step)
  const json = `${batch.slice(0, -1)},"workflow":${JSON.stringify({ name, steps: names })}}`
  const givenPlace = (place: number) => (given as WorkflowStep[]).indexOf(steps[place] as WorkflowStep)
  return { names, givenPlace, jobs: steps.map(toJob), how: { parents, batch: { json } } }
}

function toJob({ name, payload, options }: WorkflowStep): NewJob {
  const { after: _, ...rest } = options ?? {}
  return { name, payload, options: rest } as NewJob
}

/** An error about one of the jobs tells which step that is. */
export function namingStep({ names, givenPlace }: WorkflowToStore, error: unknown): unknown {
  if (!(error instanceof InvalidInputError) || error.index === undefined) return error
  const { index, message, path } = error
  return Object.assign(error, {
    index: undefined,
    message: message.replace(`jobs[${index}]`, `The step ${JSON.stringify(names[index])}`),
    path: ["steps", givenPlace(index), ...path],
  })
}
