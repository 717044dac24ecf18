import type { Schema } from "./openapi-types.ts"
import { SchemaText } from "./schema-text.tsx"

/** A schema that operations refer to by its name. */
export function SchemaSection({ name, schema }: { name: string; schema: Schema }) {
  const [example] = schema.examples ?? []
  return (
    <section class="schema" id={`schema-${name}`} aria-labelledby={`schema-${name}-title`}>
      <h3 id={`schema-${name}-title`}>
        <a href={`#schema-${name}`}>{name}</a>
      </h3>
      {schema.description && <p>{schema.description}</p>}
      {schema.properties ? <Properties schema={schema} /> : <SchemaText schema={schema} />}
      {example !== undefined && (
        <>
          <h4>Example</h4>
          {/* scrollable with the keyboard too */}
          <pre tabindex={0}>{JSON.stringify(example, null, 2)}</pre>
        </>
      )}
    </section>
  )
}

function Properties({ schema }: { schema: Schema }) {
  const { properties, required = [] } = schema
  return (
    <dl>
      {Object.entries<Schema>(properties).map(([name, property]) => (
        <div>
          <dt>
            <code>{name}</code> {required.includes(name) && <span class="hint">required</span>}
          </dt>
          <dd>
            <SchemaText schema={property} />
            {property.description && <p>{property.description}</p>}
            <Inner schema={property} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** The properties of an object within an object, or within a list. */
function Inner({ schema }: { schema: Schema }) {
  const inner = schema.properties ? schema : schema.items
  if (!inner?.properties) return null
  return (
    <details>
      <summary>{Object.keys(inner.properties).join(", ")}</summary>
      <Properties schema={inner} />
    </details>
  )
}
