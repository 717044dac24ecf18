import { defineJob } from "@sluice/core"
import { Receipt } from "./receipt.ts"

const mailUrl = process.env.MAIL_URL ?? "https://mail.example.org/send"

export const sendReceipt = defineJob({
  name: "send-receipt",
  input: Receipt,
  async perform({ order, to }, { signal }) {
    const response = await fetch(mailUrl, {
      method: "POST",
      body: JSON.stringify({ order, to }),
      signal,
    })
    if (!response.ok) throw new Error(`The mail server returned ${response.status}`)
  },
})

export const jobs = [sendReceipt]
