import { openApiDocument } from "@sluice/http"
import { Ajv2020 } from "ajv/dist/2020.js"
import { expect, test } from "vitest"

const ajv = new Ajv2020({ strict: false, validateFormats: false })

test("each example of a value is one that its schema allows", () => {
  let examined = 0
  JSON.stringify(openApiDocument, (_key, schema) => {
    if (Array.isArray(schema?.examples) && (schema.oneOf ?? schema.type) !== undefined)
      for (const example of schema.examples) {
        examined++
        const allows = ajv.compile({ ...schema, components: openApiDocument.components })
        expect(allows(example), `${JSON.stringify(example)} by ${JSON.stringify(schema)}`).toBe(true)
      }
    return schema
  })
  expect(examined).toBeGreaterThan(5)
})
