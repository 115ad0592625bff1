import type { FoundPlace, PlaceSource } from '../../contract';
import type { GithubClient } from '../client';

/** The environments of repositories that no binding names. */

/** A repository of a service, and the environment that a binding names there. */
export interface BoundEnvironment {
  readonly service: string;
  readonly repository: string;
  readonly environment: string;
}

const maxPlaces = 100;
/** Each is asked with a call of its own. */
const maxRepositories = 50;

/** `bound`: every service with its repository. `known`: the environments that bindings name. GitHub tells environments apart without regard to case. */
export function createGithubPlaces(
  client: Pick<GithubClient, 'environments'>,
  bound: () => readonly Omit<BoundEnvironment, 'environment'>[],
  known: () => readonly BoundEnvironment[],
): PlaceSource {
  const keyOf = (repository: string, environment: string): string => `${repository}/${environment}`.toLowerCase();
  return {
    async findUnbound() {
      const named = new Set(known().map(({ repository, environment }) => keyOf(repository, environment)));
      const services = new Map(bound().map(({ repository, service }) => [repository, service]));
      const found: FoundPlace[] = [];
      for (const [repository, service] of [...services].slice(0, maxRepositories))
        for (const { name } of await client.environments(repository))
          if (!named.has(keyOf(repository, name)))
            found.push({
              ...{ name: `${name} of ${repository}`, service, environment: name, capability: 'running' },
              values: { repository, environmentName: name },
            });
      return found.slice(0, maxPlaces);
    },
  };
}
