import { createSluice, MAX_PAYLOAD_BYTES } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const JSON_AROUND = Buffer.byteLength(JSON.stringify({ text: "" }))

afterEach(() => database.pool.query("delete from sluice.jobs"))

test.each([
  ["letters of one byte", "x"],
  ["letters of two bytes", "é"],
  ["characters of three bytes", "€"],
  ["characters of four bytes", "🚰"],
])("a payload of 256 KiB in %s is stored whole, and one byte more is refused", async (_what, character) => {
  const text = textOf(character, MAX_PAYLOAD_BYTES - JSON_AROUND)
  const { id } = await sluice.enqueue("large", { text })
  expect(await sluice.getJob(id)).toMatchObject({ payload: { text } })

  await expect(sluice.enqueue("large", { text: `${text}x` })).rejects.toMatchObject({
    name: "PayloadTooLargeError",
    code: "payload_too_large",
    path: ["payload"],
    message: expect.stringMatching(/262145 bytes.*limit of 262144/),
  })
  expect(await stored()).toBe(1)
})

test("in a batch the one that is too large is named, and none is stored", async () => {
  const jobs = [{ name: "small" }, { name: "large", payload: { text: "x".repeat(MAX_PAYLOAD_BYTES) } }]
  await expect(sluice.enqueueMany(jobs)).rejects.toMatchObject({
    code: "payload_too_large",
    path: ["payload"],
    index: 1,
    message: expect.stringMatching(/^jobs\[1\]: /),
  })
  expect(await stored()).toBe(0)
})

test("metadata has the same limit", async () => {
  const metadata = { text: "x".repeat(MAX_PAYLOAD_BYTES) }
  await expect(sluice.enqueue("large", {}, { metadata })).rejects.toMatchObject({
    code: "payload_too_large",
    path: ["options", "metadata"],
  })
  expect(await stored()).toBe(0)
})

/** Text of exactly so many bytes, of this character as far as they go. */
function textOf(character: string, bytes: number): string {
  const text = character.repeat(Math.floor(bytes / Buffer.byteLength(character)))
  return text + "x".repeat(bytes - Buffer.byteLength(text))
}

async function stored(): Promise<number> {
  return (await database.rows("select count(*)::int from sluice.jobs"))[0].count
}
