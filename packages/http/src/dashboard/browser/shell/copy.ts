import { onContent } from "./on-content.ts"

const TOLD_MS = 1_500

/** Gives each `.copyable` a button that copies its text: that of a template with `data-copy`, else what it shows. */
export function enableCopying(): void {
  if (!navigator.clipboard) return
  onContent((root) => {
    for (const place of root.querySelectorAll<HTMLElement>(".copyable:not([data-script])")) addButton(place)
  })
}

function addButton(place: HTMLElement): void {
  const { copyLabel = "Copy", copiedLabel = "Copied" } = place.dataset
  const button = document.createElement("button")
  button.type = "button"
  button.className = "button small copy"
  button.textContent = copyLabel
  button.setAttribute("hx-morph-skip", "")
  button.addEventListener("click", async () => {
    const template = place.querySelector<HTMLElement>("[data-copy]")
    await navigator.clipboard.writeText(
      template?.dataset.copy ?? place.querySelector("pre")?.textContent ?? "",
    )
    button.textContent = copiedLabel
    setTimeout(() => {
      button.textContent = copyLabel
    }, TOLD_MS)
  })
  place.dataset.script = "copy"
  place.append(button)
}
