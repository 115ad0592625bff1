import { createHash, randomBytes } from 'node:crypto';

/** 128 random bits as 32 hexadecimal digits: can't be guessed, may stand in a card. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** Eight hexadecimal digits that tie what a person sees to the log ("ref 4f2a91c0"). */
export function newReference(): string {
  return randomBytes(4).toString('hex');
}

/** The same id for the same parts, always: for effects that may be performed again after a crash. */
export function idFrom(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 32);
}
