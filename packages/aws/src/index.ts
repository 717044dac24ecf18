// The engine on Lambda: the drain function's handler, and the connections that suit a process that is frozen
// between invocations.

export { createConnect, createPool, type PoolOptions } from "./connections.ts"
export { createDrainHandler, type DrainHandlerOptions, type DrainReport } from "./drain-handler.ts"
export type { IdleOptions } from "./idle.ts"
