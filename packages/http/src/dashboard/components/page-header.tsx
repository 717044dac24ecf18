import type { Child } from "hono/jsx"
import { Icon } from "./icon.tsx"

/** A page's heading, what it is about, and on its end side what can be done. */
export function PageHeader(properties: {
  title: Child
  /** Stands beside the title: the state of what the page is of. */
  badge?: Child
  lead?: Child
  /** Where this page belongs: the list of a job's page. */
  back?: { readonly href: string; readonly label: string }
  /** Buttons and links. */
  children?: Child
}) {
  const { title, badge, lead, back, children } = properties
  return (
    <header class="page-header">
      <div class="titles">
        {back && (
          <a class="back" href={back.href}>
            {back.label}
          </a>
        )}
        <div class="row">
          <h1>{title}</h1>
          {badge}
        </div>
        {lead && <div class="lead">{lead}</div>}
      </div>
      {children && <div class="actions">{children}</div>}
    </header>
  )
}

/** A part of a page with a heading of its own. `children` follow it; `actions` stand beside the heading. */
export function Panel(properties: { title: Child; id?: string; actions?: Child; children?: Child }) {
  const { title, id, actions, children } = properties
  return (
    <section class="panel" id={id} {...(id && { "aria-labelledby": `${id}-title` })}>
      <header>
        <h2 {...(id && { id: `${id}-title` })}>{title}</h2>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  )
}

/** One number that matters, which may lead to what it counts. Several stand in a `<div class="stats">`. */
export function Stat(properties: { label: Child; value: Child; hint?: Child; href?: string }) {
  const { label, value, hint, href } = properties
  const inner = (
    <>
      <span class="label">{label}</span>
      <span class="value">{value}</span>
      {hint && <span class="hint">{hint}</span>}
    </>
  )
  return href === undefined ? (
    <div class="stat">{inner}</div>
  ) : (
    <a class="stat" href={href}>
      {inner}
    </a>
  )
}

/** Names and values of one thing. Pairs whose value is undefined are left out. */
export function Facts({ facts }: { facts: readonly (readonly [label: Child, value: Child])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined)
        .map(([label, value]) => (
          <>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  )
}

/** A link that looks like a button. */
export function ButtonLink(properties: {
  href: string
  kind?: "primary" | "danger"
  small?: boolean
  children?: Child
}) {
  const { href, kind, small, children } = properties
  return (
    <a href={href} class={["button", kind, small && "small"].filter(Boolean).join(" ")}>
      {children}
    </a>
  )
}

/** A list of links, of which one is open. */
export function Tabs(properties: {
  label: string
  tabs: readonly {
    readonly href: string
    readonly label: Child
    readonly count?: Child
    readonly current: boolean
  }[]
}) {
  return (
    <nav class="tabs" aria-label={properties.label}>
      {properties.tabs.map(({ href, label, count, current }) => (
        <a href={href} {...(current && { "aria-current": "page" })}>
          {label}
          {count !== undefined && <span class="count">{count}</span>}
        </a>
      ))}
    </nav>
  )
}

/** A cross that leads to the same page without something. */
export function RemoveLink({ href, label }: { href: string; label: string }) {
  return (
    <a href={href} aria-label={label} title={label}>
      <Icon name="close" size={12} />
    </a>
  )
}
