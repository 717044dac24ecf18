import { createConnect } from "@sluice/aws"
import { createNeonConnect } from "@sluice/aws/neon"
import { PoolerError } from "@sluice/core"
import { expect, test } from "vitest"

const pooled = "postgres://ada:secret@ep-cool-darkness-123456-pooler.us-east-2.aws.neon.invalid/shop"

test.each([
  { driver: "pg", connect: createConnect(pooled) },
  { driver: "Neon's", connect: createNeonConnect(pooled) },
])(
  "Neon's pooled address is refused before $driver driver connects, and the direct one named",
  async ({ connect }) => {
    const error = await connect().catch((error) => error)
    expect(error).toBeInstanceOf(PoolerError)
    expect(error).toMatchObject({
      code: "transaction_pooler",
      message: expect.stringContaining(
        "the direct address ep-cool-darkness-123456.us-east-2.aws.neon.invalid",
      ),
    })
    expect(error.message).not.toContain("secret")
  },
)
