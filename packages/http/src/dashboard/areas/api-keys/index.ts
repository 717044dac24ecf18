import type { Area } from "../../page.ts"
import { apiKeysPage } from "./api-keys-page.tsx"
import { createKey, newKeyPage } from "./new-key.tsx"
import { revokeKey, revokePage } from "./revoke-key.tsx"
import { rotateKey, rotatePage } from "./rotate-key.tsx"

export const apiKeysArea: Area = {
  key: "apiKeys",
  path: "/api-keys",
  role: "admin",
  pages: [apiKeysPage, newKeyPage, rotatePage, revokePage],
  actions: [createKey, rotateKey, revokeKey],
}
