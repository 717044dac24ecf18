import type { Child } from "hono/jsx"
import { assetAddress, scriptsOf } from "../assets/assets.ts"
import { languages } from "../languages/index.ts"
import { fill } from "../languages/text.ts"
import { nameOf } from "../name-of.ts"
import type { Area, View } from "../page.ts"
import { type Preferences, REFRESH_SECONDS } from "../preferences.ts"
import { Icon, iconOf } from "./icon.tsx"

export interface Surroundings {
  readonly view: View
  readonly title: string
  readonly preferences: Preferences
  /** Those that the reader may see. */
  readonly areas: readonly Area[]
  /** The one that the page belongs to. */
  readonly area: Area | undefined
  readonly isLive: boolean
  /** Whom a login service vouches for on each request can't log out here. */
  readonly canLogOut: boolean
  readonly children?: Child
}

/** A whole page around its body. */
export function Layout(surroundings: Surroundings) {
  const { view, title, preferences, area, isLive, children } = surroundings
  const { text } = view
  const isRefreshing = isLive && preferences.refreshSeconds > 0
  return (
    <Document view={view} title={title} preferences={preferences} script={area?.key}>
      <a class="skip" href="#main">
        {text.shell.skip}
      </a>
      <div class="shell">
        <Side {...surroundings} />
        <main
          class="main"
          id="main"
          tabindex={-1}
          {...(isRefreshing && {
            "hx-get": view.href(view.path, Object.fromEntries(view.query)),
            "hx-trigger": "sluice:refresh",
            "hx-select": "#main",
            "hx-swap": "outerMorph",
            "data-refresh-seconds": preferences.refreshSeconds,
          })}
        >
          {children}
        </main>
      </div>
    </Document>
  )
}

/** A page without navigation: the login, and what stands in its place. */
export function PlainLayout(properties: {
  view: Pick<View, "text" | "language" | "direction" | "href" | "nonce">
  title: string
  preferences: Preferences
  children?: Child
}) {
  const { view, title, preferences, children } = properties
  return (
    <Document view={view} title={title} preferences={preferences}>
      <div class="alone">
        <main id="main">
          <Brand label="Sluice" />
          {children}
        </main>
      </div>
    </Document>
  )
}

