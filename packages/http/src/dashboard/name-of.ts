import type { Principal } from "@sluice/core"
import { ENVIRONMENT } from "../messages/environment-keys.ts"
import type { View } from "./page.ts"

/** What a page calls somebody: the key of the environment has no name but what it is. */
export function nameOf({ text }: Pick<View, "text">, { id, name }: Pick<Principal, "id" | "name">): string {
  return id === ENVIRONMENT.id ? text.shell.apiKey : name
}
