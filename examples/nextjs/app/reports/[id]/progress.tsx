"use client"

import { useJob } from "@sluice/client/react"
import { useEffect, useState } from "react"

/** Follows the job until it has finished. */
export function Progress({ jobId, token }: { jobId: string; token: string }) {
  const [url, setUrl] = useState("")
  useEffect(() => setUrl(location.origin), []) // the API is part of this app
  const { job, error } = useJob<{ cents: number }>({ url, id: jobId, token: url ? token : undefined })

  if (error) return <p role="alert">The report can't be followed: {error.message}</p>
  if (job?.state === "succeeded")
    return <p>The orders come to {((job.result?.cents ?? 0) / 100).toFixed(2)} euros.</p>
  if (job?.isFinished) return <p role="alert">The report was {job.state}.</p>
  const percent = job?.progress?.percent ?? 0
  return (
    <p>
      <label>
        {job?.progress?.text ?? "Waiting for a worker"}
        <progress value={percent} max={100} />
      </label>
    </p>
  )
}
