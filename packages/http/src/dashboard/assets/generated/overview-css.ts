// Made by `npm run assets`.
export default ".listed{display:flex;flex-direction:column;gap:var(--space-3)}.listed li{display:flex;flex-direction:column;gap:2px;min-inline-size:0;overflow-wrap:anywhere}#ages .table th{white-space:nowrap}#ages .meter{inline-size:8rem}.stats.states{grid-template-columns:repeat(auto-fit,minmax(min(7.5rem,100%),1fr))}\n"
