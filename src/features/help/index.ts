import type { Command, Feature, Person, Reply, Turn } from '../../chat/contract';
import type { Right } from '../../core/catalog';
import { everything, mayAnywhere, personName, whoMayEverywhere } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { idFrom, lookUp } from '../../core/keys';
import { cleanText, plainText } from '../../core/text';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import { createAskLimit } from '../policy';
import { helpFor } from './cards';

const talk = { operation: 'look', topic: 'Talk' } as const;

/** How people find out what they can do, and whom to ask when words fail. `commands` are all there are, asked for when they're needed. */
export function createHelp(
  deps: FeatureDependencies,
  { commands }: { readonly commands: () => readonly Command[] },
): { feature: Feature } {
  const all: Command[] = [
    {
      ...talk,
      name: 'hello',
      synonyms: ['hi', 'hey', 'hallo', 'good morning', 'good afternoon', 'good evening'],
      summary: 'Say hello and see where to begin',
      examples: ['hello'],
      run: async (turn) => greet(deps, turn),
    },
    {
      ...talk,
      name: 'help',
      isInFront: true,
      synonyms: ['?', 'commands', 'what can you do'],
      summary: 'Show what you can do here',
      arguments: [{ name: 'topic', kind: 'phrase', summary: 'a command, or what you want to do' }],
      examples: ['help', 'help deploy', 'help ship'],
      asksFirst: true,
      run: async (turn, args) => helpFor(deps, turn, commands(), args['topic']),
    },
    {
      ...talk,
      name: 'ask a person',
      operation: 'ask-for-help',
      synonyms: ['ask somebody', 'call a person', 'talk to a person', 'human'],
      summary: 'Ask an admin of Gavel for help',
      arguments: [{ name: 'what', kind: 'text', summary: 'what you want to do' }],
      examples: ['ask a person', 'ask a person how do I see the log'],
      run: (turn, { what = '' }) => askPerson(deps, turn, what),
    },
    {
      ...talk,
      name: 'thanks',
      synonyms: ['thank you', 'thx', 'ty', 'cheers', 'ta', 'merci', 'danke'],
      summary: 'Say thanks',
      examples: ['thanks'],
      run: async (turn) => ({ text: `You are welcome, ${firstName(turn)}.` }),
    },
  ];
  return { feature: { name: 'help', commands: all } };
}

/** Greets, and offers what this person can do here. */
function greet({ catalog }: FeatureDependencies, turn: Turn): Reply {
  const name = firstName(turn);
  const has = (right: Right): boolean => mayAnywhere(catalog(), turn.person.id, right);
  const buttons = [
    ...(has('approve') ? [{ title: 'What needs me', line: 'approvals' }] : []),
    ...(has('deploy') ? [{ title: 'Deploy…', line: 'deploy' }] : []),
    ...(has('view') ? [{ title: 'What runs where', line: 'where' }] : []),
    { title: 'Get started', line: 'onboarding' },
  ];
  return {
    card: 'help/hello',
    data: {
      kind: 'Gavel',
      title: `Hello, ${name}`,
      summary: `Hello, ${name}: what shall we do?`,
      sentence: 'I ship services and watch them, from this chat. What shall we do?',
      buttons: [...buttons.slice(0, 2), { title: 'Help', line: 'help' }],
      footer: 'New here? Write onboarding: a few questions, two minutes.',
    },
  };
}

function firstName({ person }: Turn): string {
  return plainText(person.name.trim().split(/\s+/)[0] ?? '', 40) || 'there';
}

const againMs = 10 * 60_000;

/** Who looks after Gavel in a place: whom the catalog names, else who added Gavel there, else an admin; nobody is offered themselves. Undefined where nobody is known. */
export async function contactFor(
  { catalog, ownerOf }: FeatureDependencies,
  { person, place }: Pick<Turn, 'person' | 'place'>,
): Promise<Person | undefined> {
  const all = catalog();
  const named = all.contact === undefined ? undefined : lookUp(all.people, all.contact)?.id;
  const owner = named ?? (await ownerOf?.(place.id))?.personId;
  const ids = [owner, ...whoMayEverywhere(all, 'admin', everything).map(({ id }) => id)];
  for (const id of ids) {
    const name = id === undefined || id === person.id ? undefined : personName(all, id);
    if (id !== undefined && name !== undefined) return { id, name };
  }
  return undefined;
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
  await tellPerson(deps, contact.id, `help:${id}`, {
    text: `**${plainText(person.name, 60)} asks for your help** ${where}: what they write I do not understand.${wish} Please write to them.`,
  });
  return { text: `**I have told ${plainText(contact.name, 60)}** that you need help. They will write to you.` };
}
