import type { Command, Feature, Person, Reply, Turn } from '../../chat/contract';
import type { Right } from '../../core/catalog';
import { nameWhoMay, requireService } from '../../core/catalog/refusals';
import { everything, mayAnywhere, personName, wholeService, whoMayEverywhere } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { idFrom, lookUp } from '../../core/keys';
import { cleanText, plainText } from '../../core/text';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import { createAskLimit } from '../policy';
import { helpFor } from './cards';
import { phrasings } from './text';

const talk = { operation: 'look', topic: 'Talk' } as const;

/** How people find out what they can do, and whom to ask. `commands` are all commands, requested when they're needed. */
export function createHelp(
  deps: FeatureDependencies,
  { commands }: { readonly commands: () => readonly Command[] },
): { feature: Feature } {
  const all: Command[] = [
    {
      ...talk,
      name: 'hello',
      phrasings: phrasings.hello,
      synonyms: ['hi', 'hey', 'hallo', 'good morning', 'good afternoon', 'good evening'],
      summary: 'Say hello and see where to start',
      examples: ['hello'],
      run: async (turn) => greet(deps, turn),
    },
    {
      ...talk,
      name: 'help',
      phrasings: phrasings.help,
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
      summary: 'Ask a Gavel admin for help',
      arguments: [{ name: 'what', kind: 'text', summary: 'what you want to do' }],
      examples: ['ask a person', 'ask a person how do I see the log'],
      run: (turn, { what = '' }) => askPerson(deps, turn, what),
    },
    {
      ...talk,
      name: 'on call',
      summary: 'See who can help with a service',
      phrasings: phrasings.onCall,
      arguments: [{ name: 'service', kind: 'service', summary: 'which one' }],
      examples: ['on call', 'on call shop'],
      run: (turn, { service }) => sayWhoHelps(deps, turn, service),
    },
    {
      ...talk,
      name: 'thanks',
      phrasings: phrasings.thanks,
      synonyms: ['thank you', 'thx', 'ty', 'cheers', 'ta', 'merci', 'danke'],
      summary: 'Say thanks',
      examples: ['thanks'],
      run: async (turn) => ({ text: `You’re welcome, ${firstName(turn)}.` }),
    },
  ];
  return { feature: { name: 'help', commands: all } };
}

/** Greets, and offers what this person can do here. */
function greet({ catalog }: FeatureDependencies, turn: Turn): Reply {
  const name = firstName(turn);
  const has = (right: Right): boolean => mayAnywhere(catalog(), turn.person.id, right);
  const buttons = [
    ...(has('approve') ? [{ title: 'Show what needs me', line: 'approvals' }] : []),
    ...(has('deploy') ? [{ title: 'Deploy…', line: 'deploy' }] : []),
    ...(has('view') ? [{ title: 'Show what runs where', line: 'where' }] : []),
    { title: 'Get started', line: 'onboarding' },
  ];
  return {
    card: 'help/hello',
    data: {
      kind: 'Gavel',
      title: `Hello, ${name}`,
      summary: `Hello, ${name}. What would you like to do?`,
      sentence: 'I deploy services and watch their health. What would you like to do?',
      buttons: [...buttons.slice(0, 2), { title: 'Show help', line: 'help' }],
      footer: 'New here? Type “onboarding”. It takes two minutes.',
    },
  };
}

/** No on-call schedule is connected, so this names people who can act, and doesn't guess who is on duty. */
async function sayWhoHelps(deps: FeatureDependencies, turn: Turn, service?: string): Promise<Reply> {
  const catalog = deps.catalog();
  if (service !== undefined) requireService(catalog, service, 'nothing was looked up');
  const scope = service === undefined ? everything : wholeService(catalog, service);
  const able = nameWhoMay(catalog, 'operate', scope);
  const about = service === undefined ? 'every service' : plainText(service, 40);
  const contact = await contactFor(deps, turn);
  return {
    text: [
      '**I’m not connected to an on-call schedule**, so I can’t say who is on call.',
      able === ''
        ? `Nobody in the catalog has the operate permission for ${about}.`
        : `${able} can restart and roll back ${about}.`,
      contact
        ? `${plainText(contact.name, 60)} can help with Gavel itself. To ask for help, type \`ask a person\`.`
        : '',
    ]
      .filter(Boolean)
      .join(' '),
  };
}

function firstName({ person }: Turn): string {
  return plainText(person.name.trim().split(/\s+/)[0] ?? '', 40) || 'there';
}

const againMs = 10 * 60_000;

/**
 * Who can help this person: whoever the catalog names, or else an owner of the place who is an admin, or else an admin, or else that owner for
 * somebody who isn't an admin. Nobody is offered themselves. Undefined if nobody is known.
 */
export async function contactFor(
  { catalog, ownerOf }: FeatureDependencies,
  { person, place }: Pick<Turn, 'person' | 'place'>,
): Promise<Person | undefined> {
  const all = catalog();
  const named = all.contact === undefined ? undefined : lookUp(all.people, all.contact)?.id;
  const owner = (await ownerOf?.(place.id))?.personId;
  const admins = whoMayEverywhere(all, 'admin', everything).map(({ id }) => id);
  const isAdmin = (id: string | undefined): boolean => id !== undefined && admins.includes(id);
  const ids = [named, isAdmin(owner) ? owner : undefined, ...admins, isAdmin(person.id) ? undefined : owner];
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
      'I don’t know anyone who could help, so I didn’t ask anyone. The people who run Gavel can add a `contact` to the catalog.',
    );
  const { person, place } = turn;
  const where = place.kind === 'personal' ? 'in their personal chat with me' : `in ${plainText(place.name, 60)}`;
  const words = cleanText(what, 300);
  const question = words === '' ? '.' : `: “${plainText(words, 300)}”.`;
  // People who are asked twice within a few minutes are told once.
  const moment = Math.floor(deps.clock.now() / againMs);
  const id = idFrom('ask a person', person.id, place.id, contact.id, words, String(moment));
  await createAskLimit(deps).count(person.id, 'help', id);
  await tellPerson(deps, contact.id, `help:${id}`, {
    text: `**${plainText(person.name, 60)} needs your help.** They asked for help ${where}${question} Please message them.`,
  });
  return { text: `**I told ${plainText(contact.name, 60)}** that you need help, and asked them to message you.` };
}
