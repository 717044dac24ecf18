import { truncate } from "@sluice/core/checks"
import { findInexactNumber } from "./exact-number.ts"
import { pointerTo, refuse } from "./problem.ts"
import { readBounded } from "./read-bounded.ts"

/**
 * Parses the request's body as JSON, and refuses numbers that JavaScript can't represent. Reading stops at
 * `maxBodyBytes`, whatever the headers say.
 */
export async function readJson(request: Request, maxBodyBytes: number): Promise<unknown> {
  requireJsonType(request.headers)
  return parseExactJson(await readText(request, maxBodyBytes))
}

/** Does the same for a request that needs no body. */
export async function readOptionalJson(
  request: Request,
  maxBodyBytes: number,
  withoutBody: unknown,
): Promise<unknown> {
  const text = await readText(request, maxBodyBytes)
  if (text === "") return withoutBody
  requireJsonType(request.headers)
  return parseExactJson(text)
}

function parseExactJson(text: string): unknown {
  const json = parseJson(text)
  const inexact = findInexactNumber(text)
  if (inexact) {
    const message = `${truncate(inexact.path.join("."))} is ${truncate(inexact.text)}: send it as text, because JavaScript can't represent that number`
    const [list, index] = inexact.path
    refuse({
      status: 422,
      code: "inexact_number",
      detail: message,
      ...(list === "jobs" && typeof index === "number" && { index }),
      errors: [{ pointer: pointerTo(inexact.path), message }],
    })
  }
  return json
}

export async function readText(request: Request, maxBodyBytes: number): Promise<string> {
  return decodeUtf8(await readBytes(request, maxBodyBytes))
}

function requireJsonType(headers: Headers): void {
  const type = headers.get("content-type") ?? ""
  const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)
  const isUtf8 = /charset\s*=\s*"?utf-?8"?\s*(?:;|$)/i.test(type) || !/charset/i.test(type)
  if (!isJson || !isUtf8) {
    refuse({
      status: 415,
      code: "unsupported_content_type",
      detail: `The content type is ${type === "" ? "missing" : `'${truncate(type)}'`}; send 'content-type: application/json'`,
      headers: { accept: "application/json" },
    })
  }
  const encoding = headers.get("content-encoding") ?? "identity"
  if (encoding.toLowerCase() !== "identity") {
    refuse({
      status: 415,
      code: "unsupported_content_encoding",
      detail: `The content encoding is '${truncate(encoding)}'; send the body unencoded`,
      headers: { "accept-encoding": "identity" },
    })
  }
}

async function readBytes(request: Request, maxBodyBytes: number): Promise<Buffer> {
  if (Number(request.headers.get("content-length")) > maxBodyBytes) refuseSize(maxBodyBytes)
  return (await readBounded(request.body, maxBodyBytes)) ?? refuseSize(maxBodyBytes)
}

function refuseSize(maxBodyBytes: number): never {
  return refuse({
    status: 413,
    code: "body_too_large",
    detail: `The body is larger than ${maxBodyBytes} bytes; send fewer or smaller jobs per request`,
  })
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return refuse({ status: 400, code: "malformed_json", detail: "The body is not UTF-8" })
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return refuse({
      status: 400,
      code: "malformed_json",
      detail:
        text.trim() === ""
          ? "The body is empty; send JSON"
          : `The body is not JSON: ${describeSyntaxError(error, text)}`,
    })
  }
}

function describeSyntaxError(error: unknown, text: string): string {
  const { message } = error as SyntaxError
  return message.startsWith("Unexpected end") ? `${message} at position ${text.length}` : message
}
