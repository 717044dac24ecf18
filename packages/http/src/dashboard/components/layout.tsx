import type { Child } from "hono/jsx"
import { areas } from "../areas/index.ts"
import type { View } from "../page.ts"

/** A whole page around its body. */
export function Layout({ view, title, children }: { view: View; title: string; children?: Child }) {
  return (
    <html lang={view.language} dir={view.direction}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} – Sluice`}</title>
      </head>
      <body>
        <nav>
          {areas.map(({ key, path }) => (
            <a href={view.href(path)}>{view.text.navigation[key]}</a>
          ))}
        </nav>
        <main>{children}</main>
      </body>
    </html>
  )
}
