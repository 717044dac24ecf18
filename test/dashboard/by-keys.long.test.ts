import type { Page } from "playwright-core"
import { expect } from "vitest"
import { createDatabase } from "../support/database.ts"
import { browserTest, useBrowser } from "./browser.ts"
import { storeJobs } from "./jobs-fixture.ts"

// Each action by Tab, Enter, Space and letters alone: no pointer, and no focus that a script sets.
const database = await createDatabase()
const { sluice, ids } = await storeJobs(database)
const { open } = await useBrowser(sluice)
await sluice.setSchedule("nightly", { name: "welcome-mail", cron: "0 3 * * *" })

/** What is reached by Tab, and what is pressed or typed there. */
type Step = readonly [label: RegExp, keys: string]

interface Walk {
  readonly what: string
  readonly path: string
  readonly steps: readonly Step[]
  readonly said: RegExp
}

const WALKS: readonly Walk[] = [
  {
    what: "a job is edited",
    path: `/jobs/${ids.scheduled}`,
    steps: [
      [/^Edit/, "Enter"],
      [/^Priority/, "type:7"],
      [/^Save changes/, "Enter"],
    ],
    said: /changed|saved|Priority/i,
  },
  { what: "a job runs now", path: `/jobs/${ids.scheduled}`, steps: [[/^Run now/, "Enter"]], said: /./ },
  {
    what: "a job is duplicated",
    path: `/jobs/${ids.succeeded}`,
    steps: [
      [/^Duplicate/, "Enter"],
      [/^Enqueue$/, "Enter"],
    ],
    said: /enqueued|Job \d+/i,
  },
  { what: "a job is retried", path: `/jobs/${ids.discarded}`, steps: [[/^Retry/, "Enter"]], said: /./ },
  {
    what: "a queue is paused with an end",
    path: "/queues/mail",
    steps: [
      [/until|for|how long/i, "ArrowDown"],
      [/^Pause$/, "Space"],
    ],
    said: /Paused .*(until|ends)/i,
  },
  { what: "a queue is resumed", path: "/queues/mail", steps: [[/^Resume$/, "Enter"]], said: /Running/ },
  {
    what: "a queue is limited",
    path: "/queues/mail",
    steps: [
      [/^Most unfinished jobs/, "type:50"],
      [/^Set the limit/, "Enter"],
    ],
    said: /takes up to 50 unfinished jobs/,
  },
  {
    what: "a schedule runs now",
    path: "/schedules/nightly",
    steps: [[/^Run now/, "Enter"]],
    said: /Job \d+ is enqueued/,
  },
  {
    what: "a key is created",
    path: "/api-keys",
    steps: [
      [/^Create a key/, "Enter"],
      [/^Name/, "type:by-keys"],
      [/^Create/, "Enter"],
    ],
    said: /The key by-keys is created/,
  },
  {
    what: "a key is revoked",
    path: "/api-keys",
    steps: [
      [/^Revoke by-keys/, "Enter"],
      [/^Revoke$/, "Enter"],
    ],
    said: /The key by-keys is revoked/,
  },
  {
    what: "several jobs are enqueued",
    path: "/jobs/new/several?name=welcome-mail",
    steps: [
      [/^Inputs/, 'type:[{"to":"a"},{"to":"b"}]'],
      [/^Check/, "Enter"],
      [/^Enqueue 2 jobs/, "Enter"],
    ],
    said: /2 jobs are enqueued/,
  },
]

browserTest.each(WALKS)(
  "by the keyboard alone, $what",
  { timeout: 120_000 },
  async ({ path, steps, said }) => {
    const { page, complaints, close } = await open(path)
    for (const [label, keys] of steps) {
      await reach(page, label)
      if (keys.startsWith("type:")) {
        await page.keyboard.press("Control+A")
        await page.keyboard.type(keys.slice("type:".length))
      } else await page.keyboard.press(keys)
      await page.waitForLoadState("networkidle")
    }
    await page.locator("main").getByText(said).first().waitFor()
    expect(complaints).toEqual([])
    await close()
  },
)

const MOST_STOPS = 120

/** Presses Tab until what has the focus is called so. */
async function reach(page: Page, label: RegExp): Promise<void> {
  const seen: string[] = []
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press("Tab")
    const name = await page.evaluate<string>(
      "(({ ariaLabel, labels, textContent }) => (ariaLabel ?? labels?.[0]?.textContent ?? textContent).trim())(document.activeElement)",
    )
    if (label.test(name)) return
    seen.push(name.slice(0, 40))
  }
  throw new Error(`Tab never reaches ${label}: it stops at ${[...new Set(seen)].join(", ")}`)
}
