/** The whole style of the page. */
export const STYLE = `
:root { --text: #1d2530; --soft: #55606e; --line: #dde2e8; --back: #ffffff; --panel: #f5f7f9; --link: #0b5cad; --good: #13683a; --bad: #a3261c; --get: #0b5cad; --post: #13683a; --put: #8a4b00; --delete: #a3261c; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e9ef; --soft: #a3afbd; --line: #303a46; --back: #12171d; --panel: #1a2129; --link: #7ab8ff; --good: #6fd39b; --bad: #ff9b92; --get: #7ab8ff; --post: #6fd39b; --put: #f0b465; --delete: #ff9b92; } }
* { box-sizing: border-box; }
html { scroll-padding-block-start: 1rem; }
body { margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 1fr); color: var(--text); background: var(--back); font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; inset-block-start: -4rem; inset-inline-start: 1rem; padding: .5rem 1rem; background: var(--back); }
.skip:focus { inset-block-start: 1rem; z-index: 1; }
nav { position: sticky; inset-block-start: 0; block-size: 100vh; overflow-y: auto; padding: 1.5rem 1rem; background: var(--panel); border-inline-end: 1px solid var(--line); font-size: .875rem; }
nav h2 { margin: 1rem 0 .25rem; font-size: .75rem; color: var(--soft); }
nav h2::first-letter, .tag::first-letter { text-transform: uppercase; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav a { display: block; padding: .2rem 0; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
nav a:hover { text-decoration: underline; }
main { max-inline-size: 54rem; padding: 1.5rem 2.5rem 6rem; }
h1 { margin: 0 0 1rem; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 3rem 0 1rem; font-size: 1.375rem; }
h3 { margin: 0; font-size: 1.125rem; line-height: 1.35; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
h4 { margin: 1.25rem 0 .25rem; font-size: .875rem; color: var(--soft); }
p { margin: .5rem 0; }
.operation, .schema { padding-block: 2rem; border-block-start: 1px solid var(--line); }
.operation:target, .schema:target { box-shadow: -1.25rem 0 0 var(--back), -1.5rem 0 0 var(--link); }
code, pre, .method, .type { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .875em; overflow-wrap: anywhere; }
pre { margin: .25rem 0; padding: .75rem 1rem; overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: .375rem; }
.method { display: inline-block; min-inline-size: 3.75em; font-size: .75rem; font-weight: 600; text-transform: uppercase; }
.get { color: var(--get); } .post { color: var(--post); } .put, .patch { color: var(--put); } .delete { color: var(--delete); }
.hint { margin-inline-start: .5rem; color: var(--soft); font-size: .8125rem; }
.type { color: var(--soft); }
a.type { color: var(--link); }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
dl { margin: 0; }
dl > div { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: .25rem 1rem; padding-block: .5rem; border-block-start: 1px solid var(--line); }
dl > div:first-child { border-block-start: 0; }
dd { margin: 0; } dd p { margin: .125rem 0 0; } dd dl > div { grid-template-columns: 9rem minmax(0, 1fr); }
summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
@media (max-width: 50rem) {
  body { display: block; }
  nav { position: static; block-size: auto; max-block-size: 40vh; border-inline-end: 0; border-block-end: 1px solid var(--line); }
  main { padding: 1.5rem 1rem 4rem; }
  dl > div, dd dl > div { grid-template-columns: minmax(0, 1fr); }
}
@media print { nav, .skip { display: none; } body { display: block; } }
`
