import { defineJob } from "@sluice/core"
import { prometheusMetrics } from "@sluice/core/prometheus"
import { expect, test } from "vitest"
import dashboard from "../../docs/grafana/sluice.json" with { type: "json" }
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "noop", perform() {} })])

test("Grafana's dashboard shows every metric, and asks for none and for no label that isn't there", async () => {
  await sluice.enqueue("noop", {})
  await drainOnce()
  const text = await prometheusMetrics(sluice)
  const metrics = new Set([...text.matchAll(/^(sluice_\w+)[{ ]/gm)].map(([, name = ""]) => name))
  for (const name of metrics) if (/_(?:sum|count)$/.test(name)) metrics.delete(name)
  const labels = new Set([...text.matchAll(/(\w+)="/g)].map(([, label]) => label))
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const asked = new Set(queries.flatMap((query) => query.match(/sluice_\w+/g) ?? []))
  expect([...asked].toSorted()).toEqual([...metrics].toSorted())
  const askedLabels = queries.flatMap((query) => [
    ...[...query.matchAll(/(\w+)=~?"/g)].map(([, label]) => label),
    ...[...query.matchAll(/by \(([\w, ]+)\)/g)].flatMap(([, list = ""]) => list.split(", ")),
  ])
  expect(askedLabels.filter((label) => !labels.has(label))).toEqual([])
})

test("no two panels have the same place or id", () => {
  const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x},${y}`)
  expect(new Set(places).size).toBe(places.length)
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
})
