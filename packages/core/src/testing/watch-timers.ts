import type { Watch } from "./operation.ts"

type Timers = Pick<typeof globalThis, "setTimeout" | "setInterval">

/** Those of `node:timers/promises` aren't watched. */
export function watchTimers(current: () => Watch | undefined): () => void {
  const { setTimeout, setInterval, clearTimeout } = globalThis
  globalThis.setTimeout = watched(setTimeout)
  globalThis.setInterval = watched(setInterval)
  return () => Object.assign(globalThis, { setTimeout, setInterval })

  function watched<Set extends Timers[keyof Timers]>(set: Set): Set {
    return new Proxy(set, {
      apply(target, self, [callback, ...others]) {
        const watch = current()
        if (!watch) return Reflect.apply(target, self, [callback, ...others])
        const call = (...values: unknown[]) =>
          watch.held ? void watch.held.then(() => callback(...values)) : callback(...values)
        const timer = Reflect.apply(target, self, [call, ...others])
        watch.addTimer(() => clearTimeout(timer))
        return timer
      },
    })
  }
}
