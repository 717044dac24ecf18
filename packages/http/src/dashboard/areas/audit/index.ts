import type { Area } from "../../page.ts"
import { auditPage } from "./audit-page.tsx"

export const auditArea: Area = { key: "audit", path: "/audit", role: "admin", pages: [auditPage] }
