const ServerDate = globalThis.Date

/**
 * Moves `Date` of this process by so many milliseconds, so that code which asks for the time agrees with the database. Timers and
 * `performance.now()` stay as they are. With 0 it is the real one again.
 */
export function moveDate(ms: number): void {
  globalThis.Date = ms === 0 ? ServerDate : movedBy(ms)
}

function movedBy(ms: number): DateConstructor {
  const now = () => ServerDate.now() + ms
  return new Proxy(ServerDate, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
    apply: () => new ServerDate(now()).toString(),
    get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
  })
}
