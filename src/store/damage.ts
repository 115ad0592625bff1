import { DamagedRecordError } from '../core/errors';
import type { Logger } from '../core/telemetry/logger';

/** A damaged record fails only what needs it: lists leave it out, and the log names it once. */
export interface Damage {
  /** Those that can be read, in order; each of the others is named in the log. */
  readableOf<From, To>(items: readonly From[], read: (item: From) => To): To[];
}

const maxNamed = 1_000;

export function createDamage(logger: Logger): Damage {
  const named = new Set<string>();

  function name(error: DamagedRecordError): void {
    const { collection, id } = error;
    const key = `${collection}/${id}`;
    if (named.has(key) || named.size >= maxNamed) return;
    named.add(key);
    logger.error({ collection, id, cause: String(error.cause) }, 'A damaged record was left out');
  }

  return {
    readableOf: (items, read) =>
      items.flatMap((item) => {
        try {
          return [read(item)];
        } catch (error) {
          if (!(error instanceof DamagedRecordError)) throw error;
          name(error);
          return [];
        }
      }),
  };
}
