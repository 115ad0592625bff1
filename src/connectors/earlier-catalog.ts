import type { CatalogReading, PathMessage } from '../core/catalog';

/**
 * The catalog of the release before connections: `connector:` names what serves a service, `host:` says where it is on this server. This release still
 * reads it; `npx gavel catalog migrate` rewrites it.
 */

type Entry = Readonly<Record<string, unknown>>;

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const cure = 'npx gavel catalog migrate rewrites it';

/** Says what an earlier catalog says with connections and bindings. What it can't read stays as it is, for the schema to refuse. Pure. */
export const modernizeCatalog: CatalogReading['modernize'] = (content) => {
  if (!isEntry(content) || !isEntry(content['services'])) return { content, warnings: [] };
  const hasConnections = 'connections' in content || 'bindings' in content;
  const warnings: PathMessage[] = [];
  const connections: Record<string, unknown> = {};
  const services = Object.entries(content['services']).map(([name, service]) => {
    const kind = earlierKind(service, hasConnections);
    if (!isEntry(service) || kind === undefined) return [name, service];
    const said = (['connector', 'host'] as const).filter((key) => key in service);
    for (const key of said.slice(0, 1))
      warnings.push([
        ['services', name, key],
        `${said.join(' and ')} of a service is only read by this release; ${cure}`,
      ]);
    connections[kind] = { kind };
    const { connector: _, host, bindings, ...rest } = service;
    const given = kind === 'host' ? hostBindings(isEntry(host) ? host : {}) : localBindings;
    return [name, { ...rest, bindings: { ...given, ...(isEntry(bindings) ? bindings : {}) } }];
  });
  if (Object.keys(connections).length === 0) return { content, warnings: [] };
  if (warnings.length === 0)
    warnings.push([['services'], `without connections, every service is one of the sandbox; ${cure}`]);
  const known = isEntry(content['connections']) ? content['connections'] : {};
  return {
    content: { ...content, services: Object.fromEntries(services), connections: { ...connections, ...known } },
    warnings,
  };
};

/** Undefined if the service has no earlier key, or one that was never valid. */
function earlierKind(service: unknown, hasConnections: boolean): 'local' | 'host' | undefined {
  if (!isEntry(service)) return undefined;
  const { connector = hasConnections || 'bindings' in service ? undefined : 'local' } = service;
  return connector === 'local' || connector === 'host' ? connector : undefined;
}

const local = { connection: 'local' };
const localBindings = { source: local, running: [local], pipelines: local, metrics: [local], control: local };

function hostBindings({ releases: folder, deploy, steps, health: address, ...unknown }: Entry) {
  const [releases, health] = [literal(folder), literal(address)];
  const host = { connection: 'host' };
  const command = Array.isArray(deploy) ? deploy.map((word) => withFolder(word, releases)) : deploy;
  return {
    source: { ...host, releases },
    running: [{ ...host, health }],
    pipelines: {
      ...{ ...host, releases, health, ...unknown },
      ...(command !== undefined && { deploy: command }),
      ...(steps !== undefined && { steps }),
    },
    metrics: [{ ...host, health }],
  };
}

/** A word in braces was a word in braces. */
const literal = (value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll(/\{[a-z_]+\}/g, '{$&}') : value;

/** The words that the deploy command knew: the version, the commit, the environment, and the folder of the release. */
function withFolder(word: unknown, releases: unknown): unknown {
  if (typeof word !== 'string') return word;
  return word.replaceAll(/\{([a-z_]+)\}/g, (place, name: string) => {
    if (name === 'version' || name === 'commit' || name === 'environment') return place;
    return name === 'release' && typeof releases === 'string' ? `${releases}/{version}` : `{${place}}`;
  });
}
