import { truncate } from "@sluice/core/checks"
import { assertSchedule, LIST_SCHEDULES, LIST_TICKS, name, PAUSE, SCHEDULE } from "@sluice/core/fields"
import { refuse } from "../messages/problem.ts"
import { throwAtBody } from "./at-body.ts"
import { bodyOf } from "./body.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listSchedules = operation({
  method: "GET",
  path: "/v1/schedules",
  role: "reader",
  query: LIST_SCHEDULES.fields,
})

const params = { key: name }

export const getSchedule = operation({
  method: "GET",
  path: "/v1/schedules/:key{.+}",
  role: "reader",
  params,
})

export const listTicks = operation({
  method: "GET",
  path: "/v1/schedules/:key{.+}/ticks",
  role: "reader",
  params,
  query: LIST_TICKS.fields,
})

export const setSchedule = operation({
  method: "PUT",
  path: "/v1/schedules/:key{.+}",
  role: "operator",
  params,
  body: bodyOf(SCHEDULE.fields, ...SCHEDULE.rules),
})

export const deleteSchedule = operation({
  method: "DELETE",
  path: "/v1/schedules/:key{.+}",
  role: "operator",
  params,
})

export const runSchedule = operation({
  method: "POST",
  path: "/v1/schedules/:key{.+}/run",
  role: "operator",
  params,
})

export const pauseSchedule = operation({
  method: "POST",
  path: "/v1/schedules/:key{.+}/pause",
  role: "operator",
  params,
  body: bodyOf(PAUSE.fields, ...PAUSE.rules),
  isBodyOptional: true,
})

export const resumeSchedule = operation({
  method: "POST",
  path: "/v1/schedules/:key{.+}/resume",
  role: "operator",
  params,
})

/** Routes that read schedules and act on them. Those for one return the schedule as it is then. */
export function scheduleRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listSchedules, async ({ query, context }) =>
      context.json({ schedules: await sluice.listSchedules(query) }),
    ),
    route(getSchedule, async ({ params, context }) => context.json(await read(params.key))),
    route(listTicks, async ({ params, query, context }) =>
      context.json(await sluice.listTicks(params.key, query)),
    ),
    route(setSchedule, async ({ params, body, context }) => {
      assertSchedule(body, [])
      return context.json(await sluice.setSchedule(params.key, body).catch(throwAtBody("settings")))
    }),
    route(deleteSchedule, async ({ params, context }) => {
      await sluice.deleteSchedule(params.key)
      return context.body(null, 204)
    }),
    route(runSchedule, async ({ params, context }) => {
      const jobId = await sluice.runSchedule(params.key)
      return context.json({ ...(await read(params.key)), jobId })
    }),
    route(pauseSchedule, async ({ params, body, context }) => {
      await sluice.pauseSchedule(params.key, body)
      return context.json(await read(params.key))
    }),
    route(resumeSchedule, async ({ params, context }) => {
      await sluice.resumeSchedule(params.key)
      return context.json(await read(params.key))
    }),
  ]

  async function read(key: string) {
    const schedule = await sluice.getSchedule(key)
    if (schedule) return schedule
    return refuse({
      status: 404,
      code: "schedule_not_found",
      detail: `No schedule has the key ${truncate(key)}`,
    })
  }
}
