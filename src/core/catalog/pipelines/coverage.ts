/** What a grant covers: services in environments, pipelines, or both. Pure. */

interface Coverage {
  readonly services?: readonly string[] | undefined;
  readonly environments?: readonly string[] | undefined;
  readonly pipelines?: readonly string[] | undefined;
}

/** Whether it covers services at all: a grant of only pipelines doesn't. */
export function coversServices({ services, environments, pipelines }: Coverage): boolean {
  return pipelines === undefined || services !== undefined || environments !== undefined;
}

/** Whether it covers pipelines at all: those that it names, or all of them if it has no limit. */
export function coversPipelines({ services, environments, pipelines }: Coverage): boolean {
  return pipelines !== undefined || (services === undefined && environments === undefined);
}

/** Whether it covers this pipeline. */
export function coversPipeline(grant: Coverage, address: string): boolean {
  return coversPipelines(grant) && (grant.pipelines ?? ['*']).some((pattern) => matchesPattern(pattern, address));
}

/** What the catalog calls a pipeline: the connection that has it, and its id there. */
export function pipelineAddress(connection: string, pipeline: string): string {
  return `${connection}/${pipeline}`;
}

/** Whether a pattern fits the whole text; `*` stands for any number of characters. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
