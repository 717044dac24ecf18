import type { WorkflowSnapshot } from "@sluice/core"
import { Icon } from "../../components/icon.tsx"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import { foldSteps, stateOf } from "./fold-steps.ts"
import { type GraphEdge, layOut, NODE_HEIGHT, NODE_WIDTH, type PlacedNode } from "./lay-out-graph.ts"

/** More would be no picture, but a megabyte of lines. */
const MOST_NODES = 300
const MOST_EDGES = 2_000
/** How many characters of a name fit into a node. */
const LONGEST_LABEL = 18

/** The steps of a workflow as a picture: from the first to the last, with links to their jobs. The table beside it says the same. */
export function WorkflowGraph({ view, flow }: { view: View; flow: WorkflowSnapshot }) {
  const text = view.text.batches
  const nodes = foldSteps(flow.steps)
  const edgeCount = nodes.reduce((sum, { after }) => sum + after.length, 0)
  if (nodes.length > MOST_NODES || edgeCount > MOST_EDGES)
    return <p class="muted">{fill(text.tooLarge, { count: view.format.number(flow.steps.length) })}</p>
  const { nodes: placed, edges, width, height } = layOut(nodes)
  const label = fill(text.graphLabel, { name: flow.name })
  return (
    <>
      <section class="scroll graph" tabindex={0} aria-label={label}>
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
          <title>{label}</title>
          {edges.map((edge) => (
            <path class="edge" d={curveOf(edge)} />
          ))}
          {placed.map((one) => (
            <Node view={view} flow={flow} placed={one} />
          ))}
        </svg>
      </section>
      {nodes.length < flow.steps.length && <p class="muted">{text.foldedHint}</p>}
    </>
  )
}

function curveOf({ from, to }: GraphEdge): string {
  const [x1, y1] = [from.x + NODE_WIDTH, from.y + NODE_HEIGHT / 2]
  const [x2, y2] = [to.x, to.y + NODE_HEIGHT / 2]
  const bend = (x2 - x1) / 2
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
}

function Node({ view, flow, placed }: { view: View; flow: WorkflowSnapshot; placed: PlacedNode }) {
  const { node, x, y } = placed
  const { states, batches } = view.text
  const [first] = node.steps
  const state = stateOf(node)
  const jobId = first?.id ?? node.id.slice(1)
  const isFolded = node.steps.length > 1
  const name = labelOf(view, placed)
  const word = state === null ? (first ? batches.gone : "") : states[state]
  const href = isFolded
    ? view.href("/jobs", { batch: flow.id, name: first?.name ?? undefined })
    : view.href(`/jobs/${jobId}`)
  return (
    <a href={href} class={`node ${state === null ? "" : `state-${state}`}`}>
      {shortened(name) !== name && <title>{name}</title>}
      <rect class="box" x={x} y={y} width={NODE_WIDTH} height={NODE_HEIGHT} rx="8" />
      {isFolded && (
        <rect class="box behind" x={x + 4} y={y + 4} width={NODE_WIDTH - 8} height={NODE_HEIGHT - 8} rx="6" />
      )}
      {state !== null && (
        <g class="shape" transform={`translate(${x + 12} ${y + 16})`}>
          <Icon name={state} />
        </g>
      )}
      <text class="name" x={x + 38} y={y + 21}>
        {shortened(name)}
      </text>
      <text class="word" x={x + 38} y={y + 37}>
        {shortened(word)}
      </text>
    </a>
  )
}

function labelOf({ text }: View, { node }: PlacedNode): string {
  const [first] = node.steps
  if (!first) return fill(text.batches.outside, { id: node.id.slice(1) })
  return node.steps.length > 1 ? `${node.steps.length} × ${first.name ?? first.step}` : first.step
}

function shortened(text: string): string {
  const characters = [...text]
  return characters.length <= LONGEST_LABEL ? text : `${characters.slice(0, LONGEST_LABEL - 1).join("")}…`
}
