import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { people } from '../features/fakes';
import { root } from '../rules/source-files';
import { hostileName, longName } from './contract';

/** The sandbox’s catalog, and what the samples change in it. */

export const sandboxCatalogText = readFileSync(join(root, 'sandbox/catalog.yaml'), 'utf8');

type Names = Partial<Record<keyof typeof people, string>>;

/** With other names for these people. */
export function withNames(text: string, names: Names): string {
  return Object.entries(names).reduce((changed, [key, name]) => {
    const line = `name: ${people[key as keyof typeof people].name}\n`;
    assert.ok(changed.includes(line), line);
    return changed.replace(line, `name: ${JSON.stringify(name)}\n`);
  }, text);
}

const names = {
  hostile: { dana: hostileName, avery: hostileName, noor: hostileName, ada: hostileName, nico: hostileName },
  long: {
    dana: longName,
    avery: 'Bartholomew Alexander Montgomery-Fitzgerald the Younger',
    noor: 'Konstantinos Papadimitriou-Anagnostopoulos',
    ada: 'Ada Katharina Elisabeth Freifrau von und zu Administration',
  },
  rightToLeft: { dana: 'دانة المطوّرة', avery: 'אביגיל מאשרת', noor: 'نور المشغّلة', ada: 'آدا المديرة' },
} as const satisfies Record<string, Names>;

export const withHostileNames = (text: string): string => withNames(text, names.hostile);
export const withRightToLeftNames = (text: string): string => withNames(text, names.rightToLeft);

export const longService = 'checkout-and-payments-gateway-partners';
export const longEnvironment = 'production-europe-west-frankfurt';

/** People, a service and an environment with very long names. */
export function withLongNames(text: string): string {
  return withNames(text, names.long)
    .replaceAll(/\bshop\b(?=:| in )/g, longService)
    .replaceAll(/\bproduction\b/g, longEnvironment);
}

/** 60 more services. */
export function withManyServices(text: string): string {
  const services = Array.from(
    { length: 60 },
    (_, index) =>
      `  service-${index + 1}: { description: A service, environments: [staging, production], limits: { p95Ms: 300, p50Ms: 150, errorPercent: 2, minimumRequestsPerSecond: 0.5 } }\n`,
  );
  return text.replace('services:\n', `services:\n${services.join('')}`);
}

/** How this person is called in such a catalog. */
export const called = (kind: keyof typeof names, who: keyof Names & keyof (typeof names)['long']) => ({
  ...people[who],
  name: names[kind][who],
});
