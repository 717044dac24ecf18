import { protocolCall } from "../database/protocol-call.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { Drainer } from "../session/drainer.ts"
import type { JobRunner } from "./job-runner.ts"

/** How a drainer learns that jobs which it performs are to be canceled. */
export interface CancelWatch {
  /** Listens for requests, once. For a drain whose jobs take long: the claims between short ones read the requests too. */
  listen(): Promise<void>
}

export function createCancelWatch(drainer: Drainer, runner: JobRunner): CancelWatch {
  const channel = `${drainer.schema}:cancel`
  let isListening = false
  drainer.cancelRequests.onRequest(runner.cancel)
  drainer.onNotification((heard) => {
    if (heard === channel)
      look().catch(() => {}) // the loss of the session ends the drain elsewhere
    else runner.interrupt()
  })

  return {
    async listen() {
      if (isListening) return
      isListening = true
      await bestEffort(drainer, drainer.query(`listen "${channel}"`))
      await look() // at what was requested before
    },
  }

  /** Anybody can notify a channel, so the notification says only that there is something to read. */
  async function look(): Promise<void> {
    const { text, values } = protocolCall(drainer.schema, "canceled_of", { p_drainer: drainer.id })
    const rows = await bestEffort(drainer, drainer.query(`select ${text} as ids`, values))
    if (rows?.[0]) drainer.cancelRequests.tell(rows[0].ids)
  }
}
