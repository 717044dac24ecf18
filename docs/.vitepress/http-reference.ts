// Writes the reference of the HTTP API from its OpenAPI document, from which requests are validated, too.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openApiDocument } from "../../packages/http/src/openapi/document.ts"

interface Operation {
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly $ref?: string }>>
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
}
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly description?: string
}

const folder = join(import.meta.dirname, "../reference")
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, "http.md"), page(openApiDocument as unknown as Parameters<typeof page>[0]))

function page({
  paths,
}: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      tag: operation.tags?.[0] ?? "Other",
      method,
      path,
      operation,
    })),
  )
  const tags = [...new Set(operations.map(({ tag }) => tag))]
  const sections = tags.map((tag) => {
    const ofTag = operations.filter((operation) => operation.tag === tag)
    return `## ${capitalized(tag)}\n\n${ofTag.map(section).join("\n\n")}`
  })
  return [
    "# HTTP API",
    "Made from the OpenAPI document that the API serves at `GET /openapi.json`, with all schemas. [The package](../../packages/http/README.md) says how to serve the API, and [Keys and roles](../access.md) who may call it.",
    ...sections,
    "",
  ].join("\n\n")
}

function section(of: {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}): string {
  const { summary, description, parameters = [], requestBody, responses = {} } = of.operation
  const body = Object.values(requestBody?.content ?? {})[0]?.schema
  return [
    `### ${of.method.toUpperCase()} ${of.path}`,
    [summary && `**${oneLine(summary)}**`, description].filter(Boolean).join("\n\n"),
    parameters.length > 0 && table(["parameter", "in", "type", ""], parameters.map(rowOf)),
    body && `Body: ${nameOf(body)}`,
    `Responses: ${Object.entries(responses)
      .map(
        ([status, response]) =>
          `\`${status}\`${response.description ? ` ${oneLine(response.description)}` : ""}`,
      )
      .join(" · ")}`,
  ]
    .filter(Boolean)
    .join("\n\n")
}

function rowOf({ name, in: place, required, schema, description }: Parameter): string[] {
  return [
    `\`${name}\`${required ? ", required" : ""}`,
    place,
    nameOf(schema ?? {}),
    oneLine(description ?? schema?.description ?? ""),
  ]
}

function nameOf({ $ref, type, enum: values }: Schema): string {
  if ($ref) return `\`${$ref.split("/").at(-1)}\``
  if (values) return values.map((value) => `\`${value}\``).join(", ")
  return [type ?? "object"].flat().join(" or ")
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n")
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim()
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
