const GO_WITHIN_MS = 1_500

/** The keyboard shortcuts that the help sheet lists. None work while somebody types, or a dialog is open. */
export function enableKeys(): void {
  let goAt = Number.NEGATIVE_INFINITY
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return
    if (document.querySelector("dialog[open]")) return
    const { key } = event
    if (performance.now() - goAt < GO_WITHIN_MS) {
      goAt = Number.NEGATIVE_INFINITY
      const link = document.querySelector<HTMLAnchorElement>(`a[data-shortcut="${CSS.escape(key)}"]`)
      if (link) return act(event, () => link.click())
    }
    if (key === "g") goAt = performance.now()
    else if (key === "?") act(event, () => document.querySelector<HTMLElement>("#help")?.togglePopover())
    else if (key === "/") act(event, focusSearch)
    else if (key === "j") act(event, () => moveRow(1))
    else if (key === "k") act(event, () => moveRow(-1))
    else if (key === "x") act(event, selectRow)
    else if (key === "Enter") openRow(event)
    else if (key === "r") act(event, () => document.dispatchEvent(new CustomEvent("sluice:refresh-now")))
    else if (key === "]") act(event, () => document.querySelector<HTMLElement>("main a[rel=next]")?.click())
    else if (key === "[") act(event, () => document.querySelector<HTMLElement>("main a[rel=prev]")?.click())
  })
}

function act(event: KeyboardEvent, does: () => void): void {
  event.preventDefault()
  does()
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches("input:not([type=checkbox], [type=radio]), select, textarea")
  )
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>("main [data-search], main input[type=search]")
  field?.focus()
  field?.select()
}

/** The row that has the focus or contains it. */
function currentRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("tbody[data-rows] > tr") ?? null
}

function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main tbody[data-rows] > tr")]
  const current = currentRow()
  const index = current ? rows.indexOf(current) + step : 0
  const row = rows[Math.min(Math.max(index, 0), rows.length - 1)]
  if (!row) return
  row.tabIndex = -1
  row.focus()
}

function selectRow(): void {
  currentRow()?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click()
}

function openRow(event: KeyboardEvent): void {
  const row = currentRow()
  if (row?.dataset.href && document.activeElement === row)
    act(event, () => location.assign(row.dataset.href ?? ""))
}
