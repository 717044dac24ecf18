/** A call in an SQL statement, and the values of its `$1`, `$2`, … */
export interface ProtocolCall {
  readonly text: string
  readonly values: unknown[]
}

/**
 * Calls an SQL function of `migrations/functions/protocol` with named parameters, so that a value can't end up in another's
 * place. A parameter that isn't given keeps its default in SQL.
 *
 * @param casts By parameter, the type its value is cast to, for drivers that don't send it as text.
 */
export function protocolCall<const Parameters extends Readonly<Record<`p_${string}`, unknown>>>(
  schema: string,
  name: string,
  parameters: Parameters,
  casts: { readonly [Parameter in keyof Parameters]?: string } = {},
): ProtocolCall {
  const named = Object.keys(parameters).map((parameter, place) => {
    const cast = casts[parameter as keyof Parameters]
    return `${parameter} => $${place + 1}${cast === undefined ? "" : `::${cast}`}`
  })
  return { text: `${schema}.${name}(${named.join(", ")})`, values: Object.values(parameters) }
}
