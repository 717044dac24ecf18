import type { Action } from "../../page.ts"
import { takeSnapshot } from "./snapshot.ts"

export const SHOW_NOW_PATH = "/overview/now"

/** Wakes a database that sleeps. A refresh of the page doesn't: it shows what this has kept. */
export const showNowAction: Action = {
  path: SHOW_NOW_PATH,
  role: "reader",
  async act(view) {
    if (view.snapshots !== undefined) await takeSnapshot(view.sluice, view.snapshots)
    return { to: view.href("/") }
  },
}
