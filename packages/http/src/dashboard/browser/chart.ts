// Draws the charts of a page from the data in their figures. Without it, their tables are there.
import uPlot from "uplot"
import { onContent } from "./shell/on-content.ts"

interface ChartData {
  readonly at: number[]
  readonly series: readonly {
    readonly label: string
    readonly values: (number | null)[]
    readonly color: number
  }[]
  readonly unit: "count" | "ms" | "ratio"
  readonly kind: "area" | "lines" | "bars"
  readonly marks: readonly { readonly at: number; readonly label: string }[]
  readonly language: string
  /** What instants are called. */
  readonly timeLabel: string
  readonly timeZone: string
}

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [9, 3, 2, 3]]
const HEIGHT = 208

const drawn = new Map<HTMLElement, { data: string; plot: uPlot }>()

const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const plot = drawn.get(target.closest<HTMLElement>("figure") as HTMLElement)?.plot
    if (plot && contentRect.width > 0) plot.setSize({ width: Math.floor(contentRect.width), height: HEIGHT })
  }
})

onContent((root) => {
  for (const [figure, { plot }] of drawn) {
    if (figure.isConnected) continue
    plot.destroy()
    drawn.delete(figure)
  }
  for (const figure of root.querySelectorAll<HTMLElement>("figure[data-chart]")) draw(figure)
})

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const figure of [...drawn.keys()]) draw(figure, true)
})

function draw(figure: HTMLElement, isAgain = false): void {
  const text = figure.dataset.chart ?? ""
  const known = drawn.get(figure)
  if (known && known.data === text && !isAgain) return
  const place = figure.querySelector<HTMLElement>(".plot")
  if (!place) return
  known?.plot.destroy()
  const data = JSON.parse(text) as ChartData
  const plot = new uPlot(
    optionsOf(data, figure, place),
    [data.at, ...data.series.map(({ values }) => values)],
    place,
  )
  drawn.set(figure, { data: text, plot })
  sizes.observe(place)
}

function optionsOf(data: ChartData, figure: HTMLElement, place: HTMLElement): uPlot.Options {
  const line = colorOf(figure, "--line")
  const ink = colorOf(figure, "--ink-soft")
  const write = writerOf(data)
  const axis = {
    stroke: ink,
    font: "12px system-ui, sans-serif",
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  }
  return {
    width: Math.max(place.clientWidth || figure.clientWidth, 100),
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), data.timeZone),
    legend: { show: true, live: true, markers: { show: false } },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] } },
    axes: [
      {
        ...axis,
        size: 32,
        grid: { show: false },
        values: (_, ticks) => ticks.map((tick) => timeText(data, tick, ticks)),
      },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => write(tick)) },
    ],
    series: [
      { label: data.timeLabel, value: (_, at) => (at === null ? "" : exactText(data, at)) },
      ...data.series.map((series, index) => seriesOf(series, index, data, figure, write)),
    ],
    hooks: { draw: [(plot) => drawMarks(plot, data, ink, paperOf(figure))] },
  }
}

function seriesOf(
  { label, color }: ChartData["series"][number],
  index: number,
  { kind }: ChartData,
  figure: HTMLElement,
  write: (value: number) => string,
): uPlot.Series {
  const stroke = paletteOf(figure, color)
  return {
    label,
    stroke,
    width: 2,
    dash: [...(DASHES[index % DASHES.length] ?? [])],
    points: { show: true, size: 6, filter: lonely },
    value: (_, value) => (value === null || value === undefined ? "–" : write(value)),
    ...(kind === "area" && index === 0 && { fill: faded(stroke) }),
    ...(kind === "bars" &&
      uPlot.paths.bars && { paths: uPlot.paths.bars({ size: [0.7, 40] }), fill: faded(stroke) }),
  }
}

function drawMarks(plot: uPlot, { marks }: ChartData, ink: string, paper: string): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.strokeStyle = ink
  ctx.setLineDash([4, 4])
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`
  for (const { at, label } of marks) {
    const x = Math.round(plot.valToPos(at, "x", true))
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    writeBeside(plot, label.slice(0, 40), x, { ink, paper })
  }
  ctx.restore()
}

/** To the right of the mark, or to its left where the chart would cut it; on a ground of its own, so that no line crosses it. */
function writeBeside(
  { ctx, bbox }: uPlot,
  text: string,
  x: number,
  colors: { ink: string; paper: string },
): void {
  const gap = 4 * devicePixelRatio
  const { width } = ctx.measureText(text)
  const isCut = x + gap + width > bbox.left + bbox.width
  const left = isCut ? x - gap - width : x + gap
  ctx.fillStyle = colors.paper
  ctx.fillRect(left - gap / 2, bbox.top, width + gap, 4 * gap)
  ctx.fillStyle = colors.ink
  ctx.textAlign = "left"
  ctx.fillText(text, left, bbox.top + 11 * devicePixelRatio)
}

/** The points that no line leads to or from: without a dot, they would not be seen. */
function lonely(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? []
  const isKnown = (index: number) => typeof values[index] === "number"
  return [...values.keys()].filter((index) => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1))
}

/** The color that an element of this class would have, as the canvas needs it. */
function paletteOf(figure: HTMLElement, color: number): string {
  const probe = document.createElement("span")
  probe.className = `series-${color}`
  figure.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

function colorOf(figure: HTMLElement, token: string): string {
  const probe = document.createElement("span")
  probe.className = token === "--line" ? "line-color" : "muted"
  figure.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

/** What the chart is drawn on. */
function paperOf(figure: HTMLElement): string {
  return getComputedStyle(figure.closest(".panel") ?? document.body).backgroundColor
}

function faded(color: string): string {
  return color.replace(/^rgb\((.*)\)$/, "rgba($1, 0.14)")
}

function writerOf({ unit, language }: ChartData): (value: number) => string {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2, notation: "compact" })
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 })
  if (unit === "ratio") return (value) => percent.format(value)
  if (unit === "count") return (value) => number.format(value)
  return (value) => {
    const [name, size] =
      value >= 3_600_000
        ? ["hour", 3_600_000]
        : value >= 60_000
          ? ["minute", 60_000]
          : value >= 1_000
            ? ["second", 1_000]
            : ["millisecond", 1]
    const options = {
      style: "unit",
      unit: name as string,
      unitDisplay: "narrow",
      maximumFractionDigits: 1,
    } as const
    return new Intl.NumberFormat(language, options).format(value / (size as number))
  }
}

function timeText({ language, timeZone }: ChartData, at: number, ticks: readonly number[]): string {
  const isLong = (ticks.at(-1) ?? 0) - (ticks[0] ?? 0) > 36 * 3_600
  const options: Intl.DateTimeFormatOptions = isLong
    ? { month: "short", day: "numeric" }
    : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
  return new Intl.DateTimeFormat(language, { ...options, timeZone }).format(at * 1_000)
}

function exactText({ language, timeZone }: ChartData, at: number): string {
  const options = { timeZone, dateStyle: "short", timeStyle: "short", hourCycle: "h23" } as const
  return new Intl.DateTimeFormat(language, options).format(at * 1_000)
}
