import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { createIdleMode } from "@sluice/aws"
import { expect, onTestFinished, test, vi } from "vitest"
import { eventually } from "../support/eventually.ts"

test("the wake-up of a drain's end is set after that of its beginning has been answered, so that it isn't replaced by it", async () => {
  const asked: string[] = []
  let answer = () => {}
  const isAnswered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const scheduler = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += chunk
    asked.push(JSON.parse(body).State)
    if (asked.length === 1) await isAnswered
    response.setHeader("Content-Type", "application/json").end("{}")
  })
  await new Promise<void>((resolve) => scheduler.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    scheduler.closeAllConnections()
    scheduler.close()
  })
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(scheduler.address() as AddressInfo).port}`)
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local")
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local")
  vi.stubEnv("AWS_REGION", "local-1")
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })

  const begin = createIdleMode({ schedule: "group/wake-up", roleArn: "arn:aws:iam::000000000000:role/any" })
  const wakeUps = begin("arn:aws:lambda:local-1:000000000000:function:drain", console)
  const isSet = wakeUps.setWakeUp(undefined)
  await eventually(() => expect(asked).toEqual(["ENABLED"]))
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(asked, "before the first has been answered").toEqual(["ENABLED"])
  answer()
  await isSet
  expect(asked).toEqual(["ENABLED", "DISABLED"])
})
