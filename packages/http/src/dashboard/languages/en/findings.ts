import { FINDING_TEXTS, type FindingCode, type FindingTexts } from "@sluice/core/findings"

/** What is found of the database, by code: core's own texts, which the command line and the API have, too. */
export const findings: Readonly<Record<FindingCode, FindingTexts>> = FINDING_TEXTS
