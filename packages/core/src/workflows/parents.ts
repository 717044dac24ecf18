import type { Json } from "../checks/json.ts"
import { nearest } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { translateError } from "../database/translate-error.ts"
import type { Catalog } from "../enqueue/enqueue.ts"
import { InvalidInputError, ParentResultError } from "../errors.ts"
import { readObjectInTime } from "../inspect/job.ts"
import { jobFailedError } from "../job/job-handle.ts"
import type { JobParent, JobParents } from "../job/job-parents.ts"
import { keptOf } from "../job/keep.ts"

type Sluice = Catalog & { readonly database: Queryable }

interface ReadParent extends JobParent {
  readonly result: Json | null
  readonly resultKey: string | null
  readonly payloadKept: boolean
  readonly error: { readonly class: string; readonly message: string } | null
}

/** The jobs after which the job of this id runs. */
export function parentsOfJob(sluice: Sluice, id: string): JobParents {
  return {
    async result(name) {
      const parents = await read(sluice, id)
      const parent = parents.find(({ step, id }) => step === name || id === name)
      return (parent ? await resultOf(sluice, parent) : refuseUnknown(id, name, parents)) as never
    },
    async results() {
      const parents = await read(sluice, id)
      const results = await Promise.all(parents.map((parent) => resultOf(sluice, parent)))
      return Object.fromEntries(parents.map(({ step, id }, index) => [step ?? id, results[index]])) as never
    },
    async list() {
      const parents = await read(sluice, id)
      return parents.map(({ id, step, name, state }) => ({ id, step, name, state }))
    },
  }
}

async function read({ database, schema }: Sluice, id: string): Promise<ReadParent[]> {
  const call = protocolCall(schema, "read_parents", { p_job: id })
  try {
    return await readJson(database, call)
  } catch (error) {
    throw translateError(error)
  }
}

async function resultOf({ definitions, payloads }: Sluice, parent: ReadParent): Promise<Json | null> {
  const { id, step, name, state, result, resultKey, error } = parent
  const called = step === null ? `job ${id}` : `step ${JSON.stringify(step)} (job ${id})`
  if (name === null) {
    const message = `The history of the ${called} was dropped, and its result with it`
    throw new ParentResultError("parent_history_dropped", message)
  }
  if (state === "discarded" || state === "canceled")
    throw jobFailedError(called, id, state, error ?? undefined)
  if (state !== "succeeded") {
    const message = `The ${called} was retried: it is ${state}, and has no result yet`
    throw new ParentResultError("parent_not_finished", message)
  }
  if (resultKey !== null && payloads) return (await readObjectInTime(payloads, resultKey)) ?? null
  const definition = definitions?.get(name)
  const isKept = definition ? keptOf(definition.keep).result : result !== null || parent.payloadKept
  if (isKept && resultKey === null) return result
  const why =
    resultKey === null
      ? `the definition of ${JSON.stringify(name)} doesn't keep results`
      : "it is in a store of payloads, which createSluice({ payloads }) isn't given here"
  throw new ParentResultError("parent_result_not_kept", `The ${called} has no result to read: ${why}`)
}

function refuseUnknown(id: string, name: string, parents: readonly ReadParent[]): never {
  const known = parents.map(({ step, id }) => step ?? id)
  const near = nearest(name, known)
  const hint = near ? `did you mean ${JSON.stringify(near)}?` : `it runs after ${known.join(", ") || "none"}`
  throw new InvalidInputError(
    "unknown_parent",
    `The job ${id} doesn't run after ${JSON.stringify(name)}: ${hint}`,
    { path: ["parent"] },
  )
}
