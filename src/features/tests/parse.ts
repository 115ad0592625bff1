import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/keys';

/** Typed words about tests. Pure. */

/** What somebody named: undefined where they named nothing. */
export interface NamedSuite {
  /** As typed: the name or the title of a suite, in lower case. */
  readonly suite?: string | undefined;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}

const links = new Set(['of', 'on', 'in', 'for', 'at', 'the', 'a', 'all', 'my', 'test', 'tests', 'suite', 'suites']);

/** `smoke shop staging`, `smoke test on shop in staging`: the names of the catalog anywhere among the words, and the suite in the others. */
export function readNamedSuite(
  { services, environments }: Pick<Catalog, 'services' | 'environments'>,
  said: NamedSuite,
): NamedSuite {
  let { service, environment } = said;
  const rest: string[] = [];
  for (const word of (said.suite ?? '').toLowerCase().split(/\s+/)) {
    if (service === undefined && lookUp(services, word)) service = word;
    else if (environment === undefined && lookUp(environments, word)) environment = word;
    else if (word !== '') rest.push(word);
  }
  const named = rest.filter((word) => !links.has(word));
  return { suite: named.length > 0 ? named.join(' ') : undefined, service, environment };
}

/** The number of a test run: `T-1042`, `t1042`. */
export function readTestNumber(word: string): number | undefined {
  const [, digits] = /^t-?(\d{1,9})$/i.exec(word.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
