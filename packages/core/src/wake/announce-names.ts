import { dispensable } from "../session/best-effort.ts"
import type { Drainer } from "../session/drainer.ts"

/** For which jobs a drainer is awake. Whoever enqueues others wakes another one. */
export interface Awareness {
  /** Tells the database which names are begun from now on. They only become fewer. */
  tell(names: readonly string[]): Promise<void>
}

export function createAwareness(drainer: Drainer, { names }: { names: readonly string[] }): Awareness {
  const { id, schema, query } = drainer
  let told = names.length
  return {
    async tell(names) {
      if (names.length === told) return
      told = names.length
      await dispensable(drainer, query(`select ${schema}.set_drainer_names($1, $2)`, [id, names]))
    },
  }
}
