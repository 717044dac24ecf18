import { defineJob } from "@sluice/core"
import { z } from "zod"

export const sendReceipt = defineJob({
  name: "send-receipt",
  input: z.object({ order: z.int(), to: z.email() }),
  async perform({ order, to }, { signal }) {
    await fetch("https://mail.example.org/send", {
      method: "POST",
      body: JSON.stringify({ order, to }),
      signal,
    })
  },
})

export const jobs = [sendReceipt]
