import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ResourceNotFoundException,
  UpdateScheduleCommand,
  ValidationException,
} from "@aws-sdk/client-scheduler"
import { expect, test } from "vitest"
import { startTestHost, waitFor } from "../local/support.ts"
import { schedulerOf } from "./deployment.ts"

const { host, lines } = await startTestHost({ printEvent: {} })
const scheduler = schedulerOf(host)
const { clock } = host
const Target = {
  Arn: "arn:aws:lambda:us-east-1:000000000000:function:printEvent",
  RoleArn: "arn:aws:iam::000000000000:role/any",
}

test("a schedule is made, read, changed and removed by AWS's own client", async () => {
  const name = { Name: "life", GroupName: "tests" }
  const { ScheduleArn } = await scheduler.send(new CreateScheduleCommand(definition("life", inMs(60_000))))
  expect(ScheduleArn).toBe("arn:aws:scheduler:us-east-1:000000000000:schedule/tests/life")
  await expect(scheduler.send(new CreateScheduleCommand(definition("life", inMs(1))))).rejects.toThrow(
    ConflictException,
  )
  await scheduler.send(new UpdateScheduleCommand({ ...definition("life", inMs(60_000)), State: "DISABLED" }))
  expect(await scheduler.send(new GetScheduleCommand(name))).toMatchObject({
    ...name,
    Arn: ScheduleArn,
    State: "DISABLED",
    Target,
    CreationDate: expect.any(Date),
  })

  await scheduler.send(new DeleteScheduleCommand(name))
  await expect(scheduler.send(new GetScheduleCommand(name))).rejects.toThrow(ResourceNotFoundException)
  await expect(scheduler.send(new UpdateScheduleCommand(definition("life", inMs(1))))).rejects.toThrow(
    ResourceNotFoundException,
  )
})

test("it goes off once, at its moment of the host's clock, and is then kept or removed as it says", async () => {
  await scheduler.send(
    new CreateScheduleCommand({ ...definition("kept", inMs(60_000)), ActionAfterCompletion: "NONE" }),
  )
  await scheduler.send(
    new CreateScheduleCommand({ ...definition("gone", inMs(60_000)), ActionAfterCompletion: "DELETE" }),
  )
  await scheduler.send(new CreateScheduleCommand({ ...definition("off", inMs(60_000)), State: "DISABLED" }))
  clock.advance(58_000)
  expect(lines.filter((line) => line.startsWith("START"))).toEqual([])
  clock.advance(3_000)
  clock.advance(3_600_000)

  const printed = await waitFor("both have come", () => {
    const printed = lines.filter((line) => line.startsWith("[printEvent] "))
    return printed.length === 2 ? printed : undefined
  })
  expect(printed.sort()).toEqual(['[printEvent] {"name":"gone"}', '[printEvent] {"name":"kept"}'])
  await scheduler.send(new GetScheduleCommand({ Name: "kept", GroupName: "tests" }))
  await expect(scheduler.send(new GetScheduleCommand({ Name: "gone", GroupName: "tests" }))).rejects.toThrow(
    ResourceNotFoundException,
  )
})

test("an expression that is not understood is refused, and nothing is made of it", async () => {
  const wrong = definition("wrong", "at(tomorrow)")
  await expect(scheduler.send(new CreateScheduleCommand(wrong))).rejects.toThrow(ValidationException)
  await expect(scheduler.send(new GetScheduleCommand({ Name: "wrong", GroupName: "tests" }))).rejects.toThrow(
    ResourceNotFoundException,
  )
})

function definition(name: string, ScheduleExpression: string) {
  return {
    Name: name,
    GroupName: "tests",
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: "OFF" as const },
    Target: { ...Target, Input: JSON.stringify({ name }) },
  }
}

function inMs(ms: number): string {
  return `at(${new Date(Date.now() + ms).toISOString().slice(0, 19)})`
}
