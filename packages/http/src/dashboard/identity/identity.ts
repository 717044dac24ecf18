import type { Principal, Role } from "@sluice/core"

/** Whoever the login service in front of the dashboard vouches for. Undefined: nobody. */
export type Identify = (headers: Headers) => Promise<Principal | undefined>

/** What a verified token says. */
export type Claims = Readonly<Record<string, unknown>>

/** Which role somebody has by the claims: `({ groups }) => groups.includes("ops") ? "operator" : "reader"`. Undefined: none. */
export type RoleOf = (claims: Claims) => Exclude<Role, "enqueuer"> | undefined

/** Who the claims name, with the role that the app gives them. */
export function principalOf(claims: Claims, roleOf: RoleOf): Principal | undefined {
  const role = roleOf(claims)
  const name = [claims.email, claims.preferred_username, claims.sub].find(
    (claim): claim is string => typeof claim === "string" && claim !== "",
  )
  if (role === undefined || name === undefined) return undefined
  const shown = name.slice(0, 200)
  return { id: `oidc:${shown}`, name: shown, role }
}
