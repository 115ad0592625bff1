import { appendFile } from 'node:fs/promises';
import type { Logger } from '../../core/logger';
import type { Anchor } from '../audit-chain';

/** Writes the heads of the audit chain outside the store: in order, flushed, all that wait in one write. */
export interface Anchors {
  /** Resolves when it is written. The line itself is stored by then: an anchor that cannot be written is reported, not a failed write. */
  add(anchor: Anchor): Promise<void>;
}

export function createAnchors(file: string, logger: Logger): Anchors {
  let waiting: Anchor[] = [];
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    const anchors = waiting;
    waiting = [];
    const lines = anchors.map((anchor) => `${JSON.stringify(anchor)}\n`).join('');
    try {
      await appendFile(file, lines, { mode: 0o600, flush: true } as Parameters<typeof appendFile>[2]);
    } catch (error) {
      logger.error({ error, ...anchors.at(-1) }, 'The head of the audit log could not be anchored');
    }
  }

  return {
    async add(anchor) {
      logger.info({ ...anchor }, 'Audit head');
      waiting.push(anchor);
      while (waiting.includes(anchor)) {
        if (writing) await writing;
        else writing = write().finally(() => (writing = undefined));
      }
      await writing;
    },
  };
}
