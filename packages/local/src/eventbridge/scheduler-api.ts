import type http from "node:http"
import { HostError } from "../host-error.ts"
import { ACCOUNT_ID } from "../lambda/function.ts"
import type { Invoke } from "../lambda/invocation.ts"
import { type LoopbackServer, startLoopbackServer } from "../server/loopback-server.ts"
import { readBody } from "../server/read-body.ts"
import type { Clock } from "./clock.ts"

/** What a schedule is created with, as far as it is understood here; the rest is kept and given back. */
interface Definition {
  readonly GroupName?: string
  readonly ScheduleExpression: string
  readonly State?: "ENABLED" | "DISABLED"
  readonly ActionAfterCompletion?: "NONE" | "DELETE"
  readonly Target: { readonly Arn: string; readonly RoleArn: string; readonly Input?: string }
}

interface Schedule {
  readonly definition: Definition
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  readonly callOff: () => void
}

const MAX_BODY_BYTES = 1_048_576
const ROUTE = /^\/schedules\/([0-9a-zA-Z-_.]{1,64})(?:\?(.*))?$/
const ONE_TIME = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/

/**
 * Schedules of EventBridge Scheduler, as far as AWS's SDK is used on them here: create, update, get and delete one that
 * goes off once. https://docs.aws.amazon.com/scheduler/latest/APIReference/. They go off to the millisecond; AWS takes
 * up to a minute more.
 */
export async function startSchedulerApi(options: {
  invoke: Invoke
  clock: Clock
  region: string
  log: (line: string) => void
}): Promise<LoopbackServer> {
  const { invoke, clock, region, log } = options
  const schedules = new Map<string, Schedule>()
  const server = await startLoopbackServer(answer)
  return {
    ...server,
    async close() {
      for (const { callOff } of schedules.values()) callOff()
      await server.close()
    },
  }

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const [, name, query] = ROUTE.exec(request.url ?? "") ?? []
    if (name === undefined) throw unknownOperation(request)
    const definition = await readDefinition(request)
    const group = definition?.GroupName ?? new URLSearchParams(query).get("groupName") ?? "default"
    const key = `${group}/${name}`
    response.setHeader("Content-Type", "application/json")
    response.end(JSON.stringify(perform(request, key, definition)))
  }

  function perform(request: http.IncomingMessage, key: string, definition: Definition | undefined): unknown {
    const there = schedules.get(key)
    if (request.method === "POST" && definition) {
      if (there) throw new HostError("ConflictException", 409, `Schedule ${key} already exists.`)
      return put(key, definition, clock.now())
    }
    if (!there) throw new HostError("ResourceNotFoundException", 404, `Schedule ${key} does not exist.`)
    if (request.method === "PUT" && definition) return put(key, definition, there.createdAtMs, there)
    if (request.method === "GET") return shown(key, there)
    if (request.method === "DELETE") return remove(key, there)
    throw unknownOperation(request)
  }

  function put(key: string, definition: Definition, createdAtMs: number, old?: Schedule) {
    const momentMs = clock.now() + untilMs(definition)
    old?.callOff()
    const callOff =
      definition.State === "DISABLED" ? () => {} : clock.at(momentMs, () => goOff(key, definition))
    schedules.set(key, { definition, createdAtMs, modifiedAtMs: clock.now(), callOff })
    return { ScheduleArn: arnOf(key) }
  }

  function goOff(key: string, { Target, ActionAfterCompletion }: Definition): void {
    if (ActionAfterCompletion === "DELETE") schedules.delete(key)
    const functionName = Target.Arn.split(":")[6] ?? Target.Arn
    invoke(functionName, Target.Input ?? "{}", { type: "Event" }).catch((error) =>
      log(`The schedule ${key} could not invoke ${Target.Arn}: ${error}`),
    )
  }

  function remove(key: string, { callOff }: Schedule) {
    callOff()
    schedules.delete(key)
    return {}
  }

  function shown(key: string, { definition, createdAtMs, modifiedAtMs }: Schedule) {
    const [GroupName, Name] = key.split("/")
    const dates = { CreationDate: createdAtMs / 1_000, LastModificationDate: modifiedAtMs / 1_000 }
    return { ...definition, ...dates, Arn: arnOf(key), GroupName, Name }
  }

  function arnOf(key: string): string {
    return `arn:aws:scheduler:${region}:${ACCOUNT_ID}:schedule/${key}`
  }
}

async function readDefinition(request: http.IncomingMessage): Promise<Definition | undefined> {
  const body = await readBody(request, MAX_BODY_BYTES)
  if (!body?.length) return undefined
  const definition = JSON.parse(body.toString()) as Definition
  if (definition.Target?.Arn && definition.Target.RoleArn) return definition
  throw new HostError("ValidationException", 400, "Target needs Arn and RoleArn")
}

/** Those who set it go by the machine's time, from which the host's clock may have been moved. */
function untilMs({ ScheduleExpression }: Definition): number {
  const [, instant] = ONE_TIME.exec(ScheduleExpression) ?? []
  const momentMs = Date.parse(`${instant}Z`)
  if (!Number.isNaN(momentMs)) return momentMs - Date.now()
  throw new HostError(
    "ValidationException",
    400,
    `Invalid Schedule Expression ${ScheduleExpression}; here schedules go off once, as in at(2030-01-31T12:00:00)`,
  )
}

function unknownOperation({ method, url }: http.IncomingMessage): HostError {
  const message = `The local host has schedules to create, update, get and delete, not ${method} ${url}`
  return new HostError("UnknownOperationException", 404, message)
}
