import type { Health, HealthReason } from "@sluice/core"
import { Icon, type IconName } from "../../components/icon.tsx"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"

const ICONS: Readonly<Record<Health["verdict"], IconName>> = {
  healthy: "check",
  late: "scheduled",
  failing: "warning",
}

/** Whether the queue does what it is for, and why not. */
export function Verdict({ view, health: { verdict, reasons } }: { view: View; health: Health }) {
  const { health } = view.text
  return (
    <div class={`verdict verdict-${verdict}`}>
      <Icon name={ICONS[verdict]} size={28} />
      <div>
        <p class="word">{health.verdicts[verdict]}</p>
        {reasons.length === 0 ? (
          <p class="muted">{health.allWell}</p>
        ) : (
          <ul class="plain">
            {reasons.map((reason) => (
              <li>{reasonText(view, reason)}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

function reasonText(
  { text: { health }, format }: View,
  { code, value, limit, names = [] }: HealthReason,
): string {
  const write = { oldest_ready: format.duration, no_drainer: format.duration, failure_rate: format.percent }
  const written = code === "unknown_names" ? format.number : write[code]
  return fill(health.reasons[code], {
    value: written(value),
    limit: written(limit),
    names: format.list(names),
  })
}
