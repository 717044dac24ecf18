/** The anchor of a heading, as GitHub makes it, so that a link works there and on the site. The second of a name gets `-1`. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-")
}
