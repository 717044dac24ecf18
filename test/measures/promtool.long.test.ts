import { execFile, spawnSync } from "node:child_process"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { defineJob } from "@sluice/core"
import { prometheusMetrics } from "@sluice/core/prometheus"
import { afterAll, expect, test } from "vitest"
import dashboard from "../../docs/grafana/sluice.json" with { type: "json" }
import { checkedBlocks, readBlocks } from "../docs/pages.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { ROOT } from "../support/sources.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const isInstalled = spawnSync("promtool", ["--version"]).status === 0
if (!isInstalled)
  console.warn("── SKIPPED: what Prometheus says of our metrics and alerts: apt-get install prometheus ──")
const promtoolTest = test.skipIf(!isInstalled)

const ALERTS = join(ROOT, "docs/prometheus/alerts.yml")
const folder = await makeTemporaryFolder()
afterAll(folder.remove)

promtoolTest("promtool finds nothing wrong with the metrics", async () => {
  const database = await createDatabase()
  const name = "mail/send:v2.now"
  const { sluice, drainOnce } = drainable(database, [defineJob({ name, perform() {} })])
  await sluice.enqueue(name, {})
  await drainOnce()
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: await prometheusMetrics(sluice),
    encoding: "utf8",
  })
  expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: "" })
})

promtoolTest("the alerts are rules, and ask for metrics and labels that exist", async () => {
  expect(await promtool("check", "rules", ALERTS)).toContain("SUCCESS: 5 rules found")
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [defineJob({ name: "noop", perform() {} })])
  await sluice.enqueue("noop", {})
  await drainOnce()
  const metrics = await prometheusMetrics(sluice)
  const text = await readFile(ALERTS, "utf8")
  for (const [name] of text.matchAll(/sluice_\w+/g)) expect(metrics).toMatch(new RegExp(`^${name}[{ ]`, "m"))
})

promtoolTest("each alert comes when it should, and not on a healthy queue", async () => {
  const file = join(folder.path, "alerts.test.yml")
  await writeFile(file, unitTests())
  expect(await promtool("test", "rules", file)).toContain("SUCCESS")
})

promtoolTest("the queries of Grafana's dashboard are ones that Prometheus understands", async () => {
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const rules = queries.map((query, index) => ({
    record: `query:${index}`,
    expr: query.replaceAll(/\$__(rate_interval|interval|range)/g, "5m").replaceAll(/\$\{?\w+\}?/g, "any"),
  }))
  const file = join(folder.path, "grafana.json") // JSON is YAML
  await writeFile(file, JSON.stringify({ groups: [{ name: "grafana", rules }] }))
  expect(await promtool("check", "rules", file)).toContain(`SUCCESS: ${queries.length} rules found`)
})

promtoolTest("the page's configuration scrapes and loads the alerts", async () => {
  const blocks = readBlocks().filter(
    ({ page, language }) => page === "docs/measures.md" && language === "yaml",
  )
  expect(blocks.length).toBe(1)
  expect(checkedBlocks("yaml")).toEqual([]) // they are checked here
  const file = join(folder.path, "prometheus.yml")
  await writeFile(file, (blocks[0]?.text ?? "").replace("alerts.yml", ALERTS))
  expect(await promtool("check", "config", file)).toContain("1 rule files found")
})

/** What was printed. Rejects with it, too. */
async function promtool(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)("promtool", args).catch((error) => {
    throw new Error(error.stdout + error.stderr)
  })
  return stdout + stderr
}

/** Series of half an hour, and the alerts at their end. */
function unitTests(): string {
  const healthy = {
    sluice_oldest_ready_age_seconds: "1+0x30",
    sluice_ready_jobs: "5+0x30",
    sluice_drainers: "1+0x30",
    sluice_unknown_jobs: "0+0x30",
    'sluice_health{verdict="healthy"}': "1+0x30",
    'sluice_executions_total{name="mail",queue="q",outcome="succeeded"}': "0+100x30",
    'sluice_executions_total{name="mail",queue="q",outcome="discarded"}': "0+1x30",
  }
  const cases: Record<string, Partial<typeof healthy>> = {
    "": {},
    SluiceJobsAreLate: { sluice_oldest_ready_age_seconds: "301+60x30" },
    SluiceNothingDrains: { sluice_drainers: "0+0x30" },
    SluiceJobsFail: {
      'sluice_executions_total{name="mail",queue="q",outcome="discarded"}': "0+10x30",
    },
    SluiceUnknownJobs: { sluice_unknown_jobs: "2+0x30" },
    SluiceMetricsAreGone: { 'sluice_health{verdict="healthy"}': "_x30" },
  }
  const names = Object.keys(cases).filter((name) => name !== "")
  return JSON.stringify({
    rule_files: [ALERTS],
    evaluation_interval: "1m",
    tests: Object.entries(cases).map(([alert, change]) => ({
      interval: "1m",
      input_series: Object.entries({ ...healthy, ...change }).map(([series, values]) => ({ series, values })),
      promql_expr_test: names.map((name) => ({
        expr: `count(ALERTS{alertname="${name}", alertstate="firing"}) or vector(0)`,
        eval_time: "30m",
        exp_samples: [{ labels: "{}", value: name === alert ? 1 : 0 }],
      })),
    })),
  })
}
