/** What a picture shows of a step. */
interface Shown {
  readonly step: string
  /** Null, or none: it isn't known, or the workflow isn't enqueued. */
  readonly state?: string | null
  readonly after: readonly string[]
}

/** The color of each state. */
const CLASSES = {
  waiting: "fill:#f6f8fa,stroke:#8c959f,color:#24292f,stroke-dasharray:4",
  scheduled: "fill:#f6f8fa,stroke:#8c959f,color:#24292f",
  blocked: "fill:#fff8c5,stroke:#9a6700,color:#24292f",
  ready: "fill:#ddf4ff,stroke:#0969da,color:#24292f",
  running: "fill:#54aeff,stroke:#0969da,color:#ffffff",
  succeeded: "fill:#dafbe1,stroke:#1a7f37,color:#24292f",
  discarded: "fill:#ffebe9,stroke:#cf222e,color:#24292f",
  canceled: "fill:#eaeef2,stroke:#57606a,color:#57606a",
}

/** A flowchart in Mermaid's language. Nodes are numbered, so that no name of a step is taken for syntax. */
export function toMermaid(steps: readonly Shown[]): string {
  const nodes = new Map(steps.map(({ step }, index) => [step, `s${index}`]))
  const outside = new Map<string, string>()
  const lines: string[] = []
  for (const { step, state } of steps) {
    const label = state ? `${escaped(step)}<br/>${state}` : escaped(step)
    lines.push(`${nodes.get(step)}["${label}"]${state ? `:::${state}` : ""}`)
  }
  for (const { step, after } of steps)
    for (const parent of after)
      lines.push(`${nodes.get(parent) ?? nodeOutside(parent)} --> ${nodes.get(step)}`)
  for (const [id, node] of outside) lines.push(`${node}(["job ${escaped(id)}"])`)
  const states = new Set(steps.map(({ state }) => state))
  for (const [state, style] of Object.entries(CLASSES))
    if (states.has(state)) lines.push(`classDef ${state} ${style}`)
  return `flowchart TD\n${lines.map((line) => `  ${line}\n`).join("")}`

  function nodeOutside(id: string): string {
    const node = outside.get(id) ?? `j${outside.size}`
    outside.set(id, node)
    return node
  }
}

/** Every character that could be syntax, of Mermaid, Markdown or HTML, as its code. Letters of all languages stay. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N} ]/gu, (character) => `#${character.codePointAt(0)};`)
}
