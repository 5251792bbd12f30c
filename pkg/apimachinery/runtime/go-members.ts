/** Takes out members for which Go does not tell empty from absent (`omitempty`). Those that are pointers in Go are not among them. */
export function dropZeroes<T extends object>(value: T, members: readonly (keyof T)[]): void {
  for (const member of members) {
    const found: unknown = value[member];
    const isEmpty = typeof found === 'object' && found !== null && Object.keys(found).length === 0;
    if (isEmpty || found === '' || found === 0 || found === false) delete value[member];
  }
}

/** The members that a schema names, in its order. */
export function inOrder<T extends object>(value: T, { properties }: { readonly properties?: object }): T {
  const members = Object.keys(properties ?? {}).filter((member) => Object.hasOwn(value, member));
  return Object.fromEntries(members.map((member) => [member, value[member as keyof T]])) as T;
}

/** Brings the members of a draft that a schema names into its order, behind all others. */
export function orderMembers(draft: object, { properties }: { readonly properties?: object }): void {
  const members = draft as Record<string, unknown>;
  for (const name of Object.keys(properties ?? {})) {
    const value = members[name];
    delete members[name];
    if (value !== undefined) members[name] = value;
  }
}
