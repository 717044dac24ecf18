/**
 * What the deployed functions have, and the local host gives them. The API's is enough for the largest body it takes,
 * whatever JSON that is (test/local/largest-batch.test.ts).
 */
export const MEMORY_MB = { drain: 512, enqueue: 256 } as const
