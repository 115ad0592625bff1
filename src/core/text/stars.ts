/** Whether a name is what a pattern says, in which each `*` stands for any characters, also none. */
export function matchesPattern(name: string, pattern: string): boolean {
  return hasParts(name, pattern.split('*'));
}

/** Whether the name consists of these parts in this order, with anything between them. */
export function hasParts(name: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
