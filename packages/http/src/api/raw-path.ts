import { getPath } from "hono/utils/url"

/** What the servers that this app runs under pass with a request. */
interface Bindings {
  /** `hono/aws-lambda`: an event of payload format 2.0. */
  readonly event?: { readonly rawPath?: unknown; readonly requestContext?: { readonly domainName?: unknown } }
  /** `@hono/node-server`: Node's request. */
  readonly incoming?: { readonly url?: unknown }
}

/**
 * The path as the client sent it. A `URL` normalizes `a/../b` to `b`, and `%2e%2e` too, but a name in a path may contain
 * such parts, so the request's URL is used only as a last resort. Hono decodes the returned path once.
 */
export function rawPath(request: Request, options?: { env?: unknown }): string {
  const { event, incoming } = (options?.env ?? {}) as Bindings
  if (typeof event?.rawPath === "string") {
    return isDecoded(event) ? event.rawPath.replaceAll("%", "%25") : event.rawPath
  }
  if (typeof incoming?.url === "string" && incoming.url.startsWith("/")) {
    return incoming.url.replace(/[?#].*$/s, "")
  }
  return getPath(request)
}

/** API Gateway decodes the path; a function URL doesn't. */
function isDecoded({ requestContext }: NonNullable<Bindings["event"]>): boolean {
  return !String(requestContext?.domainName).includes(".lambda-url.")
}
