import type http from "node:http"
import { HostError } from "../host-error.ts"
import { ACCOUNT_ID } from "../lambda/function.ts"
import type { Invoke } from "../lambda/invocation.ts"
import { type LoopbackServer, startLoopbackServer } from "../server/loopback-server.ts"
import { readBody } from "../server/read-body.ts"
import type { Clock } from "./clock.ts"
import { createSchedules, type Definition } from "./schedules.ts"

const MAX_BODY_BYTES = 1_048_576
const ROUTE = /^\/schedules\/([0-9a-zA-Z-_.]{1,64})(?:\?(.*))?$/

/**
 * The part of EventBridge Scheduler's API that Sluice needs, for AWS's SDK: create, update, get and delete one-time
 * schedules. https://docs.aws.amazon.com/scheduler/latest/APIReference/. They fire to the millisecond; AWS takes up to a
 * minute more.
 */
export async function startSchedulerApi(options: {
  invoke: Invoke
  clock: Clock
  region: string
  log: (line: string) => void
}): Promise<LoopbackServer> {
  const { invoke, clock, region, log } = options
  const schedules = createSchedules(clock, invokeTarget)
  const server = await startLoopbackServer(handle)
  return {
    ...server,
    async close() {
      schedules.close()
      await server.close()
    },
  }

  function invokeTarget(key: string, { Target }: Definition): void {
    const functionName = Target.Arn.split(":")[6] ?? Target.Arn
    invoke(functionName, Target.Input ?? "{}", { type: "Event" }).catch((error) =>
      log(`The schedule ${key} could not invoke ${Target.Arn}: ${error}`),
    )
  }

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const [, name, query] = ROUTE.exec(request.url ?? "") ?? []
    if (name === undefined) throw unknownOperation(request)
    const definition = await readDefinition(request)
    const group = definition?.GroupName ?? new URLSearchParams(query).get("groupName") ?? "default"
    const result = perform(request, group, name, definition)
    response.setHeader("Content-Type", "application/json")
    response.end(JSON.stringify(result))
  }

  function perform(
    request: http.IncomingMessage,
    group: string,
    name: string,
    definition: Definition | undefined,
  ): unknown {
    const key = `${group}/${name}`
    const arn = `arn:aws:scheduler:${region}:${ACCOUNT_ID}:schedule/${key}`
    if (request.method === "POST" && definition) {
      schedules.create(key, definition)
      return { ScheduleArn: arn }
    }
    if (request.method === "PUT" && definition) {
      schedules.update(key, definition)
      return { ScheduleArn: arn }
    }
    if (request.method === "GET") return { ...schedules.get(key), Arn: arn, GroupName: group, Name: name }
    if (request.method === "DELETE") {
      schedules.remove(key)
      return {}
    }
    throw unknownOperation(request)
  }
}

async function readDefinition(request: http.IncomingMessage): Promise<Definition | undefined> {
  const body = await readBody(request, MAX_BODY_BYTES)
  if (!body?.length) return undefined
  const definition = JSON.parse(body.toString()) as Definition
  if (definition.Target?.Arn && definition.Target.RoleArn) return definition
  throw new HostError("ValidationException", 400, "Target needs Arn and RoleArn")
}

function unknownOperation({ method, url }: http.IncomingMessage): HostError {
  const message = `The local host can create, update, get and delete schedules, but not ${method} ${url}`
  return new HostError("UnknownOperationException", 404, message)
}
