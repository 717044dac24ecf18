/** Calls a function for the page, and again for what a refresh or a dialog has brought. */
export function onContent(enhance: (root: ParentNode) => void): void {
  enhance(document)
  document.addEventListener("htmx:after:swap", () => enhance(document))
  document.addEventListener("sluice:content", () => enhance(document))
}

/** Tells that elements were added. */
export function announceContent(): void {
  document.dispatchEvent(new CustomEvent("sluice:content"))
}
