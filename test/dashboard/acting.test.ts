import { createSluice, defineJob } from "@sluice/core"
import { createDashboard } from "@sluice/http/dashboard"
import { beforeEach, expect, onTestFinished, test, vi } from "vitest"
import { createDatabase } from "../support/database.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const { pool, rows } = await createDatabase()
const sluice = createSluice({ database: pool, jobs: [defineJob({ name: "hello", perform() {} })] })
const ORIGIN = "http://dashboard.example.org"
const KEY = "the key of the environment"
const app = createDashboard({ sluice, apiKey: KEY })

const PAUSE = "/queues/default/pause"

beforeEach(() => sluice.resumeQueue("default"))

/** Posts with these cookies and this token, from this site unless headers say otherwise. */
async function post(cookie: string, csrf: string | undefined, headers: Record<string, string> = {}) {
  const { status } = await app.request(ORIGIN + PAUSE, {
    method: "POST",
    headers: { cookie, "sec-fetch-site": "same-origin", ...headers },
    body: new URLSearchParams(csrf === undefined ? {} : { csrf }),
  })
  return status
}

async function logIn() {
  const answer = await app.request(`${ORIGIN}/login`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ key: KEY }),
  })
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? ""
  const text = await (await app.request(`${ORIGIN}/`, { headers: { cookie } })).text()
  return { cookie, csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "" }
}

test("a form of the session acts, says so on the next page once, and is recorded", async () => {
  const visitor = visitDashboard(sluice, "operator")
  const { status, to, headers } = await visitor.post(PAUSE)
  const cookie = headers.get("set-cookie")?.split(";")[0] ?? ""
  const next = await visitor.get(to ?? "", { cookie })

  expect(status).toBe(303)
  expect(await sluice.listPauses()).toMatchObject([{ target: "default" }])
  expect(next.text).toContain('class="notice success"')
  expect(next.headers.get("set-cookie")).toMatch(/sluice_notice=; Max-Age=0/)
  expect((await sluice.listActions({ action: "pauseQueue" })).actions[0]).toMatchObject({
    actor: { id: "oidc:operator@example.org" },
    via: "dashboard",
    outcome: "done",
  })
})

test("a form without the token of its session, or with that of another one, changes nothing", async () => {
  const [mine, other] = [await logIn(), await logIn()]
  const statuses = [
    await post(mine.cookie, undefined),
    await post(mine.cookie, ""),
    await post(mine.cookie, "x".repeat(43)),
    await post(mine.cookie, other.csrf),
    await post("", mine.csrf),
  ]

  expect(statuses).toEqual([403, 403, 403, 403, 401])
  expect(await sluice.listPauses()).toEqual([])
  expect(await post(mine.cookie, mine.csrf)).toBe(303)
})

test("a form that another site sends with the right token changes nothing", async () => {
  const { cookie, csrf } = await logIn()
  const statuses = [
    await post(cookie, csrf, { "sec-fetch-site": "cross-site" }),
    await post(cookie, csrf, { "sec-fetch-site": "same-site" }),
    await post(cookie, csrf, { "sec-fetch-site": "none" }),
  ]

  expect(statuses).toEqual([403, 403, 403])
  expect(await sluice.listPauses()).toEqual([])
})

test("a reader sees no form that acts, and is refused each of those that an admin sees", async () => {
  await sluice.enqueue("hello", {}, { delay: "1h" })
  const [admin, reader] = [visitDashboard(sluice, "admin"), visitDashboard(sluice, "reader")]
  const actions = new Set<string>()
  const pages = new Set(["/"])
  for (const page of pages) {
    const { text } = await admin.get(page)
    for (const action of actionsOf(text)) actions.add(action)
    if (pages.size < MOST_PAGES) for (const link of linksOf(text)) pages.add(link)
    expect(actionsOf((await reader.get(page)).text), page).toEqual([])
  }
  const before = await stateOfQueue()

  expect(actions.size).toBeGreaterThan(3)
  for (const action of actions) expect((await reader.post(action)).status, action).toBe(403)
  expect(await stateOfQueue()).toEqual(before)
})

const MOST_PAGES = 60

function linksOf(text: string): string[] {
  return [...text.matchAll(/ href="(\/[^"?#]*)"/g)].flatMap(([, link]) => (link ? [link] : [])).filter(isPage)
}

function isPage(link: string): boolean {
  return !link.startsWith("/assets/")
}

/** The forms of a page that change the queue. */
function actionsOf(text: string): string[] {
  const forms = [...text.matchAll(/<form method="post" action="([^"]+)"/g)].map(([, action]) => action ?? "")
  const buttons = [...text.matchAll(/formaction="([^"]+)"/g)].map(([, action]) => action ?? "")
  return [...forms, ...buttons].filter((action) => !/\/(preferences|logout|login)$/.test(action))
}

async function stateOfQueue() {
  return [
    await rows("select id, state, run_at from sluice.jobs"),
    await sluice.listPauses(),
    await sluice.listSchedules(),
  ]
}

test("an area for admins is neither shown to others nor open to them", async () => {
  const operator = visitDashboard(sluice, "operator")

  expect((await operator.get("/")).text).not.toContain('href="/audit"')
  expect((await operator.get("/audit")).status).toBe(403)
  expect(readable((await operator.get("/audit")).text)).toContain("Not allowed")
  expect((await visitDashboard(sluice, "admin").get("/audit")).status).toBe(200)
})

test("what fails on the server's side is logged, and the page says no more than that", async () => {
  const logged: string[] = []
  const write = (message: string) => void logged.push(message)
  const broken = createSluice({
    database: {
      query: async () => {
        throw new Error("relation secret_table is broken")
      },
    } as never,
  })
  const visitor = visitDashboard(broken, "admin", {
    log: { debug: write, info: write, warn: write, error: write },
  })
  const { status, text } = await visitor.get("/jobs")

  expect(status).toBe(500)
  expect(text).not.toContain("secret_table")
  expect(logged).toEqual(["A page of the dashboard failed"])
})

test("a schema that isn't migrated is logged once a minute, without a stack, however many pages poll", async () => {
  vi.useFakeTimers({ toFake: ["performance"] })
  onTestFinished(() => void vi.useRealTimers())
  const logged: unknown[] = []
  const ignore = () => {}
  const error = (...told: unknown[]) => void logged.push(told)
  const unmigrated = createSluice({ database: pool, schema: "elsewhere" })
  const visitor = visitDashboard(unmigrated, "admin", {
    log: { debug: ignore, info: ignore, warn: ignore, error },
  })

  for (let poll = 0; poll < 3; poll++) expect((await visitor.get("/jobs")).status).toBe(500)
  expect(logged).toEqual([
    [
      expect.stringMatching(/^A page of the dashboard failed: .*elsewhere.*migrate/),
      { method: "GET", path: "/jobs", code: "schema_missing" },
    ],
  ])
  vi.advanceTimersByTime(60_000)
  await visitor.get("/jobs")
  expect(logged).toHaveLength(2)
})

test("a page whose statement took too long says that a narrower filter helps", async () => {
  const slow = createSluice({
    database: {
      query: async () => {
        throw Object.assign(new Error("canceling statement due to statement timeout"), { code: "57014" })
      },
    } as never,
  })
  const { status, text } = await visitDashboard(slow, "reader").get("/jobs")

  expect(status).toBe(503)
  expect(readable(text)).toContain("Narrow the filter")
})
