import type { FeatureDependencies } from './contract';

/** The IANA time zone by which this person's words are read and answered: their own where they named one, else the catalog's. */
export async function timeZoneOf(
  { catalog, zoneOf }: Pick<FeatureDependencies, 'catalog' | 'zoneOf'>,
  personId: string,
): Promise<string> {
  return (await zoneOf?.(personId)) ?? catalog().timeZone;
}
