import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { onTestFinished } from "vitest"

/** What an execution says of itself when it begins and when it ends. */
export interface Testimony {
  readonly event: "begin" | "end"
  readonly jobId: string
  /** `application_name` of the session that claimed the job: one a drain. */
  readonly session: string
}

/** Hears from every execution, over a network that doesn't fail, and knows which run at the same time. */
export interface Witness {
  readonly url: string
  /** Jobs that began while another execution of the same job went on, and both sessions lived. */
  readonly violations: string[]
}

/** @param alive Which of these sessions the database has. */
export async function startWitness(
  alive: (sessions: readonly string[]) => Promise<readonly string[]>,
): Promise<Witness> {
  const running = new Map<string, Set<string>>()
  const violations: string[] = []
  const server = createServer(async (request, response) => {
    await hear(JSON.parse(await text(request)) as Testimony)
    response.end()
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, violations }

  async function hear({ event, jobId, session }: Testimony): Promise<void> {
    const sessions = running.get(jobId) ?? new Set()
    running.set(jobId, sessions)
    if (event === "end") {
      sessions.delete(session)
      if (sessions.size === 0) running.delete(jobId)
      return
    }
    const others = [...sessions].filter((other) => other !== session)
    sessions.add(session)
    if (others.length === 0) return
    const living = await alive([session, ...others]).catch((): string[] => [])
    if (living.includes(session) && living.length > 1) violations.push(`${jobId}: ${living.join(", ")}`)
  }
}
