import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { setTimeout as wait } from "node:timers/promises"
import { onTestFinished } from "vitest"
import { random, type World } from "./world.ts"

export interface Drainers {
  /** Kills one after the other at random moments, of those that perform jobs, and starts another in its place. */
  killAtRandom(): Promise<void>
  /** How many were killed. */
  kills(): number
  /** Those that have ended by themselves. */
  ended(): string[]
}

/** Drainers in processes of their own, until the test has finished. */
export function startDrainers({ database, actMs }: World, count: number): Drainers {
  /** Those that perform jobs by now. */
  const open = new WeakSet<ChildProcess>()
  const children = Array.from({ length: count }, startOne)
  let kills = 0
  let isOver = false
  onTestFinished(async () => {
    isOver = true
    await Promise.all(children.map(kill))
  })
  return {
    async killAtRandom() {
      await Promise.race(children.map((child) => once(child, "message"))) // a busy machine takes seconds to start them
      const untilMs = performance.now() + actMs
      for (;;) {
        await wait(300 + random(1_200))
        if (performance.now() > untilMs || isOver) return
        const place = random(count)
        const victim = children[place] as ChildProcess
        if (!open.has(victim)) continue // it has nothing yet that it could lose
        await kill(victim)
        kills++
        children[place] = startOne()
      }
    },
    kills: () => kills,
    ended: () =>
      children
        .filter(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
        .map(({ pid, exitCode, signalCode }) => `drainer ${pid} has ended with ${signalCode ?? exitCode}`),
  }

  function startOne(): ChildProcess {
    const child = fork(new URL("fixtures/drainer.ts", import.meta.url), {
      env: { ...process.env, EXACTNESS_URL: database.url },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    })
    child.once("message", () => open.add(child))
    return child
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined
  child.kill("SIGKILL")
  await exited
}
