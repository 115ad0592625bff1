import { UserError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Guard } from '../../chat/contract';

/** What is foreseen is read once for all who ask; where it can not be read, only what refuses the deed itself is passed on. */
export function foreseenOnce(effect: Parameters<Guard>[2], logger: Logger): Parameters<Guard>[2] {
  let answer: Promise<string | undefined> | undefined;
  const read = async (): Promise<string | undefined> => {
    try {
      return await effect();
    } catch (error) {
      if (error instanceof UserError) throw error;
      logger.warn({ error }, 'What something would change could not be read');
      return undefined;
    }
  };
  return () => (answer ??= read());
}
