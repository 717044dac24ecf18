import { protocolCall } from "../database/protocol-call.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { Drainer } from "../session/drainer.ts"

/** Announces which jobs a drainer still performs. Whoever enqueues other jobs wakes another drainer. */
export interface NameAnnouncer {
  /** Tells the database the names of the jobs that may still start. During a drain, names only drop out. */
  tell(names: readonly string[]): Promise<void>
}

export function createNameAnnouncer(
  drainer: Drainer,
  { names }: { names: readonly string[] },
): NameAnnouncer {
  const { id, schema, query } = drainer
  let toldCount = names.length
  return {
    async tell(names) {
      if (names.length === toldCount) return
      toldCount = names.length
      const { text, values } = protocolCall(schema, "set_drainer_names", { p_drainer: id, p_names: names })
      await bestEffort(drainer, query(`select ${text}`, values))
    },
  }
}
