import { InvalidInputError, type ScheduleSettings, type ScheduleSnapshot } from "@sluice/core"
import { assertSchedule } from "@sluice/core/fields"
import { pauseOf } from "../../components/pause-form.tsx"
import { fill } from "../../languages/text.ts"
import type { Acted, Action, View } from "../../page.ts"
import { attempt, refusalOf } from "../parts/attempt.ts"
import { type Errors, errorsOf } from "../parts/form-parts.tsx"
import { FieldError, jsonOf } from "../parts/form-values.ts"
import { FIELDS, type FilledForm, formPage, isHidden } from "./schedule-form.tsx"
import { schedulePath } from "./schedule-path.ts"

export const createSchedule: Action = {
  path: "/schedules",
  act: (view, form) => {
    const values = valuesIn(form)
    return store(view, values.key ?? "", { values }, {})
  },
}

export const editSchedule: Action = {
  path: "/schedules/:key{.+}/edit",
  async act(view, form, { key = "" }) {
    const schedule = await view.sluice.getSchedule(key)
    if (!schedule) return goneFrom(view, key)
    const { enabled, catchUp } = schedule
    const values = valuesIn(form)
    return store(
      view,
      key,
      { edited: key, values },
      {
        enabled,
        ...(isHidden(view, schedule) && !values.payload?.trim() && { payload: schedule.payload }),
        ...(catchUp.within !== null && { catchUp: { policy: values.catchUp, within: catchUp.within } }),
      },
    )
  },
}

export const runSchedule: Action = {
  path: "/schedules/:key{.+}/run",
  act: (view, _form, { key = "" }) =>
    attempt(pageOf(view, key), async () =>
      fill(view.text.schedules.didRun, { id: await view.sluice.runSchedule(key) }),
    ),
}

export const pauseSchedule: Action = {
  path: "/schedules/:key{.+}/pause",
  act: (view, form, { key = "" }) =>
    attempt(pageOf(view, key), async () => {
      await view.sluice.pauseSchedule(key, pauseOf(form))
      return fill(view.text.pauses.didPause, { target: key })
    }),
}

export const resumeSchedule: Action = {
  path: "/schedules/:key{.+}/resume",
  act: (view, _form, { key = "" }) =>
    attempt(pageOf(view, key), async () => {
      await view.sluice.resumeSchedule(key)
      return fill(view.text.pauses.didResume, { target: key })
    }),
}

export const turnOn: Action = {
  path: "/schedules/:key{.+}/on",
  act: (view, _form, { key = "" }) => setEnabled(view, key, true),
}

export const turnOff: Action = {
  path: "/schedules/:key{.+}/off",
  act: (view, _form, { key = "" }) => setEnabled(view, key, false),
}

export const deleteSchedule: Action = {
  path: "/schedules/:key{.+}/delete",
  act: (view, _form, { key = "" }) =>
    attempt(view.href("/schedules"), async () => {
      await view.sluice.deleteSchedule(key)
      return fill(view.text.schedules.didRemove, { key })
    }),
}

/** Stores what the form says, or shows it again with what is wrong. `kept`: settings that the form doesn't have. */
async function store(
  view: View,
  key: string,
  form: FilledForm,
  kept: Record<string, unknown>,
): Promise<Acted> {
  const to = pageOf(view, key)
  try {
    const settings = { ...settingsOf(view, form), ...kept }
    assertSchedule(settings, [])
    await view.sluice.setSchedule(key, settings)
  } catch (error) {
    return { to, page: await formPage(view, { ...form, errors: problemsOf(error) }) }
  }
  return { to, notice: fill(view.text.schedules.didSet, { key }) }
}

async function setEnabled(view: View, key: string, enabled: boolean): Promise<Acted> {
  const schedule = await view.sluice.getSchedule(key)
  if (!schedule) return goneFrom(view, key)
  return attempt(pageOf(view, key), async () => {
    await view.sluice.setSchedule(key, { ...settingsIn(schedule), enabled })
    return fill(view.text.schedules.didSet, { key })
  })
}

function goneFrom(view: View, key: string): Acted {
  return {
    to: view.href("/schedules"),
    notice: fill(view.text.schedules.notFound, { key }),
    isFailure: true,
  }
}

function pageOf(view: View, key: string): string {
  return view.href(schedulePath(key))
}

function valuesIn(form: URLSearchParams): FilledForm["values"] {
  return Object.fromEntries(FIELDS.map((name) => [name, form.get(name) ?? ""]))
}

/** What is empty is left out. The database checks the rest, and says at which field it is wrong. */
function settingsOf(view: View, { values }: FilledForm): Record<string, unknown> {
  const { key: _, payload, options, ...texts } = values
  const given = Object.entries(texts)
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([, value]) => value !== "")
  const form = new URLSearchParams({ payload: payload ?? "", options: options ?? "" })
  return {
    ...Object.fromEntries(given),
    payload: jsonOf(view, form, "payload"),
    options: jsonOf(view, form, "options"),
  }
}

/** A schedule's settings, to store it again. */
function settingsIn(schedule: ScheduleSnapshot): ScheduleSettings {
  const { name, cron, every, timeZone, payload, options, jitter, startsAt, endsAt, catchUp, overlap } =
    schedule
  const { policy, within } = catchUp
  const settings = {
    name,
    ...(cron === null ? { every } : { cron }),
    ...(cron !== null && { timeZone }),
    payload,
    options,
    jitter,
    ...(startsAt && { startsAt }),
    ...(endsAt && { endsAt }),
    catchUp: within === null ? policy : { policy, within },
    overlap,
  }
  assertSchedule(settings, [])
  return settings
}

function problemsOf(error: unknown): Errors {
  if (error instanceof FieldError) return errorsOf(error)
  const message = refusalOf(error)
  const field = error instanceof InvalidInputError ? FIELDS.find((name) => name === error.path[0]) : undefined
  return new Map([[field ?? "", message]])
}
