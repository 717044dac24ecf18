/**
 * Returns one value per process and name, created at the first call. A variable of a module exists once per copy of the
 * module, and an app may have loaded two copies of this package: as a module and as CommonJS, or in two versions.
 */
export function sharedByCopies<Value>(name: string, create: () => Value): Value {
  const key = Symbol.for(`@sluice/core ${name}`)
  const shared = globalThis as Record<symbol, unknown>
  shared[key] ??= create()
  return shared[key] as Value
}
