// What findings say, for who says it in another language. By itself, because who enqueues does without it.
export { type FindingWriter, sayFinding } from "./say.ts"
export { FINDING_TEXTS, type FindingCode, type FindingTexts } from "./texts.ts"
