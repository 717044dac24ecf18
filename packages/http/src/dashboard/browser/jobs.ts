// What the pages of jobs do beyond their forms and links, which work without it.

/** Continues with the next part of a long action. */
document.querySelector<HTMLButtonElement>("[data-continue]")?.form?.requestSubmit()

/** Says how many jobs are selected, and lets a click with Shift select all between. */
let last: HTMLInputElement | undefined
document.addEventListener("click", (event) => {
  const box = event.target
  if (!(box instanceof HTMLInputElement) || !("select" in box.dataset)) return
  const boxes = [...document.querySelectorAll<HTMLInputElement>("[data-select]")]
  if (event.shiftKey && last?.isConnected) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].toSorted((a, b) => a - b) as [number, number]
    for (const one of boxes.slice(from, to + 1)) one.checked = box.checked
  }
  last = box
  const count = boxes.filter(({ checked }) => checked).length
  const shown = document.querySelector("[data-selected]")
  if (shown)
    shown.textContent = count > 0 ? new Intl.NumberFormat(document.documentElement.lang).format(count) : ""
})
