/** Drawn on 20 by 20 with strokes, so that they take the color of the text around them. */
const PATHS = {
  overview: "M3 11l7-7 7 7M5.5 9.5V16h9V9.5",
  jobs: "M4 5h12M4 10h12M4 15h8",
  names: "M4 16V9m4 7V4m4 12v-5m4 5V7",
  errors: "M10 3.5l7 12.5H3zM10 8.5v3.5m0 2v.2",
  queues: "M3 6h9M3 10h9M3 14h9m2-8l3 4-3 4",
  schedules: "M4 5h12v11H4zM4 8.5h12M7 3v3m6-3v3m-3 5v2l1.5 1",
  batches: "M3.5 3.5h5v5h-5zM11.5 11.5h5v5h-5zM6 8.5V14h5.5M8.5 6H14v5.5",
  waits: "M6 3h8M6 17h8M7 3c0 4 6 4 6 7s-6 3-6 7m6-14c0 4-6 4-6 7s6 3 6 7",
  drainers: "M4 4h12v5H4zM4 11h12v5H4zM7 6.5h.1M7 13.5h.1",
  limits: "M3.5 14a6.5 6.5 0 1113 0M10 14l3.5-4.5",
  health: "M3 10h3.5l2-5 3 10 2-5H17",
  apiKeys: "M6.5 9.5a3.5 3.5 0 110 7 3.5 3.5 0 010-7zM9 10.5L16 3.5M13 6.5l2 2m-4.5.5l1.5 1.5",
  audit: "M5 3h7l3 3v11H5zM8 9h4m-4 3h4",
  settings: "M3 6h8m4 0h2M3 14h2m4 0h8M13 4a2 2 0 110 4 2 2 0 010-4zM7 12a2 2 0 110 4 2 2 0 010-4z",
  help: "M10 2.5a7.5 7.5 0 110 15 7.5 7.5 0 010-15zM8 8a2 2 0 112.9 1.8c-.6.3-.9.7-.9 1.5m0 2.6v.1",
  logOut: "M8 4H4v12h4M12 6.5L15.5 10 12 13.5M15.5 10H8",
  next: "M7.5 4.5L13 10l-5.5 5.5",
  previous: "M12.5 4.5L7 10l5.5 5.5",
  up: "M5 12l5-5 5 5",
  down: "M5 8l5 5 5-5",
  close: "M5 5l10 10M15 5L5 15",
  check: "M4 10.5l4 4 8-9",
  information: "M10 9v5m0-8v.2M10 2.5a7.5 7.5 0 110 15 7.5 7.5 0 010-15z",
  warning: "M10 3.5l7 12.5H3zM10 8.5v3.5m0 2v.2",
  copy: "M7 7h9v9H7zM4 13V4h9",
  search: "M9 3.5a5.5 5.5 0 110 11 5.5 5.5 0 010-11zM13 13l4 4",
  plus: "M10 4v12M4 10h12",
  empty: "M3 11l3-7h8l3 7v5H3zM3 11h4l1.5 2h3L13 11h4",
  scheduled: "M10 3a7 7 0 110 14 7 7 0 010-14zM10 6v4.2l2.8 1.8",
  ready: "M10 4a6 6 0 110 12 6 6 0 010-12z",
  blocked: "M4.5 4.5h11v11h-11zM8 10h4",
  waiting: "M7 5v10m6-10v10",
  running: "M6 4l10 6-10 6z",
  succeeded: "M4 10.5l4 4 8-9",
  discarded: "M5 5l10 10M15 5L5 15",
  canceled: "M10 3a7 7 0 110 14 7 7 0 010-14zM5 15L15 5",
} as const

export type IconName = keyof typeof PATHS

/** A picture beside a word; it says nothing to screen readers. */
export function Icon({
  name,
  size = 16,
  class: className,
}: {
  name: IconName
  size?: number
  class?: string
}) {
  return (
    <svg
      class={className}
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

/** The icon of a kind of things, if it has one. */
export function iconOf(key: string): IconName {
  return key in PATHS ? (key as IconName) : "jobs"
}
