import type { Command, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { lookUp } from '../../core/look-up';
import { everything, personName, whoMayEverywhere } from '../../core/catalog/rights';
import { cleanText, plainText } from '../../core/text';
import { createAskLimit } from '../ask-limit';
import type { FeatureDependencies } from '../contract';

/** When words fail: who looks after Gavel in a place, and how they are called. */

interface Contact {
  readonly id: string;
  readonly name: string;
}

const againMs = 10 * 60_000;

/** Whom the catalog names, else who added Gavel there, else an admin; nobody is offered themselves. */
export async function contactFor(
  { catalog, ownerOf }: FeatureDependencies,
  { person, place }: Pick<Turn, 'person' | 'place'>,
): Promise<Contact | undefined> {
  const all = catalog();
  const named = all.contact === undefined ? undefined : lookUp(all.people, all.contact)?.id;
  const owner = named ?? (await ownerOf?.(place.id))?.personId;
  const ids = [
    ...(owner === undefined ? [] : [owner]),
    ...whoMayEverywhere(all, 'admin', everything).map(({ id }) => id),
  ];
  const id = ids.find((each) => each !== person.id && personName(all, each) !== undefined);
  return id === undefined ? undefined : { id, name: personName(all, id) ?? '' };
}

/** `ask a person`: tells whoever looks after Gavel there that somebody needs them. */
export function askPersonCommand(deps: FeatureDependencies): Command {
  return {
    name: 'ask a person',
    operation: 'ask-for-help',
    synonyms: ['ask somebody', 'call a person', 'talk to a person', 'human'],
    summary: 'Asks whoever looks after Gavel here to help you',
    topic: 'Talk',
    arguments: [{ name: 'what', kind: 'text', summary: 'what you want to do' }],
    examples: ['ask a person', 'ask a person how do I see the log'],
    right: undefined,
    inManifest: false,
    run: (turn, { what = '' }) => askPerson(deps, turn, what),
  };
}

async function askPerson(deps: FeatureDependencies, turn: Turn, what: string): Promise<Reply> {
  const contact = await contactFor(deps, turn);
  if (!contact)
    throw new UserError(
      'Nobody is known who could help, so nobody was asked. Whoever runs Gavel names them as `contact` in the catalog.',
    );
  const { person, place } = turn;
  const where = place.kind === 'personal' ? 'in our personal chat' : `in ${plainText(place.name, 60)}`;
  const words = cleanText(what, 300);
  const wish = words === '' ? '' : ` They want to: ${plainText(words, 300)}`;
  // Called twice in a few minutes, they are told once.
  const moment = Math.floor(deps.clock.now() / againMs);
  const id = idFrom('ask a person', person.id, place.id, contact.id, words, String(moment));
  await createAskLimit(deps).count(person.id, 'help', id);
  await deps.outbox.put({
    key: `help:${id}`,
    destination: { to: 'person', personId: contact.id },
    content: {
      text: `**${plainText(person.name, 60)} asks for your help** ${where}: what they write I do not understand.${wish} Please write to them.`,
    },
    revision: 1,
    final: true,
  });
  return { text: `**I have told ${plainText(contact.name, 60)}** that you need help. They will write to you.` };
}
