// All jobs that this deployment can perform. To add one, write its definition in a file beside this one and list it here.
import { noop } from "./noop.ts"
import { recordUsage } from "./record-usage.ts"
import { sleep } from "./sleep.ts"
import { webhook } from "./webhook.ts"

export const jobs = [noop, recordUsage, sleep, webhook] as const
