import { raw } from "hono/html"
import type { Listed, OpenApi } from "./openapi-types.ts"
import { OperationSection } from "./operation-section.tsx"
import { SchemaSection } from "./schema-section.tsx"

/** The whole page. */
export function Page({ document, style }: { document: OpenApi; style: string }) {
  const { info, tags, components } = document
  const listed = listOf(document)
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{info.title} API reference</title>
        {/* the style is a constant of ours, and the policy allows it by its hash */}
        <style>{raw(style)}</style>
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <nav aria-label="Operations">
          {tags.map(({ name }) => (
            <section>
              <h2>{name}</h2>
              <ul>
                {listed
                  .filter(({ operation }) => operation.tags.includes(name))
                  .map(({ method, operation }) => (
                    <li>
                      <a href={`#${operation.operationId}`}>
                        <span class={`method ${method}`}>{method}</span> {operation.operationId}
                      </a>
                    </li>
                  ))}
              </ul>
            </section>
          ))}
        </nav>
        <main id="content">
          <h1>{info.title} API reference</h1>
          {info.description && <p>{info.description}</p>}
          <p>
            Send the key as <code>Authorization: Bearer &lt;key&gt;</code>. The same description is served as
            OpenAPI 3.1 at <code>/openapi.json</code>.
          </p>
          {tags.map(({ name }) => (
            <>
              <h2 class="tag">{name}</h2>
              {listed
                .filter(({ operation }) => operation.tags.includes(name))
                .map((one) => (
                  <OperationSection {...one} responses={components.responses} />
                ))}
            </>
          ))}
          <h2 id="schemas">Schemas</h2>
          {Object.entries(components.schemas).map(([name, schema]) => (
            <SchemaSection name={name} schema={schema} />
          ))}
        </main>
      </body>
    </html>
  )
}

function listOf({ paths }: OpenApi): Listed[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
}
