import type { View } from "../page.ts"

export interface Series {
  readonly label: string
  /** One for each instant; null where nothing is known. */
  readonly values: readonly (number | null)[]
  /** Of the palette; default: by its place. Series differ in their dashes too. */
  readonly color?: 1 | 2 | 3 | 4 | 5 | 6
}

export interface ChartMark {
  readonly at: Date
  readonly label: string
}

/**
 * Values over time. The page's script draws them; without it, and for screen readers, they are a table. `unit` says how numbers
 * are written.
 */
export function Chart(properties: {
  view: View
  /** What it shows, and of which time. */
  title: string
  at: readonly Date[]
  series: readonly Series[]
  unit?: "count" | "ms" | "ratio"
  /** `area` fills below the first series; `bars` stacks nothing, and suits counts of few. Default `area`. */
  kind?: "area" | "lines" | "bars"
  /** Vertical lines: deployments. */
  marks?: readonly ChartMark[]
  /** Unique on the page. */
  id: string
}) {
  const { view, title, at, series, unit = "count", kind = "area", marks = [], id } = properties
  const write = writerOf(view, unit)
  const data = JSON.stringify({
    at: at.map((each) => Math.round(each.getTime() / 1000)),
    series: series.map(({ label, values, color }, index) => ({
      label,
      values,
      color: color ?? (index % 6) + 1,
    })),
    unit,
    kind,
    marks: marks.map((mark) => ({ at: Math.round(mark.at.getTime() / 1000), label: mark.label })),
    language: view.language,
    timeLabel: view.text.shell.pickTime,
    timeZone: view.timeZone,
  })
  return (
    <figure class="chart" id={id} data-chart={data}>
      <figcaption class="visually-hidden">{title}</figcaption>
      <ul class="legend" aria-hidden="true">
        {series.map(({ label, color }, index) => (
          <li>
            <LegendLine color={color ?? (index % 6) + 1} dash={index} />
            {label}
          </li>
        ))}
      </ul>
      <div class="plot" id={`${id}-plot`} hx-morph-skip="" aria-hidden="true" />
      <details id={`${id}-table`}>
        <summary>{view.text.shell.showAsTable}</summary>
        <div class="scroll">
          <table class="table keep">
            <caption class="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{view.text.shell.pickTime}</th>
                {series.map(({ label }) => (
                  <th scope="col" class="numeric">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {at.map((each, index) => (
                <tr>
                  <th scope="row">{view.format.exact(each)}</th>
                  {series.map(({ values }) => (
                    <td class="numeric">{write(values[index])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}

function LegendLine({ color, dash }: { color: number; dash: number }) {
  return (
    <svg class={`series-${color}`} width="20" height="8" viewBox="0 0 20 8" aria-hidden="true">
      <line
        x1="0"
        y1="4"
        x2="20"
        y2="4"
        stroke="currentColor"
        stroke-width="2.5"
        stroke-dasharray={DASHES[dash % DASHES.length]?.join(" ")}
      />
    </svg>
  )
}

/** As the script draws them. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [9, 3, 2, 3]]

function writerOf(view: View, unit: "count" | "ms" | "ratio") {
  const { format } = view
  const write = { count: format.number, ms: format.duration, ratio: format.percent }[unit]
  return (value: number | null | undefined) => (value === null || value === undefined ? "–" : write(value))
}
