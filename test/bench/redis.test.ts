import { bullmqRedis } from "@sluice/bench/bullmq-redis"
import { startRedis, whyNoRedis } from "@sluice/bench/redis"
import { expect, test } from "vitest"

const NUMBERS = Array.from({ length: 50 }, (_, n) => n)

test.skipIf(whyNoRedis())(
  "BullMQ performs each job once, on a Redis of its own that writes a log",
  async () => {
    const redis = await startRedis()
    const performed: number[] = []
    const finished = Promise.withResolvers<void>()
    await bullmqRedis.prepare(redis.url)
    await bullmqRedis.fill(undefined as never, { count: NUMBERS.length })
    expect(await redis.logPosition()).toBeGreaterThan(0)
    expect(await bullmqRedis.isDone(undefined as never)).toBe(false)

    const worker = await bullmqRedis.openWorker({
      url: redis.url,
      concurrency: 5,
      lingers: false,
      perform({ n }) {
        performed.push(n)
        if (performed.length === NUMBERS.length) finished.resolve()
      },
    })
    worker.start()
    await finished.promise
    await expect.poll(() => bullmqRedis.isDone(undefined as never)).toBe(true)

    expect(performed.toSorted((one, other) => one - other)).toEqual(NUMBERS)
    await worker.stop()
    await redis.stop()
  },
)
