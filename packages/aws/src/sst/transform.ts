/** Changes a resource before it is made: properties that replace the component's, or a function that edits them. */
export type Transform<Args> =
  | Partial<Args>
  | ((args: Args, options: $util.CustomResourceOptions, name: string) => void)

/** The component's arguments of a resource, after the app's transform. */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  options: $util.CustomResourceOptions,
): [name: string, args: Args, options: $util.CustomResourceOptions] {
  if (typeof transform !== "function") return [name, { ...args, ...transform }, options]
  transform(args, options, name)
  return [name, args, options]
}

/** Both transforms in one: first the component's, then the app's. */
export function inTurn<Args extends object>(ours: Partial<Args>, theirs: Transform<Args> | undefined) {
  return (args: Args, options: $util.CustomResourceOptions, name: string): undefined => {
    Object.assign(args, ours)
    const [, changed] = transformed(theirs, name, args, options)
    Object.assign(args, changed)
  }
}
