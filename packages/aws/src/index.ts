// The engine on Lambda: the drain function's handler, and the connections that suit a process that is frozen
// between invocations.

export { createConnect, createPool, type PoolOptions } from "./connections.ts"
export { createDrainHandler, type DrainHandlerOptions, type DrainReport } from "./drain-handler.ts"
export type { IdleOptions } from "./idle.ts"
export { type LambdaExecutorOptions, lambda } from "./lambda-executor.ts"
// Lines of JSON for the functions that should stay small.
export { jsonLog } from "./log.ts"
export { MEMORY_MB } from "./memory.ts"
export { createPerformHandler, type PerformHandlerOptions } from "./perform-handler.ts"
export { createWake } from "./wake.ts"
