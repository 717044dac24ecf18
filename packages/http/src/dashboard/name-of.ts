import type { Principal } from "@sluice/core"
import type { View } from "./page.ts"
import { environment } from "./session/verify-key.ts"

/** What a page calls somebody: the key of the environment has no name but what it is. */
export function nameOf({ text }: Pick<View, "text">, { id, name }: Pick<Principal, "id" | "name">): string {
  return id === environment.id ? text.shell.apiKey : name
}
