import { describeActs, operationsBehind } from '../core/operations';
import type { Reach } from '../core/catalog/rights';
import { cleanText } from '../core/text';
import type { Asked } from '../chat/contract';

/** What somebody asked for, as it is kept while it waits and as people read it. Pure. */

/** Records from before operations name a door and its target. */
export function askedForward(
  asked: Omit<Asked, 'acts'> & Partial<Pick<Asked, 'acts'>> & { readonly target?: Reach },
): Asked {
  const { target = {}, ...rest } = asked;
  const acts = asked.acts ?? operationsBehind(asked.action).map((operation) => ({ operation, reach: target }));
  return { ...rest, acts };
}

/** The line as it was typed, or what the click does. Outside text without marks. */
export function describeAsked({ words, line, acts, action }: Asked): string {
  return cleanText(words ?? line ?? (describeActs(acts) || action), 160);
}

/** `why: the cache is stale, service: shop`: what was sent with a click, for whoever has to decide on it; empty for a line, which says it all. */
export function describeInput({ line, input }: Asked): string {
  if (line !== undefined || typeof input !== 'object' || input === null) return '';
  const fields = Object.entries(input).filter(
    ([name, value]) => name !== 'id' && typeof value === 'string' && value.trim() !== '',
  );
  return cleanText(fields.map(([name, value]) => `${name}: ${value}`).join(', '), 400);
}
