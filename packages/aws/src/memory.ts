/**
 * Memory of the functions, deployed and in the local host. The API's is enough for the largest body it accepts, whatever
 * JSON that is (test/local/largest-batch.long.test.ts).
 */
export const MEMORY_MB = { drain: 512, enqueue: 256, dashboard: 512, watch: 256 } as const
