/** On a phone the navigation and the tabs are rows that scroll: shows the part of them that is open. */
export function showCurrent(): void {
  for (const link of document.querySelectorAll<HTMLElement>("nav a[aria-current]")) {
    const row = link.closest<HTMLElement>("nav")
    const scrolls = [row, link.parentElement?.parentElement, link.parentElement].find(
      (each) => each && each.scrollWidth > each.clientWidth,
    )
    if (!scrolls) continue
    const [inner, outer] = [link.getBoundingClientRect(), scrolls.getBoundingClientRect()]
    if (inner.left < outer.left || inner.right > outer.right)
      scrolls.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2)
  }
}
