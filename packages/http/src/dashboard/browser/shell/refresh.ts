const RETRY_LIMIT = 3

interface Swapped {
  readonly ctx: { readonly swap: string }
}

/**
 * Refreshes the page's content at the reader's interval, by a morph that keeps focus and place. It waits while nobody looks,
 * and while somebody points at a list, selects, types, or has something open.
 */
export function enableRefreshing(): void {
  let failures = 0
  let refreshedAt = performance.now()
  document.addEventListener("sluice:refresh-now", () => refresh(true))
  document.addEventListener("htmx:error", () => fail())
  document.addEventListener("htmx:response:error", () => fail())
  document.addEventListener("htmx:after:swap", (event) => {
    // told of an answer that isn't shown, too
    if ((event as CustomEvent<Swapped>).detail.ctx.swap === "none") return
    failures = 0
    tell("on")
  })
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && isDue()) refresh(false)
  })
  setInterval(() => {
    if (isDue()) refresh(false)
  }, 1_000)

  function isDue(): boolean {
    const seconds = Number(content()?.dataset.refreshSeconds ?? 0)
    // a page that keeps failing asks less often
    const factor = failures >= RETRY_LIMIT ? 6 : 1
    return seconds > 0 && performance.now() - refreshedAt >= seconds * 1_000 * factor
  }

  function refresh(isWanted: boolean): void {
    const main = content()
    if (!main?.hasAttribute("hx-get")) {
      if (isWanted) location.reload()
      return
    }
    if (document.visibilityState !== "visible") return
    if (!isWanted && isBusy(main)) {
      if (failures === 0) tell("paused")
      return
    }
    refreshedAt = performance.now()
    main.dispatchEvent(new CustomEvent("sluice:refresh"))
  }

  function fail(): void {
    failures += 1
    tell("failed")
  }
}

function content(): HTMLElement | null {
  return document.querySelector<HTMLElement>("#main")
}

/** Whether a change would take something away from the reader: a row from below the pointer, a selection, a typed text. */
function isBusy(main: HTMLElement): boolean {
  const selection = getSelection()
  const selects = selection !== null && !selection.isCollapsed && main.contains(selection.anchorNode)
  const types =
    main.contains(document.activeElement) && document.activeElement?.matches("input, select, textarea")
  return (
    selects ||
    Boolean(types) ||
    main.querySelector("tbody[data-rows]:hover, input[data-select]:checked, [data-dirty]") !== null ||
    document.querySelector("dialog[open], [popover]:popover-open") !== null
  )
}

function tell(state: "on" | "paused" | "failed"): void {
  const place = document.querySelector<HTMLElement>("#live")
  if (!place || place.dataset.liveState === state) return
  place.dataset.liveState = state
  place.textContent = place.dataset[state] ?? ""
}
