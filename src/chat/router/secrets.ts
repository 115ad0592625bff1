import { lookUp } from '../../core/keys';
import { maskSecrets } from '../../core/text/secrets';
import type { Action, Arguments, Command, Outbox, Turn } from '../contract';
import { isWordy } from '../language/argument-specs';
import type { Logger } from '../../core/telemetry/logger';
import { enumerate } from '../../core/text';

/** Secrets in what people write are masked before a handler, a gate, a record or the audit sees them. Pure. */

interface MaskedCommand {
  readonly args: Arguments;
  /** The line as it was typed, with the same words masked, so that it can be kept and run later. */
  readonly line: string;
  readonly kinds: readonly string[];
}

/** Masks the free text of a command; names, ids and versions stay as they are. */
export function maskCommand(
  { arguments: specs, refusesSecrets }: Command,
  args: Arguments,
  line: string,
): MaskedCommand {
  if (refusesSecrets) return { args, line, kinds: [] };
  const found = specs
    .filter(isWordy)
    .flatMap(({ name }) => {
      const value = lookUp(args, name);
      return value === undefined ? [] : [{ name, ...maskSecrets(value) }];
    })
    .filter(({ kinds }) => kinds.length > 0);
  if (found.length === 0) return { args, line, kinds: [] };
  return {
    args: { ...args, ...Object.fromEntries(found.map(({ name, text }) => [name, text])) },
    // Spaces may differ between the line and its arguments, so the line is masked in its own right.
    line: maskSecrets(line).text,
    kinds: [...new Set(found.flatMap(({ kinds }) => kinds))],
  };
}

interface MaskedInput {
  readonly input: unknown;
  readonly kinds: readonly string[];
}

/** Masks the fields of a click in which people write words of their own. */
export function maskInput({ freeText = [] }: Action, input: unknown): MaskedInput {
  if (typeof input !== 'object' || input === null) return { input, kinds: [] };
  const found = freeText.flatMap((field) => {
    const value = lookUp(input as Readonly<Record<string, unknown>>, field);
    return typeof value === 'string' ? [{ field, ...maskSecrets(value) }] : [];
  });
  const kinds = [...new Set(found.flatMap((each) => each.kinds))];
  if (kinds.length === 0) return { input, kinds };
  return { input: { ...input, ...Object.fromEntries(found.map(({ field, text }) => [field, text])) }, kinds };
}

/** Tells somebody in private that what they wrote held a secret. Returns at once and never throws. */
export type WarnAboutSecret = (turn: Turn, kinds: readonly string[]) => void;

/** Sends the warning through the outbox, once for each turn. */
export function createSecretWarning(outbox: Outbox, logger: Logger): WarnAboutSecret {
  return (turn, kinds) => {
    if (kinds.length === 0) return;
    const text = warningOf(turn, kinds);
    outbox
      .put({
        key: `secret-warning:${turn.correlationId}`,
        destination: { to: 'person', personId: turn.person.id },
        content: { text },
        revision: 1,
        final: true,
      })
      .catch((error: unknown) => logger.warn({ error }, 'A warning about a secret could not be stored'));
  };
}

function warningOf({ trigger }: Turn, kinds: readonly string[]): string {
  const found = `What you ${trigger === 'typed' ? 'wrote' : 'entered'} seems to hold ${enumerate(kinds)}.`;
  const kept = 'I kept and showed `[secret]` in its place.';
  const next =
    trigger === 'typed'
      ? 'Your own message still shows it: delete that message, and change the secret if others could see it.'
      : 'Change the secret if it was a real one.';
  return `${found} ${kept} ${next}`;
}
