import { type LookupAddress, type LookupOptions, lookup as lookUp } from "node:dns"

/**
 * A name server that doesn't respond blocks one of the four threads that resolve names for the whole process, the
 * database's included, for tens of seconds, and a lookup can't be canceled. Webhooks therefore use at most half of them.
 */
const MAX_LOOKUPS = 2

interface Lookup extends PromiseWithResolvers<LookupAddress[]> {
  readonly name: string
  readonly options: LookupOptions
  waiters: number
  hasStarted: boolean
}

/** By name, so that callers share a lookup. In order of arrival, including those that wait to start. */
const lookups = new Map<string, Lookup>()
let running = 0

/** Resolves to the addresses of a name. Never settles when all its callers aborted before the lookup started. */
export async function resolveName(name: string, options: LookupOptions, signal: AbortSignal) {
  const lookup = lookups.get(name) ?? newLookup(name, options)
  const leave = () => {
    lookup.waiters--
    if (lookup.waiters === 0 && !lookup.hasStarted) lookups.delete(name)
  }
  lookup.waiters++
  signal.addEventListener("abort", leave)
  startNext()
  try {
    return await lookup.promise
  } finally {
    signal.removeEventListener("abort", leave)
  }
}

function newLookup(name: string, options: LookupOptions): Lookup {
  const lookup = {
    ...Promise.withResolvers<LookupAddress[]>(),
    name,
    options,
    waiters: 0,
    hasStarted: false,
  }
  lookups.set(name, lookup)
  return lookup
}

function startNext(): void {
  const next = running < MAX_LOOKUPS && [...lookups.values()].find(({ hasStarted }) => !hasStarted)
  if (!next) return
  next.hasStarted = true
  running++
  lookUp(next.name, { ...next.options, all: true }, (error, found) => {
    running--
    lookups.delete(next.name)
    if (error) next.reject(error)
    else next.resolve(found)
    startNext()
  })
}
