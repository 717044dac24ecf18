import { open } from "node:fs/promises"
import { Discard, defineJob } from "@sluice/core"
import { takeRecords } from "./csv.ts"

const BATCH_BYTES = 64 * 1024

export const importCustomers = defineJob({
  name: "import-customers",
  timeout: "1m", // for a batch
  async perform({ path }: { path: string }, { cursor, progress }) {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      if (size === 0) throw new Discard(`${path} is empty`)
      await cursor(
        "rows",
        0, // the position: bytes that are imported
        async (position, transaction) => {
          const bytes = Buffer.alloc(Math.min(BATCH_BYTES, size - position))
          await file.read(bytes, 0, bytes.length, position)
          const isLast = position + bytes.length === size
          const { records, length } = takeRecords(bytes, isLast)
          const rows = position === 0 ? records.slice(1) : records // without the header
          await transaction.query(
            `insert into customers (email, name, note)
             select * from unnest($1::text[], $2::text[], $3::text[])`,
            [0, 1, 2].map((column) => rows.map((row) => row[column] ?? "")),
          )
          progress(((position + length) / size) * 100, `${position + length} of ${size} bytes`)
          return isLast ? undefined : position + length
        },
        { transactional: true },
      )
    } finally {
      await file.close()
    }
  },
})
