// A reference page of the API, in an entry of its own: functions that only enqueue don't carry it.
export { createReference } from "./app.tsx"
