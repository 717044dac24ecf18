import type { Listed, OpenApi, OperationObject, ParameterObject } from "./openapi-types.ts"
import { SchemaText } from "./schema-text.tsx"

/** One operation: what it takes, and what it returns. */
export function OperationSection({
  method,
  path,
  operation,
  responses,
}: Listed & { responses: OpenApi["components"]["responses"] }) {
  const { operationId, summary, parameters = [], requestBody, security } = operation
  return (
    <section class="operation" id={operationId} aria-labelledby={`${operationId}-title`}>
      <h3 id={`${operationId}-title`}>
        <a href={`#${operationId}`}>{summary}</a>
      </h3>
      <p class="route">
        <span class={`method ${method}`}>{method}</span> <code>{path}</code>
        {security && <span class="hint">{security.length > 0 ? "the key is optional" : "needs no key"}</span>}
      </p>
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      {requestBody && (
        <>
          <h4>Body{requestBody.required ? "" : ", optional"}</h4>
          {Object.entries(requestBody.content).map(([type, { schema }]) => (
            <p>
              <SchemaText schema={schema} /> as <code>{type}</code>
            </p>
          ))}
        </>
      )}
      <h4>Responses</h4>
      <Responses operation={operation} shared={responses} />
    </section>
  )
}

function Parameters({ parameters }: { parameters: readonly ParameterObject[] }) {
  return (
    <>
      <h4>Parameters</h4>
      <dl>
        {parameters.map(({ name, in: place, required, description, schema }) => (
          <div>
            <dt>
              <code>{name}</code> <span class="hint">{`${place}${required ? ", required" : ""}`}</span>
            </dt>
            <dd>
              <SchemaText schema={schema} />
              {description && <p>{description}</p>}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function Responses({
  operation,
  shared,
}: {
  operation: OperationObject
  shared: OpenApi["components"]["responses"]
}) {
  return (
    <dl>
      {Object.entries(operation.responses).map(([status, { $ref, description, content = {} }]) => (
        <div>
          <dt>
            <code class={status < "300" ? "good" : "bad"}>{status}</code>
          </dt>
          <dd>
            {Object.values(content).map(({ schema }) => (
              <SchemaText schema={schema} />
            ))}
            {$ref && <SchemaText schema={{ $ref: "#/components/schemas/Problem" }} />}
            <p>{description ?? shared[status]?.description}</p>
          </dd>
        </div>
      ))}
    </dl>
  )
}
