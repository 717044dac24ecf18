import type { Child } from "hono/jsx"
import { Icon, type IconName } from "./icon.tsx"

type NoticeKind = "information" | "success" | "warning" | "failure"

const ICONS: Record<NoticeKind, IconName> = {
  information: "information",
  success: "check",
  warning: "warning",
  failure: "close",
}

/** Something a reader has to know before the rest of the page. */
export function Notice({ kind = "information", children }: { kind?: NoticeKind; children?: Child }) {
  return (
    <div class={`notice ${kind}`} role={kind === "failure" ? "alert" : "status"}>
      <Icon name={ICONS[kind]} />
      <div>{children}</div>
    </div>
  )
}
