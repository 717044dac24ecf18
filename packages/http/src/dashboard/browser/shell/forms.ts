/** Sends forms with `data-submit-on-change` as soon as something is chosen, and no form twice. */
export function enableForms(): void {
  document.addEventListener("change", (event) => {
    const form =
      event.target instanceof Element && event.target.closest<HTMLFormElement>("form[data-submit-on-change]")
    if (form) form.requestSubmit()
  })
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement
    if (form.method !== "post" || event.defaultPrevented) return
    if (form.dataset.sent !== undefined) event.preventDefault()
    form.dataset.sent = ""
  })
  // a page that the browser keeps for "back" has forms that may be sent again
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset.sent
  })
}
