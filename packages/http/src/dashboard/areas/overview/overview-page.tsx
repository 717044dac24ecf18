import type { Page } from "../../page.ts"

export const overviewPage: Page = {
  path: "/",
  async render({ text }) {
    return { title: text.overview.title, body: <h1>{text.overview.title}</h1> }
  },
}
