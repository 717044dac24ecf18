import { AsyncLocalStorage } from "node:async_hooks"
import { actingAs, type Principal, type Sluice } from "@sluice/core"

const current = new AsyncLocalStorage<Sluice>()

/** Runs a request on behalf of who sends it. */
export type ActAs = <Value>(principal: Principal, run: () => Value) => Value

export function createActAs(sluice: Sluice): ActAs {
  const actors = new WeakMap<Principal, Sluice>() // keys that are verified again and again are the same objects
  return (principal, run) => {
    const actor = actors.get(principal) ?? actingAs(sluice, principal, "api")
    actors.set(principal, actor)
    return current.run(actor, run)
  }
}

/**
 * The Sluice of whoever sends the request that is being handled: routes act through it, so that none of them can forget to
 * check what the key may do, or to record what it does. Outside of an authorized request, its methods throw.
 */
export function actingSluice(sluice: Sluice): Sluice {
  const methods = Object.entries(sluice).filter(([, member]) => typeof member === "function")
  const acting = methods.map(([name]) => [
    name,
    (...given: unknown[]) => (actor()[name as keyof Sluice] as (...given: unknown[]) => unknown)(...given),
  ])
  return { ...sluice, ...Object.fromEntries(acting) }
}

function actor(): Sluice {
  const sluice = current.getStore()
  if (sluice) return sluice
  throw new Error("A route that isn't authorized acts on jobs")
}
