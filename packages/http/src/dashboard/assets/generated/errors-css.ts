// Made by `npm run assets`.
export default ".error-cell{display:flex;flex-direction:column;gap:2px;max-inline-size:44rem;text-align:start}.error-cell a{font-weight:550}.error-class{color:var(--danger)}.error-message{white-space:pre-wrap;overflow-wrap:anywhere}.plain{display:flex;flex-direction:column;gap:var(--space-1)}\n"
