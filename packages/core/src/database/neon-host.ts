/** The direct address in place of that of Neon's transaction pooler. Undefined: it is another address. */
export function directNeonHost(host: string): string | undefined {
  return /^[^.]+-pooler\./.test(host) ? host.replace("-pooler.", ".") : undefined
}
