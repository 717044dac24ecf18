import type { BatchOptions } from "../batches/batch-options.ts"
import { assertKnownKeys, isRecord, refuse } from "../checks/validate.ts"
import { type AnyJobDefinition, clientOf, type InputOf, type ResultOf } from "../job/define-job.ts"
import type { EnqueueOptions } from "../job/job-options.ts"
import type { WorkflowStep } from "../job/workflow.ts"
import { stepName } from "./fields.ts"
import { toMermaid } from "./mermaid.ts"
import { afterOf } from "./step.ts"

/** A workflow in the making, returned by {@link workflow}. `Steps` are its definitions by the names of the steps. */
export interface Workflow<Steps extends Record<string, AnyJobDefinition> = Record<never, never>> {
  readonly name: string
  /** In the order in which they were added. */
  readonly steps: readonly WorkflowStep[]
  /**
   * Adds a job, to run once the steps of `after` have ended. These may be added later.
   *
   * @throws InvalidInputError `invalid_workflow`: there is a step of this name
   */
  add<Step extends string, Job extends AnyJobDefinition>(
    step: Step,
    job: Job,
    ...options: Record<never, never> extends InputOf<Job>
      ? [options?: StepSettings<Job>]
      : [options: StepSettings<Job>]
  ): Workflow<Steps & Record<Step, Job>>
  /**
   * Stores all of its jobs in one statement. Its definitions have to be those of `createSluice({ jobs })`.
   *
   * @throws InvalidInputError `invalid_workflow`, which names unknown steps and circles
   */
  enqueue(options?: WorkflowOptions): Promise<EnqueuedWorkflow<keyof Steps & string>>
  /** A flowchart of its steps, as text for Mermaid. */
  toMermaid(): string
}

/** The options of an enqueue, and the payload, which is `{}` if it is left out. `after` has names of steps, or ids of other jobs. */
export type StepSettings<Job extends AnyJobDefinition> = Omit<EnqueueOptions, "transaction" | "request"> &
  (Record<never, never> extends InputOf<Job>
    ? { readonly payload?: InputOf<Job> }
    : { readonly payload: InputOf<Job> })

/** Those of a batch. */
export type WorkflowOptions = BatchOptions

/** A workflow that was stored. */
export interface EnqueuedWorkflow<Step extends string = string> {
  /** Also the id of its batch. */
  readonly id: string
  /** The ids of its jobs by the names of their steps. */
  readonly jobs: Readonly<Record<Step, string>>
}

/** The results of a workflow's steps: `context.parents.results<StepResults<typeof order>>()`. */
export type StepResults<Flow> =
  Flow extends Workflow<infer Steps> ? { readonly [Step in keyof Steps]: ResultOf<Steps[Step]> } : never

/**
 * Begins a workflow: jobs that run one after the other, or beside each other, as `after` says.
 *
 * @example
 * const order = workflow("order")
 *   .add("charge", charge, { payload: { order: 7 } })
 *   .add("ship", ship, { payload: { order: 7 }, after: "charge" })
 * const { id } = await order.enqueue()
 */
export function workflow(name: string): Workflow {
  stepName.assert(name, ["workflow", "name"])
  const steps: WorkflowStep[] = []
  const names = new Set<string>()
  let first: AnyJobDefinition | undefined
  const flow = {
    name,
    steps,
    add(step: string, job: AnyJobDefinition, given: StepSettings<AnyJobDefinition> = {}) {
      stepName.assert(step, ["step"])
      if (names.has(step)) refuse("invalid_workflow", step, ["step"], "each step a name of its own")
      if (!isRecord(job) || typeof job.enqueue !== "function")
        refuse("invalid_job", job, [step], "a definition")
      if (!isRecord(given)) refuse("invalid_option", given, [step, "options"], "an object")
      const { payload, ...options } = given
      names.add(step)
      steps.push({ step, name: job.name, ...(payload !== undefined && { payload }), options })
      first ??= job
      return flow
    },
    async enqueue(options?: WorkflowOptions) {
      if (!first) refuse("invalid_workflow", steps, [name, "steps"], "one step at least")
      return clientOf(first).enqueueWorkflow(flow, options)
    },
    toMermaid: () => toMermaid(steps.map(({ step, options }) => ({ step, after: afterOf(options) }))),
  }
  return flow as unknown as Workflow
}

/** Checks what a workflow is enqueued as: one that was built, or its name and its steps. */
export function assertWorkflow(flow: unknown): { readonly name: unknown; readonly steps: unknown } {
  if (!isRecord(flow))
    refuse("invalid_workflow", flow, ["workflow"], "a workflow, or an object with name and steps")
  const { add: _, enqueue: __, toMermaid: ___, ...rest } = flow
  assertKnownKeys(rest, ["name", "steps"], ["workflow"])
  return rest as never
}
