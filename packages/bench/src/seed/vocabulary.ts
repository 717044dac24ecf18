import { defineJob } from "@sluice/core"

/** A kind of jobs of an app that could be. */
interface Kind {
  readonly name: string
  readonly queue: string
  /** How many of a thousand jobs are of it. */
  readonly share: number
  /** How long it usually takes. */
  readonly ms: number
}

export const KINDS: readonly Kind[] = [
  { name: "send-email", queue: "mail", share: 260, ms: 180 },
  { name: "send-push", queue: "mail", share: 140, ms: 60 },
  { name: "sync-contact", queue: "sync", share: 130, ms: 420 },
  { name: "deliver-webhook", queue: "webhooks", share: 120, ms: 310 },
  { name: "resize-image", queue: "media", share: 90, ms: 1_400 },
  { name: "index-document", queue: "search", share: 80, ms: 90 },
  { name: "update-stock", queue: "default", share: 60, ms: 25 },
  { name: "charge-card", queue: "payments", share: 40, ms: 900 },
  { name: "refund-card", queue: "payments", share: 10, ms: 1_100 },
  { name: "transcode-video", queue: "media", share: 20, ms: 38_000 },
  { name: "build-invoice", queue: "default", share: 20, ms: 2_200 },
  { name: "import-rows", queue: "imports", share: 15, ms: 6_000 },
  { name: "nightly-report", queue: "reports", share: 10, ms: 15_000 },
  { name: "cleanup-sessions", queue: "default", share: 5, ms: 700 },
]

/** Their definitions, so that the database knows them. */
export const JOBS = KINDS.map(({ name, queue }) => defineJob({ name, queue, timeout: "5m", perform() {} }))

/** Errors with a number somewhere in them, as they come: `%` is one. */
export const ERRORS = [
  { class: "TimeoutError", code: "timeout", message: "The job took longer than 300 s" },
  {
    class: "FetchError",
    code: "ECONNRESET",
    message: "request to https://crm.example.com/contacts/% failed: socket hang up",
  },
  { class: "HttpError", code: "503", message: "POST https://hooks.example.net/%: 503 Service Unavailable" },
  { class: "CardDeclined", code: "card_declined", message: "The card ending in % was declined" },
  { class: "ZodError", code: null, message: 'Invalid input: expected string, received undefined at "to"' },
  { class: "TypeError", code: null, message: "Cannot read properties of undefined (reading 'id')" },
  { class: "DatabaseError", code: "40P01", message: "deadlock detected: process % waits for ShareLock" },
  { class: "SmtpBusy", code: "421", message: "421 4.7.0 Try again later, closing connection (%)" },
  {
    class: "UnknownRecipient",
    code: "550",
    message: "550 5.1.1 <user%@example.org>: Recipient address rejected",
  },
  { class: "RangeError", code: null, message: "Invalid time value" },
] as const

export const TAGS = ["vip", "campaign-7", "eu", "us", "retry-later", "imported"]
