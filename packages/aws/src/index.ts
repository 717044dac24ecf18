// Sluice on Lambda: the handler of the drain function, and connections that survive freezing between invocations.

export { createConnect, createPool, type PoolOptions } from "@sluice/core/pg"
// For a handler of your own around `drain`: when to invoke the function again, and its wake-up in idle mode.
export { type Chain, nextInChain, shouldHandOver } from "./drain/chain.ts"
export { createDrainHandler, type DrainHandlerOptions, type DrainReport } from "./drain/drain-handler.ts"
export { createIdleMode, type IdleOptions, type WakeUps } from "./drain/idle.ts"
// What the SST component sets, as options of createSluice. The handlers read theirs themselves.
export { fromEnvironment } from "./environment.ts"
export { type LambdaExecutorOptions, lambda } from "./executor/lambda-executor.ts"
export { createPerformHandler, type PerformHandlerOptions } from "./executor/perform-handler.ts"
// A log in lines of JSON, for functions that should stay small.
export { jsonLog } from "./json-log.ts"
export { createMigrateHandler, type MigrateHandlerOptions } from "./migrate-handler.ts"
export { MEMORY_MB } from "./memory.ts"
export { createS3Store, type S3StoreOptions } from "./s3-store.ts"
// What the dashboard shows while the database sleeps.
export { createSnapshotStore } from "./snapshot-store.ts"
export { sstDuration } from "./sst-duration.ts"
export { createWake, type PoolFunctions } from "./wake.ts"
