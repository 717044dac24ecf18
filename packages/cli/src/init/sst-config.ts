const COMPONENT = [
  'const { Sluice } = await import("@sluice/aws/sst")',
  'const queue = new Sluice("Queue", {',
  '  database: new sst.Secret("DatabaseUrl"), // the direct address of a Postgres, not that of a pooler',
  '  drain: "functions/drain.handler",',
  '  migrate: "functions/migrate.handler",',
  '  enqueue: "functions/enqueue.handler",',
  '  dashboard: "functions/dashboard.handler",',
  "})",
]
/** What would stand there twice. */
const TAKEN = /\b(Sluice|queue|Queue)\b|["']DatabaseUrl["']/
const RUN = /^([ \t]*)async run\(\) \{[ \t]*\r?\n/gm

/** What belongs into `run`, for somebody to paste. */
export const COMPONENT_TEXT = COMPONENT.join("\n")

/** The configuration with the component at the start of `run`, or undefined where that can't be done without reading it. */
export function withComponent(config: string): string | undefined {
  const places = [...config.matchAll(RUN)]
  const [place] = places
  if (places.length !== 1 || !place || TAKEN.test(config)) return undefined
  const end = place.index + place[0].length
  const indent = place[1]?.includes("\t") ? `${place[1]}\t` : `${place[1]}  `
  const lines = COMPONENT.map((line) => `${indent}${line}\n`).join("")
  return `${config.slice(0, end)}${lines}\n${config.slice(end)}`
}