function Document(properties: {
  view: Pick<View, "text" | "language" | "direction" | "href" | "nonce">
  title: string
  preferences: Preferences
  script?: string | undefined
  children?: Child
}) {
  const { view, title, preferences, script, children } = properties
  const { href, nonce } = view
  const theme = preferences.theme === "automatic" ? {} : { "data-theme": preferences.theme }
  return (
    <html lang={view.language} dir={view.direction} {...theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} – Sluice`}</title>
        <link rel="icon" href={href(assetAddress("icon.svg"))} type="image/svg+xml" />
        <link rel="stylesheet" href={href(assetAddress("dashboard.css"))} nonce={nonce} />
        {scriptsOf(script).map((name) => (
          <script type="module" src={href(assetAddress(name))} nonce={nonce} />
        ))}
      </head>
      <body data-base={href("/")}>{children}</body>
    </html>
  )
}

function Side({ view, preferences, areas, area, isLive, canLogOut }: Surroundings) {
  const { text, principal, href } = view
  return (
    <header class="side">
      <Brand label={text.shell.home} href={href("/")} />
      <nav class="nav" aria-label={text.shell.navigation}>
        <ul>
          {areas.map(({ key, path }) => (
            <li>
              <a
                href={href(path)}
                data-shortcut={SHORTCUTS[key]}
                {...(key === area?.key && { "aria-current": path === view.path ? "page" : "true" })}
              >
                <Icon name={iconOf(key)} />
                {text.navigation[key]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="tools">
        <Live view={view} preferences={preferences} isLive={isLive} />
        <button type="button" class="tool" popovertarget="settings">
          <Icon name="settings" />
          <span class="word">{text.shell.settings}</span>
        </button>
        <button type="button" class="tool" popovertarget="help">
          <Icon name="help" />
          <span class="word">{text.shell.help}</span>
        </button>
        {canLogOut && (
          <form method="post" action={href("/logout")}>
            <input type="hidden" name="csrf" value={view.csrfToken} />
            <button type="submit" class="tool">
              <Icon name="logOut" class="flip" />
              <span class="word">{text.shell.logOut}</span>
            </button>
          </form>
        )}
        <div class="who" title={text.shell.roles[principal.role]}>
          <bdi>{nameOf(view, principal)}</bdi>
        </div>
      </div>
      <Settings view={view} preferences={preferences} />
      <Help view={view} areas={areas} />
    </header>
  )
}

function Brand({ label, href }: { label: string; href?: string }) {
  const inner = (
    <>
      <svg width="22" height="22" viewBox="0 0 22 22" fill="none" aria-hidden="true">
        <rect width="22" height="22" rx="6" fill="currentColor" />
        <path d="M5 5v7m6-7v9m6-9v7" stroke="var(--surface)" stroke-width="2" stroke-linecap="round" />
        <path
          d="M4 16.5c1.6 0 1.9-1.2 3.5-1.2s1.9 1.2 3.5 1.2 1.9-1.2 3.5-1.2 1.9 1.2 3.5 1.2"
          stroke="var(--surface)"
          stroke-width="1.75"
          stroke-linecap="round"
        />
      </svg>
      <span>Sluice</span>
    </>
  )
  return href === undefined ? (
    <div class="brand">{inner}</div>
  ) : (
    <a class="brand" href={href} aria-label={label}>
      {inner}
    </a>
  )
}

/** Whether the page refreshes itself; the script says when it pauses. */
function Live({ view, preferences, isLive }: { view: View; preferences: Preferences; isLive: boolean }) {
  const { shell } = view.text
  const asOf = fill(shell.liveOff, { time: view.format.time(view.now) })
  const isOn = isLive && preferences.refreshSeconds > 0
  return (
    <div
      class="live"
      id="live"
      data-live-state={isOn ? "on" : "off"}
      data-on={shell.live}
      data-paused={shell.livePaused}
      data-failed={shell.liveFailed}
    >
      {isOn ? shell.live : asOf}
    </div>
  )
}

function Settings({ view, preferences }: { view: View; preferences: Preferences }) {
  const { text, href, format } = view
  const { shell } = text
  return (
    <div popover="auto" id="settings" class="sheet">
      <form method="post" action={href("/preferences")} class="form" data-submit-on-change>
        <input type="hidden" name="csrf" value={view.csrfToken} />
        <input type="hidden" name="to" value={href(view.path, Object.fromEntries(view.query))} />
        <Choice
          name="theme"
          legend={shell.theme}
          chosen={preferences.theme}
          choices={[
            ["automatic", shell.themeAutomatic],
            ["light", shell.themeLight],
            ["dark", shell.themeDark],
          ]}
        />
        <Choice
          name="refresh"
          legend={shell.refresh}
          chosen={String(preferences.refreshSeconds)}
          choices={REFRESH_SECONDS.map((seconds) => [
            String(seconds),
            seconds === 0 ? shell.refreshOff : format.counted(shell.refreshEvery, seconds),
          ])}
        />
        <Choice
          name="zone"
          legend={shell.timeZone}
          chosen={preferences.usesUtc ? "utc" : "own"}
          choices={[
            ["own", shell.timeZoneOwn],
            ["utc", shell.timeZoneUtc],
          ]}
        />
        <div class="field">
          <label for="settings-language">{shell.language}</label>
          <select id="settings-language" name="language">
            {languages.map(({ code, name }) => (
              <option value={code} lang={code} selected={code === view.language}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" class="button primary">
          {shell.save}
        </button>
      </form>
    </div>
  )
}

function Choice(properties: {
  name: string
  legend: string
  chosen: string
  choices: readonly (readonly [value: string, label: string])[]
}) {
  const { name, legend, chosen, choices } = properties
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="segments">
        {choices.map(([value, label]) => (
          <label class="choice">
            <input type="radio" name={name} value={value} checked={value === chosen} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** The second key after `g`. */
const SHORTCUTS: Readonly<Partial<Record<Area["key"], string>>> = {
  overview: "o",
  jobs: "j",
  names: "n",
  errors: "e",
  queues: "q",
  schedules: "s",
  batches: "b",
  waits: "w",
  drainers: "d",
  limits: "l",
  health: "h",
  apiKeys: "k",
}

function Help({ view, areas }: { view: View; areas: readonly Area[] }) {
  const { shell, navigation } = view.text
  const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
    [["?"], shell.shortcuts.help],
    [["/"], shell.shortcuts.search],
    [["j"], shell.shortcuts.next],
    [["k"], shell.shortcuts.previous],
    [["Enter"], shell.shortcuts.open],
    [["x"], shell.shortcuts.select],
    [["r"], shell.shortcuts.refresh],
    [["]"], shell.shortcuts.nextPage],
    [["["], shell.shortcuts.previousPage],
    [["Esc"], shell.shortcuts.close],
    ...areas.flatMap(({ key }) => {
      const letter = SHORTCUTS[key]
      return letter ? [[["g", letter], fill(shell.shortcuts.go, { page: navigation[key] })] as const] : []
    }),
  ]
  return (
    <div popover="auto" id="help" class="sheet center" aria-labelledby="help-title" role="dialog">
      <div class="stack">
        <div class="row">
          <h2 id="help-title">{shell.help}</h2>
        </div>
        <dl class="shortcuts">
          {keys.map(([keys, does]) => (
            <>
              <dt>
                {keys.map((key) => (
                  <kbd>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </>
          ))}
        </dl>
        <button type="button" class="button" popovertarget="help" popovertargetaction="hide">
          {shell.close}
        </button>
      </div>
    </div>
  )
}
