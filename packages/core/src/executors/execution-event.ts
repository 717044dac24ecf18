import type { JobContext } from "../job/job-context.ts"

/** An execution as another process receives it: JSON, documented in docs/executors.md. Fields may be added, never removed. */
export interface ExecutionEvent {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly attempt: number
  readonly maxAttempts: number
  /** Milliseconds left when this was sent. Finish by then, because another drainer may start the job afterwards. */
  readonly remainingMs: number
  /** ISO 8601, the same moment by the drainer's clock. For people to read, because the clocks of two machines differ. */
  readonly deadlineAt: string
  /** ISO 8601. */
  readonly enqueuedAt: string
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** The batch that the job is in, or of which it is a callback. */
  readonly batchId?: string
  readonly payload: unknown
}

export function executionEvent(payload: unknown, context: JobContext): ExecutionEvent {
  return {
    id: context.id,
    name: context.name,
    queue: context.queue,
    attempt: context.attempt,
    maxAttempts: context.maxAttempts,
    tags: context.tags,
    metadata: context.metadata,
    ...(context.batch && { batchId: context.batch.id }),
    payload,
    remainingMs: Math.max(1, context.deadlineAt.getTime() - Date.now()),
    deadlineAt: context.deadlineAt.toISOString(),
    enqueuedAt: context.enqueuedAt.toISOString(),
  }
}

/** Whether an event has time left. */
export function isInTime({ remainingMs }: Partial<ExecutionEvent>): boolean {
  return typeof remainingMs === "number" && remainingMs > 0
}
