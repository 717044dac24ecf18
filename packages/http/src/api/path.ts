import { getPath } from "hono/utils/url"

/** What the servers that this app runs under hand over with a request. */
interface Bindings {
  /** `hono/aws-lambda`: an event of payload format 2.0. */
  readonly event?: { readonly rawPath?: unknown; readonly requestContext?: { readonly domainName?: unknown } }
  /** `@hono/node-server`: Node's request. */
  readonly incoming?: { readonly url?: unknown }
}

/**
 * The path as it came. A `URL` takes `a/../b` for `b`, `%2e%2e` included, and a name in a path may have such parts: so
 * the request's own URL is only asked where nothing else is known. Hono decodes what is returned here, once.
 */
export function pathOf(request: Request, options?: { env?: unknown }): string {
  const { event, incoming } = (options?.env ?? {}) as Bindings
  if (typeof event?.rawPath === "string") {
    return isDecoded(event) ? event.rawPath.replaceAll("%", "%25") : event.rawPath
  }
  if (typeof incoming?.url === "string" && incoming.url.startsWith("/")) {
    return incoming.url.replace(/[?#].*$/s, "")
  }
  return getPath(request)
}

/** API Gateway has decoded the path; a function's own URL hands it over as it was. */
function isDecoded({ requestContext }: NonNullable<Bindings["event"]>): boolean {
  return !String(requestContext?.domainName).includes(".lambda-url.")
}
