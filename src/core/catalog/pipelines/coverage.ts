import { matchesPattern } from '../../text/stars';

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
  return coversPipelines(grant) && (grant.pipelines ?? ['*']).some((pattern) => matchesPattern(address, pattern));
}

/** What the catalog calls a pipeline: the connection that has it, and its id there. */
export function pipelineAddress(connection: string, pipeline: string): string {
  return `${connection}/${pipeline}`;
}
