// Made by `npm run assets`.
export default ".audit-word{white-space:nowrap}.audit-actor{display:inline-block;min-inline-size:6.5rem}.audit-target{margin:0;padding:0;list-style:none;overflow-wrap:anywhere}.audit-open{color:var(--warning)}.audit-failed{color:var(--danger)}.audit-message{display:block;color:var(--ink-soft);overflow-wrap:anywhere}\n"
