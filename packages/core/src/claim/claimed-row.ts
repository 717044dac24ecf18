import type { Claim, ClaimedJob } from "../job/claimed-job.ts"

/** A job as the SQL function `second_look` returns it. */
export type Row = [
  id: number,
  fence: number,
  name: string,
  payload: unknown,
  queue: string,
  enqueuedAt: string,
  nonDefaultFields: NonDefaultFields | null,
]
type NonDefaultFields = Omit<
  ClaimedJob,
  "id" | "claim" | "fence" | "name" | "payload" | "payloadKey" | "queue" | "enqueuedAt"
>

/** Written out, so that all jobs have one shape. */
export function toClaimedJob(
  [id, fence, name, payload, queue, enqueuedAt, fields]: Row,
  claim: Claim,
  aside?: { readonly payload: unknown; readonly payload_key: string | null },
): ClaimedJob {
  return {
    id: String(id),
    claim,
    fence,
    name,
    payload: aside ? aside.payload : payload,
    payloadKey: aside ? aside.payload_key : null,
    enqueuedAt,
    queue,
    attempts: fields?.attempts ?? 0,
    interruptions: fields?.interruptions ?? 0,
    cuts: fields?.cuts ?? 0,
    runAt: fields?.runAt ?? enqueuedAt,
    ruleFailures: fields?.ruleFailures ?? null,
    maxAttempts: fields?.maxAttempts ?? null,
    timeoutMs: fields?.timeoutMs ?? null,
    tags: fields?.tags ?? null,
    metadata: fields?.metadata ?? null,
    carrier: fields?.carrier ?? null,
    bytes: fields?.bytes ?? 0,
    unread: fields?.unread ?? null,
    lacksKey: fields?.lacksKey ?? false,
    startWithinMs: fields?.startWithinMs ?? null,
    batchId: fields?.batchId ?? null,
  }
}
