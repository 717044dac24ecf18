import { assertKnownKeys, isRecord, nearest, refuse } from "../checks/validate.ts"
import type { Parent } from "../enqueue/enqueue.ts"
import { stepOptions } from "../enqueue/options.ts"
import { InvalidInputError } from "../errors.ts"
import type { WorkflowStep } from "../job/workflow.ts"
import { stepName } from "./fields.ts"
import { afterOf, IS_ID } from "./step.ts"

/** A workflow that can be stored: `parents` are ids, or places in `steps`. */
export interface OrderedSteps {
  readonly steps: readonly WorkflowStep[]
  readonly parents: readonly (readonly Parent[])[]
}

const STEP_KEYS = ["step", "name", "payload", "options"] satisfies readonly (keyof WorkflowStep)[]

/**
 * Checks the names of a workflow's steps and their order, and returns the steps so that each comes behind those that it runs after:
 * jobs whose concurrency key asks for the order of their enqueue have to be stored like that. What is wrong comes in one error.
 */
export function orderSteps(name: unknown, steps: unknown): OrderedSteps {
  stepName.assert(name, ["name"])
  if (!Array.isArray(steps) || steps.length === 0)
    refuse("invalid_workflow", steps, ["steps"], "a list of steps")
  for (const [index, step] of steps.entries()) assertStep(step, ["steps", index])
  const byName = new Map<string, WorkflowStep>()
  const problems: Problem[] = []
  for (const step of steps as WorkflowStep[]) {
    if (byName.has(step.step)) problems.push(() => `two steps are named ${JSON.stringify(step.step)}`)
    byName.set(step.step, step)
  }
  for (const { step, options } of byName.values())
    for (const parent of afterOf(options))
      if (!byName.has(parent) && !IS_ID.test(parent)) problems.push(() => unknownParent(step, parent, byName))
  const { ordered, circles } = sort(byName)
  problems.push(...circles)
  if (problems.length > 0) refuseWorkflow(name as string, problems)

  const places = new Map(ordered.map(({ step }, place) => [step, place]))
  const parents = ordered.map(({ options }) => afterOf(options).map((parent) => places.get(parent) ?? parent))
  return { steps: ordered, parents }
}

/** Put into words only if it is shown: a request may have a hundred thousand, and each hint of a name takes a millisecond. */
type Problem = () => string

const MOST_SHOWN = 20

function refuseWorkflow(name: string, problems: readonly Problem[]): never {
  const shown = problems.slice(0, MOST_SHOWN).map((describe) => describe())
  const more = problems.length > MOST_SHOWN ? `; and ${problems.length - MOST_SHOWN} more` : ""
  const message = `The workflow ${JSON.stringify(name)} can't run: ${shown.join("; ")}${more}`
  throw new InvalidInputError("invalid_workflow", message, { path: ["steps"] })
}

function assertStep(step: unknown, path: readonly (string | number)[]): void {
  if (!isRecord(step))
    refuse("invalid_workflow", step, path, "an object with step, name, payload and options")
  assertKnownKeys(step, STEP_KEYS, path as string[])
  stepName.assert(step.step, [...path, "step"])
  if (step.options === undefined) return
  if (!isRecord(step.options)) refuse("invalid_option", step.options, [...path, "options"], "an object")
  const { after } = step.options
  if (after !== undefined) stepOptions.fields.after.assert(after, [...path, "options", "after"])
}

function unknownParent(step: string, parent: string, known: ReadonlyMap<string, unknown>): string {
  const near = nearest(parent, known.keys())
  const hint = near ? `: did you mean ${JSON.stringify(near)}?` : ""
  return `the step ${JSON.stringify(step)} is to run after ${JSON.stringify(parent)}, which isn't one${hint}`
}

/** What is left out of a long circle doesn't help to find it. */
function circle(names: readonly string[], length: number, end: string): Problem {
  const path = [...names, ...(length > names.length ? ["…"] : []), end]
  return () => `steps run after each other in a circle: ${path.join(" → ")}`
}

/** Each step behind those that it runs after, else in the order in which they were given. Without recursion: a chain may be long. */
function sort(byName: ReadonlyMap<string, WorkflowStep>) {
  const ordered: WorkflowStep[] = []
  const circles: Problem[] = []
  /** Of steps on the path, their places in it. */
  const state = new Map<string, number | "done">()
  for (const first of byName.values()) {
    if (state.has(first.step)) continue
    const path = [visit(first, 0)]
    while (path.length > 0) {
      const { step, left } = path.at(-1) as ReturnType<typeof visit>
      const parent = byName.get(left.pop() ?? "")
      const from = parent && state.get(parent.step)
      if (parent && typeof from === "number") {
        const names = path.slice(from, from + MOST_SHOWN).map(({ step }) => step.step)
        circles.push(circle(names, path.length - from, parent.step))
      } else if (parent && from === undefined) path.push(visit(parent, path.length))
      else if (!parent && left.length === 0) {
        ordered.push(step)
        state.set(step.step, "done")
        path.pop()
      }
    }
  }
  return { ordered, circles }

  function visit(step: WorkflowStep, place: number) {
    state.set(step.step, place)
    return { step, left: afterOf(step.options).toReversed() }
  }
}
