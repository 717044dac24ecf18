import type { ScheduleSettings } from "@sluice/core"
import type { Context, Hono } from "hono"
import { readJson, readOptionalJson } from "../messages/body.ts"
import { refuse, truncate } from "../messages/problem.ts"
import { allowOnly } from "./allow-only.ts"
import { numberOf, parseObject } from "./job-request.ts"
import type { JobRoutesOptions } from "./job-routes.ts"

/** Routes that read schedules and act on them. Those for one return the schedule as it is then. */
export function addScheduleRoutes(app: Hono, { sluice, maxBodyBytes }: JobRoutesOptions): void {
  app.get("/v1/schedules", async (context) => {
    const { after, limit } = context.req.query()
    const options = {
      ...(after !== undefined && { after }),
      ...(limit !== undefined && { limit: numberOf(limit) }),
    }
    return context.json({ schedules: await sluice.listSchedules(options) })
  })
  app.all("/v1/schedules", allowOnly("GET, HEAD"))

  app.post("/v1/schedules/:key{.+}/run", async (context) => {
    const jobId = await sluice.runSchedule(keyOf(context))
    return context.json({ ...(await read(context)), jobId })
  })
  app.post("/v1/schedules/:key{.+}/pause", async (context) => {
    const body = await readOptionalJson(context.req.raw, maxBodyBytes)
    await sluice.pauseSchedule(keyOf(context), parseObject([], body ?? {}, ["until", "for"]))
    return context.json(await read(context))
  })
  app.post("/v1/schedules/:key{.+}/resume", async (context) => {
    await sluice.resumeSchedule(keyOf(context))
    return context.json(await read(context))
  })
  for (const verb of ["run", "pause", "resume"]) app.all(`/v1/schedules/:key{.+}/${verb}`, allowOnly("POST"))

  app.get("/v1/schedules/:key{.+}", async (context) => context.json(await read(context)))
  app.put("/v1/schedules/:key{.+}", async (context) => {
    const settings = (await readJson(context.req.raw, maxBodyBytes)) as ScheduleSettings
    return context.json(await sluice.setSchedule(keyOf(context), settings))
  })
  app.delete("/v1/schedules/:key{.+}", async (context) => {
    await sluice.deleteSchedule(keyOf(context))
    return context.body(null, 204)
  })
  app.all("/v1/schedules/:key{.+}", allowOnly("GET, HEAD, PUT, DELETE"))

  async function read(context: Context) {
    const key = keyOf(context)
    const schedule = await sluice.getSchedule(key)
    if (schedule) return schedule
    return refuse({
      status: 404,
      code: "schedule_not_found",
      detail: `No schedule has the key ${truncate(key)}`,
    })
  }
}

function keyOf(context: Context): string {
  return context.req.param("key") as string
}
