import type { ArgumentSpec, Command } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';

/** The examples of a command, with names of this installation. Pure. */

/** `deploy [service] [release] [to environment]` */
export function usageOf({ name, arguments: specs = [] }: Command): string {
  const word = (spec: ArgumentSpec): string => {
    const said = spec.keyword === undefined ? spec.name : `${spec.keyword} ${spec.name}`;
    return spec.required === true ? `<${said}>` : `[${said}]`;
  };
  return [name, ...specs.map(word)].join(' ');
}

/**
 * The examples that work here as they are: services and environments of the catalog replace those in the declaration. An example that needs a
 * deployment, a release or a person that may not exist becomes the usage, which asks: `retry <id>`.
 */
export function examplesOf(catalog: Catalog, command: Command): readonly string[] {
  const { examples } = command;
  const real = examples.map((example) => withRealNames(catalog, example)).filter((each) => each !== undefined);
  return real.length > 0 ? real : [usageOf(command)];
}

/** Undefined if a name in it doesn't exist in this installation. */
function withRealNames({ services, environments, people }: Catalog, example: string): string | undefined {
  if (/\b[A-Z]-[0-9a-f]{3,}|\b\d+\.\d+\.\d+|group:/.test(example)) return undefined;
  const named = [...example.matchAll(/(?<!release day is |\bis |ask )@?\b([A-Z][a-z]+ [A-Z][a-z]+)\b/g)].map(
    ([, name]) => name,
  );
  if (!named.every((name) => Object.values(people).some((person) => person.name === name))) return undefined;
  const [service] = Object.keys(services);
  const names = Object.keys(environments);
  const [first = '', last = first] = [names[0], names.at(-1)];
  const words = example.split(' ').map((word) => {
    if (word === 'shop' && !Object.hasOwn(services, word)) return service ?? word;
    if (word === 'staging' && !Object.hasOwn(environments, word)) return first;
    return word === 'production' && !Object.hasOwn(environments, word) ? last : word;
  });
  return words.join(' ');
}

/** A click runs commands that only show something or ask first; for all others it opens the form, because an example isn't a request. */
export function rowOf(catalog: Catalog, command: Command, example = examplesOf(catalog, command)[0] ?? command.name) {
  const { name, summary } = command;
  if (runsAsItStands(command) && !example.includes('<'))
    return { command: example, summary, line: example, action: `Try ${example}` };
  return { command: example, summary, line: name, action: `Open ${name}` };
}

function runsAsItStands({ asksFirst, right, topic, arguments: specs = [] }: Command): boolean {
  if (asksFirst === true || specs.length === 0) return true;
  return topic !== 'Talk' && (right === undefined || right === 'view' || right === 'audit');
}

/** Sentences about Gavel itself, by the command that answers. */
export const phrasings = {
  hello: [
    'how are you [doing] [today]',
    'are you there|alive|awake|up|working',
    'hello there',
    'hi there',
    'hey there',
    'good day',
    'yo',
    'greetings',
    'hello gavel',
  ],
  help: [
    'how do|can|could i|we|you {topic}',
    'how to {topic}',
    'how does|do {topic:word} work',
    'how does this|it|gavel work',
    'i need help [with {topic}]',
    'i am lost|stuck',
    'who|what are you',
    'what is gavel',
    'what is this',
    'list [all] commands',
    'all commands',
    'menu',
    'what commands are there',
    'which commands are there',
    'what else can you do',
    'what can you do [here|for me|for us]',
    'help me [with {topic}]',
    'can you help [me] [with {topic}]',
    'explain {topic}',
  ],
  onCall: [
    'who is on call|duty|pager [for|of|with] [{service}]',
    'on call [for|of] [{service}]',
    'who can|could help [me|us] [with {service}]',
    'who should|do|can|could i|we ask|call|contact|page [about|for|regarding] [{service}]',
    'who is responsible|in charge [for|of] [{service}]',
    'who owns|runs|maintains {service}',
    'who is the|an admin|administrator|owner|contact [of|for] [{service}]',
    'who are the admins|administrators|owners',
    'who runs|administers|looks after gavel|you',
  ],
  thanks: ['well done', 'good|great|nice job|work|bot', 'great', 'nice', 'awesome', 'perfect', 'cool', 'many thanks'],
} as const;
