/**
 * What a caller may do. An `enqueuer` stores jobs, and reads nothing. A `reader` reads everything, and changes nothing. An
 * `operator` does both, and acts on jobs, queues and schedules. An `admin` manages keys and reads the audit log as well.
 */
export type Role = "enqueuer" | "reader" | "operator" | "admin"

export const ROLES: readonly Role[] = ["enqueuer", "reader", "operator", "admin"]

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

const INCLUDED: Readonly<Record<Role, readonly Role[]>> = {
  enqueuer: ["enqueuer"],
  reader: ["reader"],
  operator: ["enqueuer", "reader", "operator"],
  admin: ROLES,
}

/** Whether who has the one role may do what needs the other. An unknown role includes none. */
export function includesRole(role: Role, needed: Role): boolean {
  return Object.hasOwn(INCLUDED, role) && INCLUDED[role].includes(needed)
}
