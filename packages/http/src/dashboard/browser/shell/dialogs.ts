import { announceContent } from "./on-content.ts"

/** Opens links with `data-dialog` as dialogs: their page's `[data-dialog-content]`. Without it they are pages. */
export function enableDialogs(): void {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return
    const link = event.target.closest<HTMLAnchorElement>("a[data-dialog]")
    if (link) {
      event.preventDefault()
      void open(link.href)
    }
    const close = event.target.closest("[data-dialog-close]")
    const dialog = close?.closest("dialog")
    if (dialog) {
      event.preventDefault()
      dialog.close()
    }
  })
}

async function open(address: string): Promise<void> {
  const content = await contentOf(address)
  if (!content) {
    location.assign(address)
    return
  }
  const dialog = document.createElement("dialog")
  dialog.className = "sheet center"
  const title = content.querySelector<HTMLElement>("h1, h2")
  if (title) {
    title.id = "dialog-title"
    dialog.setAttribute("aria-labelledby", title.id)
  }
  dialog.append(content)
  dialog.addEventListener("close", () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  announceContent()
}

async function contentOf(address: string): Promise<Element | null> {
  try {
    const response = await fetch(address, { headers: { accept: "text/html" } })
    if (!response.ok || response.redirected) return null
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    return page.querySelector("[data-dialog-content]")
  } catch {
    return null
  }
}
