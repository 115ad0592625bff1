import type { Asked, Content } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { seatHolders, stagesOf } from '../../core/catalog/rights';
import { describeActs, reachOfAll } from '../../core/operations';
import { cleanText, enumerate, plainText } from '../../core/text';
import type { SecondApproval } from './workflow';

/** The sentences about what is held, and about how that ended. */

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

/** Who can give the second approval that this waits for. */
export function describeApprovers(catalog: Catalog, { rule, covers, person }: SecondApproval): string {
  const [first] = stagesOf(rule);
  const names = (first ? seatHolders(catalog, first, reachOfAll(covers)) : [])
    .filter(({ id }) => rule.requesterMayApprove || id !== person.id)
    .map(({ name }) => plainText(name, 60));
  const who =
    names.length === 0
      ? 'Nobody can give it yet: nobody else has that role there. An admin can grant it'
      : `${enumerate(names.slice(0, 4), 'or')} can approve it on the card here`;
  return `This needs a second approval, so it isn't done yet. ${who}.`;
}

/** Says to the requester that it wasn't done; `why` is a whole sentence. */
export function describeNotDone({ asked, person }: SecondApproval, why: string): Content {
  return { text: `@[0] **Not done**: ${plainText(describeAsked(asked), 160)}. ${why}`, mentions: [person] };
}

/** Why the second approval didn't come. */
export function describeRefusal({ outcome }: SecondApproval): string {
  if (outcome?.state === 'rejected')
    return `${plainText(outcome.by.name, 60)} said no: ${plainText(outcome.reason, 300)}`;
  if (outcome?.state === 'lapsed') return plainText(outcome.reason, 500);
  return 'Nobody approved it in time, so ask again.';
}

/** Said to this person, unless it speaks to somebody already or is a card. */
export function addressTo({ person }: SecondApproval, content: Content | undefined): Content | undefined {
  if (!content || !('text' in content) || content.mentions) return content;
  return { ...content, text: `@[0] ${content.text}`, mentions: [person] };
}
