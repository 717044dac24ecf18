import { setTimeout as wait } from "node:timers/promises"

/** Repeats a check until it passes; after the deadline its last failure is the test's. */
export async function eventually<Value>(
  check: () => Value | Promise<Value>,
  deadlineMs = 10_000,
): Promise<Value> {
  const giveUpAtMs = performance.now() + deadlineMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > giveUpAtMs) throw error
      await wait(20)
    }
  }
}
