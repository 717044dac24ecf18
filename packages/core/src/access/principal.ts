/**
 * What a caller may do: store jobs; read everything; act on jobs, queues and schedules; manage keys as well. Each role from
 * `reader` on includes the one before it; an `enqueuer` can't read.
 */
export type Role = "enqueuer" | "reader" | "operator" | "admin"

/** Who acts: a key, a person that has logged in, or the key of the environment. */
export interface Principal {
  /** Stable, for the audit log: `key:12`, `oidc:ada@example.org`, `environment`. */
  readonly id: string
  readonly name: string
  readonly role: Role
  /** What an `enqueuer` may enqueue. Undefined: anything. */
  readonly names?: readonly string[]
  readonly queues?: readonly string[]
}
