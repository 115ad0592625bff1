import type { Asked, CardContent, Command } from '../../chat/contract';
import { bandState } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import { describeSeat, seatHolders, stagesOf } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { describeActs, reachOfAll } from '../../core/operations';
import { cleanText, enumerate, plainText, quote } from '../../core/text';
import { describeMoment, footerTime } from '../../core/time/clock';
import type { Confirmation, SecondApproval } from './workflow';

interface ConfirmationView {
  readonly id: string;
  readonly gate: Confirmation;
  /** The typed command; undefined for a button. */
  readonly command: Command | undefined;
  readonly catalog: Catalog;
  readonly now: number;
}

const none = { button: '', verb: '', id: '' };
const headings = { confirmed: 'Confirmed', left: 'Canceled', expired: 'Expired' };
const bands = {
  confirmed: { ...bandState('approved'), word: 'Confirmed' },
  left: bandState('cancelled'),
  expired: bandState('expired'),
};

/** What is about to be done, and later the outcome of the question. */
export function confirmationCard(view: ConfirmationView): CardContent {
  const { id, gate, catalog, now } = view;
  const { outcome, person, correlationId } = gate;
  const title = describeAsked(gate.asked);
  return {
    card: 'chat/refusal',
    data: {
      kind: outcome ? 'Confirmation' : 'Please confirm',
      state: outcome ? bands[outcome.state] : bandState('waiting'),
      title: plainText(title, 160),
      summary: `${outcome ? headings[outcome.state] : 'Waiting for confirmation'}: ${title}`,
      sentence: sentenceOf(view),
      facts: factsOf(view),
      next: outcome ? none : { button: 'Confirm', verb: 'gates.confirm', id },
      other: outcome ? none : { button: 'Cancel', verb: 'gates.cancel', id },
      footer: `For ${plainText(person.name, 60)} · ${footerTime(now, catalog.timeZone)} · ref\u00A0${correlationId.slice(0, 8)}`,
    },
  };
}

function sentenceOf({ gate: { outcome, person, wakeAt }, catalog, now }: ConfirmationView): string {
  const name = plainText(person.name, 60);
  if (outcome?.state === 'confirmed') return `**Confirmed by ${name}.** The result is below.`;
  if (outcome?.state === 'left') return `**Canceled by ${name}.** Nothing was done.`;
  if (outcome) return `**Nothing was done.** ${name} didn’t confirm in time.`;
  const end = wakeAt === undefined ? '' : `, until ${describeMoment(wakeAt, now, catalog.timeZone)}`;
  return `**Nothing has been done yet.** Only ${name} can confirm this${end}.`;
}

function factsOf({ gate: { asked, effect }, command, catalog }: ConfirmationView): { title: string; value: string }[] {
  const { service, environment } = reachOfAll(asked.acts);
  const known = environment === undefined ? undefined : lookUp(catalog.environments, environment);
  const risk = known?.risk === 'high' ? ' (high risk)' : '';
  const where = [service, environment].filter((each) => each !== undefined).join(' in ');
  return [
    effect === undefined
      ? { title: 'What\u00A0happens', value: plainText(command?.summary ?? describeInput(asked), 300) }
      : { title: 'What\u00A0happens', value: effect },
    ...(where === '' ? [] : [{ title: 'Where', value: `${plainText(where, 100)}${risk}` }]),
  ];
}

/** The line as typed, or what the click does. Outside text without formatting. */
export function describeAsked({ words, line, acts, action }: Asked): string {
  return cleanText(words ?? line ?? (describeActs(acts) || action), 160);
}

/** `why: the cache is stale, service: shop`: what was sent with a click, for the person who decides; empty for a line, which says everything. */
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
      ? `Nobody else can approve it yet${first ? `, because that takes ${plainText(describeSeat(first), 60)}` : ''}. An admin can grant access`
      : `${enumerate(names.slice(0, 4), 'or')} can approve it on its approval card`;
  return `This needs a second approval, so it hasn’t been done yet. ${who}.`;
}

/** Why the second approval wasn't given. */
export function describeNotApproved({ outcome }: SecondApproval): string {
  if (outcome?.state === 'rejected')
    return `${plainText(outcome.by.name, 60)} rejected it: ${quote(outcome.reason, 300)}.`;
  if (outcome?.state === 'lapsed') return plainText(outcome.reason, 500);
  return 'It wasn’t approved in time. Request it again if you still need it.';
}
