import { Resource } from "sst"

/** The linked resources, which reach each function encrypted. Reading one that isn't linked throws. */
export const resources = Resource as unknown as {
  SluiceDatabase: { url: string }
  SluiceApiKey: { value: string }
}
