import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/keys';
import { cleanLines } from '../../core/text';

/** Typed words about tickets. Pure. */

/** What somebody typed after `ticket`. */
interface TypedTicket {
  readonly title: string;
  readonly service?: string;
  readonly environment?: string;
}

/** `Checkout is slow for shop in production`: only names of the catalog at the end are taken for a service and an environment. */
export function readTypedTicket({ services }: Pick<Catalog, 'services'>, line: string): TypedTicket {
  const words = line.trim().split(/\s+/);
  const named = (word: string | undefined) =>
    word !== undefined && lookUp(services, word.toLowerCase()) ? word.toLowerCase() : undefined;
  const isLink = (word: string | undefined, links: readonly string[]): boolean =>
    word !== undefined && links.includes(word.toLowerCase());
  const [fourth, third, second, last] = [words.at(-4), words.at(-3), words.at(-2), words.at(-1)];
  const inBoth = named(third);
  const environment = last?.toLowerCase() ?? '';
  if (inBoth !== undefined && isLink(fourth, ['for', 'of']) && isLink(second, ['in']))
    if (lookUp(services, inBoth)?.environments.includes(environment))
      return { title: words.slice(0, -4).join(' '), service: inBoth, environment };
  const service = named(last);
  if (service !== undefined && isLink(second, ['for', 'of'])) return { title: words.slice(0, -2).join(' '), service };
  return { title: words.join(' ') };
}

/** `shop`, `shop/production`: what a choice of the form means. */
export function readWhere(
  { services }: Pick<Catalog, 'services'>,
  choice: string,
): Omit<TypedTicket, 'title'> | undefined {
  const [service = '', environment] = choice.split('/');
  const known = lookUp(services, service);
  if (!known || (environment !== undefined && !known.environments.includes(environment))) return undefined;
  return { service, ...(environment !== undefined && { environment }) };
}

/** What people wrote, as it's kept. */
export const keptLines = (text: string): string => cleanLines(text, 2_000);
