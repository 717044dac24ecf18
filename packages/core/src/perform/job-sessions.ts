import type { Connect } from "../database/connection.ts"
import type { Drainer } from "../session/drainer.ts"
import { type JobSession, openJobSession } from "../session/job-session.ts"

/** Database sessions for transactional jobs: opened when needed, reused from job to job, ended with the drain. */
export interface JobSessions {
  /** Returns a session that no other job uses, and starts a transaction in it. */
  begin(): Promise<JobSession>
  /** Makes a session available to the next job, without anything that this job has set, locked, prepared or created. */
  reuse(session: JobSession): void
  /** Destroys a session and what is under way in it. */
  discard(session: JobSession): void
  /** Ends all sessions. */
  end(): Promise<void>
}

export function createJobSessions(
  drainer: Drainer,
  options: { connect: Connect; untilGiveUpMs: () => number },
): JobSessions {
  const idle: Promise<JobSession>[] = []
  const open = new Set<JobSession>()

  return {
    async begin() {
      const session = (await takeIdle()) ?? (await openSession())
      try {
        await session.query("begin read write") // in the app's isolation, but able to write whatever its default is
        return session
      } catch (error) {
        discard(session)
        throw error
      }
    },
    reuse(session) {
      const ready = resetSession(session)
      ready.catch(() => {}) // handled when it is taken
      idle.push(ready)
    },
    discard,
    async end() {
      await Promise.all([...open].map((session) => session.end()))
    },
  }

  async function takeIdle(): Promise<JobSession | undefined> {
    for (let next = idle.pop(); next; next = idle.pop()) {
      const session = await next.catch(() => undefined)
      if (session && open.has(session)) return session // it may have been lost while it was idle
    }
    return undefined
  }

  async function openSession(): Promise<JobSession> {
    const { schema, sessionTimeoutMs } = drainer
    const session = await openJobSession({ ...options, schema, sessionTimeoutMs })
    open.add(session)
    session.lost.addEventListener("abort", () => discard(session))
    return session
  }

  async function resetSession(session: JobSession): Promise<JobSession> {
    try {
      await session.reset()
      return session
    } catch (error) {
      discard(session)
      throw error
    }
  }

  function discard(session: JobSession): void {
    open.delete(session)
    session.destroy()
  }
}
