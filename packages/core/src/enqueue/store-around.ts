import { isRecord } from "../checks/validate.ts"
import { type AroundHook, callAround, callHook } from "../job/call-hooks.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { EnqueuedJob, Hooks, JobToEnqueue } from "../job/hooks.ts"
import type { Catalog, NewJob, Stored } from "./enqueue.ts"

/** The hooks of one level, and the places of the jobs that they are for. */
interface Level {
  readonly hooks: Hooks
  readonly places: readonly number[]
}

/** Stores jobs within the hooks of the Sluice and of their definitions, if they have such. */
export async function storeAround(
  catalog: Catalog,
  jobs: readonly NewJob[],
  given: AnyJobDefinition | undefined,
  store: () => Promise<Stored>,
): Promise<Stored> {
  const levels = levelsOf(catalog, jobs, given)
  if (levels.length === 0) return store()
  const toEnqueue = jobs.map(toJobToEnqueue)
  const stored = await callAround({
    name: "aroundEnqueue",
    hooks: levels.flatMap(({ hooks, places }) => aroundHook(hooks, pick(toEnqueue, places))),
    work: store,
    log: catalog.log,
  })
  const enqueued = toEnqueue.map((job, index) => ({ ...job, ...stored.results[index] }) as EnqueuedJob)
  for (const { hooks, places } of levels.toReversed())
    if (hooks.afterEnqueue)
      await callHook("afterEnqueue", catalog.log, () => hooks.afterEnqueue?.(pick(enqueued, places)))
  return stored
}

/** Outermost first. None for what isn't a list of jobs, which is refused when it is to be stored. */
function levelsOf(catalog: Catalog, jobs: readonly NewJob[], given: AnyJobDefinition | undefined): Level[] {
  if (!catalog.hooks && !given?.hooks && !catalog.hasDefinitionHooks) return []
  if (!Array.isArray(jobs) || jobs.length === 0 || !jobs.every(isRecord)) return []
  const byDefinition = new Map<Hooks, number[]>()
  for (const [index, { name }] of jobs.entries()) {
    const { hooks } = catalog.definitions?.get(name as string) ?? given ?? {}
    if (!hooks) continue
    const places = byDefinition.get(hooks) ?? []
    byDefinition.set(hooks, places)
    places.push(index)
  }
  const ofDefinitions = Array.from(byDefinition, ([hooks, places]) => ({ hooks, places }))
  const ofAll = catalog.hooks ? [{ hooks: catalog.hooks, places: [...jobs.keys()] }] : []
  return [...ofAll, ...ofDefinitions].filter(({ hooks }) => hooks.aroundEnqueue || hooks.afterEnqueue)
}

function toJobToEnqueue({ name, payload, options }: NewJob): JobToEnqueue {
  return { name, payload: payload === undefined ? {} : payload, options: options ?? {} }
}

function aroundHook(hooks: Hooks, jobs: readonly JobToEnqueue[]): AroundHook[] {
  return hooks.aroundEnqueue ? [(next) => hooks.aroundEnqueue?.(jobs, next)] : []
}

function pick<Value>(all: readonly Value[], places: readonly number[]): Value[] {
  return places.map((place) => all[place] as Value)
}
