import type { GraphNode } from "./fold-steps.ts"

/** A node with its place: from the start of the graph, and from its top. */
export interface PlacedNode {
  readonly node: GraphNode
  readonly x: number
  readonly y: number
}

export interface GraphEdge {
  readonly from: PlacedNode
  readonly to: PlacedNode
}

export interface Layout {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly GraphEdge[]
  readonly width: number
  readonly height: number
}

export const NODE_WIDTH = 184
export const NODE_HEIGHT = 48
const GAP_X = 64
const GAP_Y = 16
const MARGIN = 8
/** How often the order within the columns is improved, forth and back. */
const SWEEPS = 4

/**
 * Places the nodes in columns: each behind all of those that it runs after. Within a column they are ordered by where their
 * neighbors are, so that few lines cross (Sugiyama's method, with barycenters).
 */
export function layOut(nodes: readonly GraphNode[]): Layout {
  const columns = orderedColumns(columnsOf(nodes), nodes)
  const tallest = Math.max(0, ...columns.map(({ length }) => length))
  const height = 2 * MARGIN + tallest * NODE_HEIGHT + Math.max(0, tallest - 1) * GAP_Y
  const placed = columns.flatMap((column, index) => {
    const columnHeight = column.length * NODE_HEIGHT + (column.length - 1) * GAP_Y
    const top = (height - columnHeight) / 2
    return column.map((node, row) => ({
      node,
      x: MARGIN + index * (NODE_WIDTH + GAP_X),
      y: top + row * (NODE_HEIGHT + GAP_Y),
    }))
  })
  const byId = new Map(placed.map((one) => [one.node.id, one]))
  const edges = placed.flatMap((to) =>
    to.node.after.flatMap((parent) => {
      const from = byId.get(parent)
      return from ? [{ from, to }] : []
    }),
  )
  const width = 2 * MARGIN + columns.length * NODE_WIDTH + Math.max(0, columns.length - 1) * GAP_X
  return { nodes: placed, edges, width, height }
}

/** By the longest way from the start. What can't be reached, as no workflow has it, comes last. */
function columnsOf(nodes: readonly GraphNode[]): GraphNode[][] {
  const columns: GraphNode[][] = []
  const done = new Set<string>()
  let left = [...nodes]
  while (left.length > 0) {
    const next = left.filter(({ after }) => after.every((parent) => done.has(parent)))
    const column = next.length > 0 ? next : left
    for (const { id } of column) done.add(id)
    columns.push(column)
    left = left.filter(({ id }) => !done.has(id))
  }
  return columns
}

function orderedColumns(columns: GraphNode[][], nodes: readonly GraphNode[]): GraphNode[][] {
  const parents = new Map(nodes.map(({ id, after }) => [id, after]))
  const children = new Map<string, string[]>(nodes.map(({ id }) => [id, []]))
  for (const { id, after } of nodes) for (const parent of after) children.get(parent)?.push(id)
  const rows = new Map<string, number>()
  for (const column of columns) noteRows(column)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of columns) sortBy(column, parents)
    for (const column of [...columns].reverse()) sortBy(column, children)
  }
  for (const column of columns) sortBy(column, parents)
  return columns

  function sortBy(column: GraphNode[], neighbors: ReadonlyMap<string, readonly string[]>): void {
    const wanted = new Map(column.map(({ id }, row) => [id, middleOf(neighbors.get(id) ?? [], row)]))
    column.sort((a, b) => (wanted.get(a.id) as number) - (wanted.get(b.id) as number))
    noteRows(column)
  }

  /** Rows are counted from the middle of their column, as they are drawn. */
  function noteRows(column: GraphNode[]): void {
    for (const [row, { id }] of column.entries()) rows.set(id, row - (column.length - 1) / 2)
  }

  function middleOf(ids: readonly string[], row: number): number {
    if (ids.length === 0) return row
    return ids.reduce((sum, id) => sum + (rows.get(id) ?? 0), 0) / ids.length
  }
}
