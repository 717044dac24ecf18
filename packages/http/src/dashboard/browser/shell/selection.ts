import { onContent } from "./on-content.ts"

/**
 * Lists with checkboxes: one with `data-select-all` selects all those of the same form, and an element with
 * `data-selected-count` shows how many there are.
 */
export function enableSelection(): void {
  document.addEventListener("change", (event) => {
    const box = event.target
    if (!(box instanceof HTMLInputElement) || box.type !== "checkbox" || !box.form) return
    if ("selectAll" in box.dataset) for (const each of boxesOf(box.form)) each.checked = box.checked
    show(box.form)
  })
  onContent((root) => {
    for (const all of root.querySelectorAll<HTMLInputElement>("input[data-select-all]"))
      if (all.form) show(all.form)
  })
}

function show(form: HTMLFormElement): void {
  const boxes = boxesOf(form)
  const count = boxes.filter(({ checked }) => checked).length
  for (const all of document.querySelectorAll<HTMLInputElement>("input[data-select-all]")) {
    if (all.form !== form) continue
    all.checked = count > 0 && count === boxes.length
    all.indeterminate = count > 0 && count < boxes.length
  }
  for (const place of form.querySelectorAll("[data-selected-count]")) {
    place.textContent = count === 0 ? "" : new Intl.NumberFormat(document.documentElement.lang).format(count)
  }
}

function boxesOf(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.elements].filter(
    (element): element is HTMLInputElement =>
      element instanceof HTMLInputElement && element.type === "checkbox" && "select" in element.dataset,
  )
}
