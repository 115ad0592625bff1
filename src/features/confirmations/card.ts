import type { CardContent, Command } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/look-up';
import { reachOfAll } from '../../core/operations';
import { bandState } from '../../core/card/status';
import { plainText } from '../../core/text';
import { footerTime, describeMoment } from '../../core/time/words';
import { describeAsked, describeInput } from '../asked';
import type { Confirmation } from './record';

/** What is about to be done, before it is done, and what became of the question. Pure. */

export interface ConfirmationView {
  readonly id: string;
  readonly confirmation: Confirmation;
  /** The command that was typed; undefined for a button. */
  readonly command: Command | undefined;
  readonly catalog: Catalog;
  readonly now: number;
}

const none = { button: '', verb: '', id: '' };

export function confirmationCard(view: ConfirmationView): CardContent {
  const { id, confirmation, now } = view;
  const { state, person, correlationId } = confirmation;
  const title = titleOf(confirmation);
  const open = state === 'open';
  const { timeZone } = view.catalog;
  return {
    card: 'chat/refusal',
    data: {
      kind: open ? 'Look at it once more' : 'Asked once more',
      state: bandState(open ? 'waiting' : state === 'confirmed' ? 'done' : state === 'left' ? 'cancelled' : 'expired'),
      title: plainText(title, 160),
      summary: open ? `Not done yet: ${title}` : `${stateWords[state]}: ${title}`,
      sentence: sentenceOf(view),
      facts: factsOf(view),
      next: open ? { button: 'Do it', verb: 'confirmations.do', id } : none,
      other: open ? { button: 'Leave it', verb: 'confirmations.leave', id } : none,
      footer: `For ${plainText(person.name, 60)} · ${footerTime(now, timeZone)} · ref ${correlationId.slice(0, 8)}`,
    },
  };
}

const stateWords = { confirmed: 'Done', left: 'Left', expired: 'Expired' } as const;

export const titleOf = ({ asked }: Confirmation): string => describeAsked(asked);

function sentenceOf({ confirmation, catalog, now }: ConfirmationView): string {
  const { state, person, wakeAt } = confirmation;
  const name = plainText(person.name, 60);
  if (state === 'confirmed') return `**${name} has confirmed it.** What came of it stands below.`;
  if (state === 'left') return `**${name} has left it.** Nothing was done.`;
  if (state === 'expired')
    return `**Nothing was done**: ${name} did not confirm it in time. Ask again to have it done.`;
  const until = wakeAt === undefined ? '' : ` The question ends at ${describeMoment(wakeAt, now, catalog.timeZone)}.`;
  return `**Nothing was done yet.** Only ${name} can confirm it.${until}`;
}

function factsOf({ confirmation, command, catalog }: ConfirmationView): { title: string; value: string }[] {
  const { asked, effect } = confirmation;
  const { service, environment } = reachOfAll(asked.acts);
  const known = environment === undefined ? undefined : lookUp(catalog.environments, environment);
  const risk = known?.risk === 'high' ? ', where mistakes are felt' : '';
  const where = [service, environment].filter((each) => each !== undefined).join(' in ');
  return [
    {
      title: effect === undefined ? 'Does' : 'Effect',
      value: effect ?? plainText(command?.summary ?? describeInput(asked), 300),
    },
    ...(where === '' ? [] : [{ title: 'Where', value: `${plainText(where, 100)}${risk}` }]),
  ];
}
