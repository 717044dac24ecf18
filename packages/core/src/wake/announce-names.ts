import { protocolCall } from "../database/protocol-call.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { Drainer } from "../session/drainer.ts"

/** For which jobs a drainer is awake. Whoever enqueues others wakes another one. */
export interface NameAnnouncer {
  /** Tells the database which names are begun from now on. They only become fewer. */
  tell(names: readonly string[]): Promise<void>
}

export function createNameAnnouncer(
  drainer: Drainer,
  { names }: { names: readonly string[] },
): NameAnnouncer {
  const { id, schema, query } = drainer
  let told = names.length
  return {
    async tell(names) {
      if (names.length === told) return
      told = names.length
      const { text, values } = protocolCall(schema, "set_drainer_names", { p_drainer: id, p_names: names })
      await bestEffort(drainer, query(`select ${text}`, values))
    },
  }
}
