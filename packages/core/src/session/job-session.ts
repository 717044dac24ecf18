import { openGuardedSession, type Session, type SessionOptions } from "./session.ts"
import { beatMsOf, sqlSessionTimeout } from "./session-timeout.ts"
import { sqlSettings } from "./sql-settings.ts"

/** The session of transactional jobs, one after the other. */
export interface JobSession extends Session {
  /** Sends a statement that shows that the drainer lives, while the job does other things. */
  beat(): void
  readonly beatMs: number
  /** Restores the settings that the session had when it was opened, and drops everything that a job has created in it. */
  reset(): Promise<void>
}

/**
 * Opens a session for the jobs' own transactions. It has the app's isolation, search_path and timeouts, and the same
 * session timeout as a drainer's.
 */
export async function openJobSession(options: SessionOptions): Promise<JobSession> {
  const session = await openGuardedSession(options)
  try {
    const settings = await readSettings(session)
    await session.query(`select ${sqlSessionTimeout(options)}`)
    return extendSession(session, options, settings)
  } catch (error) {
    await session.end()
    throw error
  }
}

/** Also those that the app's `connect` has set. */
async function readSettings(session: Session): Promise<Record<string, string>> {
  const [read] = await session.query(
    "select pg_catalog.current_setting('role') as role, (select pg_catalog.json_object_agg(name, setting) from pg_catalog.pg_settings where source operator(pg_catalog.=) 'session') as settings",
  )
  return { ...read.settings, role: read.role }
}

function extendSession(
  session: Session,
  options: SessionOptions,
  settings: Readonly<Record<string, string>>,
): JobSession {
  const restore = `select ${sqlSettings(settings)}, ${sqlSessionTimeout(options)}`
  let isBeating = false
  let resetting: Promise<void> | undefined
  return {
    ...session,
    beatMs: beatMsOf(options.sessionTimeoutMs),
    beat() {
      if (isBeating) return
      isBeating = true
      // an empty statement can't fail in a transaction that has failed
      const answer = session.connection.query("").catch(() => {})
      void answer.then(() => {
        isBeating = false
      })
    },
    reset() {
      resetting = session
        .query("discard all")
        .then(() => session.query(restore))
        .then(() => {})
      return resetting
    },
    /** Waits for a reset, whose statement would be cut off. */
    async end() {
      await resetting?.catch(() => {})
      await session.end()
    },
  }
}
