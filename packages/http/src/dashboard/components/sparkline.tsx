/**
 * A small line of the last values, the oldest first. The step that isn't over is left out: the line would always fall at its
 * end. `label` says in words what it shows; the latest number should stand beside it.
 */
export function Sparkline({
  values,
  label,
  small = false,
}: {
  values: readonly number[]
  label: string
  small?: boolean
}) {
  const complete = values.slice(0, -1)
  const most = Math.max(...complete, 0)
  const step = complete.length > 1 ? WIDTH / (complete.length - 1) : WIDTH
  const points = complete.map((value, index) => {
    const y = most === 0 ? HEIGHT - 1 : HEIGHT - 1 - (value / most) * (HEIGHT - 2)
    return `${(index * step).toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg
      class={small ? "sparkline small" : "sparkline"}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      {points.length > 0 && (
        <>
          <polygon
            points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`}
            fill="currentColor"
            fill-opacity="0.15"
          />
          <polyline
            points={points.join(" ")}
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            vector-effect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  )
}

const WIDTH = 120
const HEIGHT = 28
