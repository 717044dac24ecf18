// Sluice on Lambda: the handler of the drain function, and connections that survive freezing between invocations.

export { createConnect, createPool, type PoolOptions } from "./connections/pg.ts"
// For a handler of your own around `drain`: when the next invocation begins at once, and with which event.
export { type Chain, nextInChain, shouldHandOver } from "./drain/chain.ts"
export { createDrainHandler, type DrainHandlerOptions, type DrainReport } from "./drain/drain-handler.ts"
export type { IdleOptions } from "./drain/idle.ts"
export { type LambdaExecutorOptions, lambda } from "./executor/lambda-executor.ts"
export { createPerformHandler, type PerformHandlerOptions } from "./executor/perform-handler.ts"
// A log in lines of JSON, for functions that should stay small.
export { jsonLog } from "./log.ts"
export { MEMORY_MB } from "./memory.ts"
export { sstDuration } from "./sst-duration.ts"
export { createWake } from "./wake.ts"
