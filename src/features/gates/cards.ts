import type { CardContent, Command } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/keys';
import { reachOfAll } from '../../core/operations';
import { bandState } from '../../core/card';
import { plainText } from '../../core/text';
import { footerTime, describeMoment } from '../../core/time/clock';
import { describeAsked, describeInput } from './text';
import type { Confirmation } from './workflow';

interface ConfirmationView {
  readonly id: string;
  readonly gate: Confirmation;
  /** The command that was typed; undefined for a button. */
  readonly command: Command | undefined;
  readonly catalog: Catalog;
  readonly now: number;
}

const none = { button: '', verb: '', id: '' };
const headings = { confirmed: 'Done', left: 'Left', expired: 'Expired' } as const;
const bands = { confirmed: 'done', left: 'cancelled', expired: 'expired' } as const;

/** What is about to be done, before it's done, and what became of the question. */
export function confirmationCard(view: ConfirmationView): CardContent {
  const { id, gate, catalog, now } = view;
  const { outcome, person, correlationId } = gate;
  const title = describeAsked(gate.asked);
  return {
    card: 'chat/refusal',
    data: {
      kind: outcome ? 'Asked once more' : 'Look at it once more',
      state: bandState(outcome ? bands[outcome.state] : 'waiting'),
      title: plainText(title, 160),
      summary: `${outcome ? headings[outcome.state] : 'Not done yet'}: ${title}`,
      sentence: sentenceOf(view),
      facts: factsOf(view),
      next: outcome ? none : { button: 'Do it', verb: 'gates.confirm', id },
      other: outcome ? none : { button: 'Leave it', verb: 'gates.cancel', id },
      footer: `For ${plainText(person.name, 60)} · ${footerTime(now, catalog.timeZone)} · ref ${correlationId.slice(0, 8)}`,
    },
  };
}

function sentenceOf({ gate: { outcome, person, wakeAt }, catalog, now }: ConfirmationView): string {
  const name = plainText(person.name, 60);
  switch (outcome?.state) {
    case 'confirmed':
      return `**${name} has confirmed it.** What came of it stands below.`;
    case 'left':
      return `**${name} has left it.** Nothing was done.`;
    case 'expired':
      return `**Nothing was done**: ${name} did not confirm it in time. Ask again to have it done.`;
    case undefined: {
      const end = wakeAt === undefined ? '' : ` The question ends at ${describeMoment(wakeAt, now, catalog.timeZone)}.`;
      return `**Nothing was done yet.** Only ${name} can confirm it.${end}`;
    }
  }
}

function factsOf({ gate: { asked, effect }, command, catalog }: ConfirmationView): { title: string; value: string }[] {
  const { service, environment } = reachOfAll(asked.acts);
  const known = environment === undefined ? undefined : lookUp(catalog.environments, environment);
  const risk = known?.risk === 'high' ? ', where mistakes are felt' : '';
  const where = [service, environment].filter((each) => each !== undefined).join(' in ');
  return [
    effect === undefined
      ? { title: 'Does', value: plainText(command?.summary ?? describeInput(asked), 300) }
      : { title: 'Effect', value: effect },
    ...(where === '' ? [] : [{ title: 'Where', value: `${plainText(where, 100)}${risk}` }]),
  ];
}
