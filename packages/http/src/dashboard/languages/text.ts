/** A text that depends on a number, by the plural categories of its language. `{count}` stands for the number. */
export type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>

/** Marks a text as one with plural forms: other languages have more or fewer of them than English. */
export function plural(forms: Plural): Plural {
  return forms
}

/** Puts values in the place of `{name}`. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
