// Made by `npm run assets`.
export default ".ticks{display:flex;flex-direction:column;gap:var(--space-2)}.ticks li{display:flex;flex-wrap:wrap;gap:0 var(--space-3)}.clock-change{flex-basis:100%;color:var(--warning);font-size:var(--text-s)}input.code{font-family:var(--font-mono);direction:ltr;text-align:left}\n"
