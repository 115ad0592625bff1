import { lookUp } from '../../core/look-up';
import type { FeatureDependencies } from '../contract';
import type { Facts } from './facts';

/** The practice deployment: which release would really change something there and is known to be well elsewhere. */

/** `deploy shop 2.14.0 to practice`; without a version the picker asks for it. */
export async function practiceLine(
  { connectorOf, logger }: FeatureDependencies,
  { practice, catalog }: Facts,
): Promise<string | undefined> {
  if (!practice) return undefined;
  const { service, environment } = practice;
  const version = await practiceVersion().catch((error: unknown) => {
    logger.warn({ error, service }, 'No release could be suggested for practice');
    return undefined;
  });
  return `deploy ${service}${version === undefined ? '' : ` ${version}`} to ${environment}`;

  async function practiceVersion(): Promise<string | undefined> {
    const { environments, sourceControl } = connectorOf(service);
    const others = (lookUp(catalog.services, service)?.environments ?? []).filter((each) => each !== environment);
    const running = await environments?.running(service, environment);
    const elsewhere = await Promise.all(others.map(async (each) => environments?.running(service, each)));
    const proven = elsewhere.find((each) => each !== undefined && each.version !== running?.version);
    if (proven) return proven.version;
    const releases = (await sourceControl?.releases(service)) ?? [];
    const at = releases.findIndex(({ version: each }) => each === running?.version);
    // The next one changes little; the newest of all may be the one nobody has tried.
    return (releases[at - 1] ?? releases.find(({ version: each }) => each !== running?.version))?.version;
  }
}
