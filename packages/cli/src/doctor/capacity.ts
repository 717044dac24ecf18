import { batchSize } from "@sluice/core"
import type { Check } from "./check.ts"

/** Each drainer may hold the locks of a batch that is claimed, of one that runs, and of one that is settled but not unlocked yet. */
export const roomForLocks: Check = async ({ client, maxDrainers }) => {
  const { rows } = await client.query(
    `select current_setting('max_locks_per_transaction')::int
            * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int) as room`,
  )
  const [{ room }] = rows
  const most = maxDrainers * 3 * batchSize(maxDrainers)
  const text = `room for ${room} locks; ${maxDrainers} drainers use ${most} at most`
  if (room >= most) return { level: "ok", text }
  return {
    level: "note",
    text: `${text}. When it is used up, drainers claim smaller batches; max_locks_per_transaction sets the room`,
  }
}

/** Of each drainer the session, two connections with which its jobs enqueue, and one for a transaction. */
const LEAST_CONNECTIONS = 4

export const roomForConnections: Check = async ({ client, schema, maxDrainers }) => {
  const { rows } = await client.query(`select * from ${schema}.connection_budget(p_max_drainers => $1)`, [
    maxDrainers,
  ])
  const [{ room, transactions }] = rows
  const used = maxDrainers * (LEAST_CONNECTIONS - 1 + transactions)
  if (maxDrainers * LEAST_CONNECTIONS <= room) {
    const each = `${maxDrainers} drainers use ${used} at most, ${transactions} of each for transactional jobs`
    return { level: "ok", text: `room for ${room} connections; ${each}` }
  }
  return {
    level: "wrong",
    text: `room for ${room} connections, too few for ${maxDrainers} drainers, which use ${used}: raise max_connections, or the limit of the role or database, or lower maxDrainers`,
  }
}
