import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Catalog } from '../../core/catalog';
import { lacksRight } from '../../core/catalog/refusals';
import { describeReach, mayAnywhere, namedReach, oncePerCatalog } from '../../core/catalog/rights';
import type { Reach } from '../../core/catalog/rights';
import { MissingWordError, UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { describeOperation, describeOperationOn } from '../../core/operations';
import type { RefusalError } from '../../core/refusal';
import { cleanText, plainText } from '../../core/text';
import { maskFields, maskSecrets } from '../../core/text/secrets';
import { isUnasked, listTopic } from '../contract';
import type { Arguments, ArgumentSpec, Command, Feature, Person, Reply, Turn } from '../contract';
import { withNames } from '../contract/turn';
import { normalizeText, readLine } from '../language';
import type { KnownNames, Language, Parsed, Suggestion, Understood } from '../language';
import { isWordy } from '../language/argument-specs';
import { missingIn, valueOf } from '../language/arguments';
import { smallTalk, writeLine } from '../language/suggestions';
import { canChange, passGate } from '.';
import { chooseCard, chosenName, nearestCard, partialLine, preparedCard } from './cards';
import type { RouterOptions, TurnLog } from './contract';
import { resolvePeople } from './people';

/** Typed lines: what is meant, whether the person has the right, who is named, what is missing, and then the command. */

export interface TypedParts extends RouterOptions {
  readonly language: Language;
  /** Each command as the audit log, the history and telemetry call it. */
  readonly recordedAs: ReadonlyMap<Command, string>;
}

/** Runs a line that was typed or clicked. */
export async function runText(parts: TypedParts, turn: Turn, text: string, turnLog: TurnLog): Promise<Reply> {
  turnLog.said = lineAsRead(turn, text);
  const parsed = parse(parts, normalizeText(text) === '' ? 'help' : text);
  if (parsed.kind !== 'unknown') {
    const inner = await lineWithin(parts, turn, parsed);
    if (!inner) return runParsed(parts, turn, parsed, text, turnLog);
    turnLog.meant = lineAsRead(turn, inner.line);
    return runParsed(parts, turn, inner.parsed, inner.line, turnLog);
  }
  const found = await parts.resolveAlias?.(turn, parsed.words);
  if (typeof found === 'object') turnLog.prepared = found;
  const line = typeof found === 'object' ? found.line : found;
  // The alias's line takes the path of every typed line and isn't looked up again, so an alias can't refer to itself.
  const meant = line === undefined ? parsed : parse(parts, line);
  if (line !== undefined && meant.kind !== 'unknown') {
    turnLog.meant = lineAsRead(turn, line);
    return runParsed(parts, turn, meant, line, turnLog);
  }
  turnLog.outcome = 'not understood';
  const answer = smallTalk(parsed.text);
  if (answer !== undefined) return { notice: answer };
  const helper = await parts.personToAsk?.(turn);
  const nearest = parsed.nearest.filter((each) => mayRun(parts, turn, each));
  const card = nearestCard(turn, parsed.text, nearest, helper);
  return turn.trigger === 'typed' ? { ...card, otherwise: plainText(card.data.summary, 300) } : card;
}

/** What the router's own buttons send: a line, and what was chosen for it on the card. */
export const LineInput = z.looseObject({ id: z.string().min(1).max(1_000), by: z.string().max(200).optional() });

/** Runs the line of a card with what was chosen there, as if it had been typed. */
export async function runChosen(
  parts: TypedParts,
  turn: Turn,
  input: z.infer<typeof LineInput>,
  turnLog: TurnLog,
): Promise<Reply> {
  const parsed = parse(parts, input.id);
  if (parsed.kind === 'unknown') return runText(parts, turn, input.id, turnLog);
  const { command } = parsed;
  const args = withChosen(command, parsed.args, input);
  const isWhole = missingIn(command.arguments ?? [], args).length === 0;
  const line = isWhole ? faithfulLine(parts, command, args) : input.id;
  return runParsed(parts, turn, { kind: isWhole ? 'command' : 'missing', command, args, extra: [] }, line, turnLog);
}

function parse({ language, catalog }: TypedParts, text: string): Parsed {
  return language.parse(text, knownNames(catalog()));
}

/** The line that the free words of a command are, if they name nothing that the command knows. */
async function lineWithin(parts: TypedParts, turn: Turn, { command, args }: Understood) {
  const [spec] = command.arguments ?? [];
  const words = spec && command.knows && lookUp(args, spec.name);
  if (words === undefined) return undefined;
  const line = readLine(words).words;
  const parsed = parse(parts, line);
  if (parsed.kind === 'unknown' || parsed.extra.length > 0 || parsed.command === command) return undefined;
  return (await command.knows?.(turn, args)) ? undefined : { parsed, line };
}

/** The name of the command that this line means; undefined if it means none. */
export function commandFor(parts: TypedParts, text: string): string | undefined {
  const parsed = parse(parts, text);
  return parsed.kind === 'unknown' ? undefined : parsed.command.name;
}

async function runParsed(
  parts: TypedParts,
  turn: Turn,
  parsed: Understood,
  line: string,
  turnLog: TurnLog,
): Promise<Reply> {
  const { command } = parsed;
  const catalog = parts.catalog();
  const target = namedReach(catalog, parsed.args);
  turnLog.said ||= line;
  turnLog.what = parts.recordedAs.get(command) ?? `chat.${command.name}`;
  turnLog.target = describeReach(target) || parsed.args['id']?.slice(0, 80) || '-';
  turnLog.changes = canChange(command.operation);
  turnLog.command = command.name;
  // If somebody has the right nowhere, the rest of their line isn't parsed. The command checks what it really touches.
  if (command.right !== undefined && !mayAnywhere(catalog, turn.person.id, command.right, target)) {
    throw await refuse(parts, turn.person, command, parsed.args);
  }
  if (turnLog.prepared && !onlyShows(command)) {
    turnLog.outcome = 'asked back';
    return preparedCard(catalog, turn, turnLog.prepared, line, parts.clock.now());
  }
  const mayNameSomebody = turn.mentions?.length || command.arguments?.some(({ kind }) => kind === 'person');
  const named = mayNameSomebody
    ? await resolvePeople({ catalog, turn, command, args: parsed.args }, parts.people)
    : { args: parsed.args, people: {} };
  if ('ask' in named || parsed.kind === 'missing') {
    command.refuses?.(turn, parsed.args);
    turnLog.outcome = 'asked back';
    const isBare = parsed.extra.length === 0 && Object.values(parsed.args).every((value) => value === undefined);
    const opened = isBare ? await command.opens?.(turn) : undefined;
    if (opened) return opened;
    return 'ask' in named
      ? named.ask
      : chooseCard({ catalog, turn, command, args: named.args }, missingIn(command.arguments ?? [], named.args));
  }
  refuseExtra(turn, command, parsed.extra);
  const understood = { args: named.args, line, reach: target };
  return runCommand(parts, { ...turn, people: named.people }, command, understood, turnLog);
}

async function runCommand(
  parts: TypedParts,
  turn: Turn,
  command: Command,
  { args, line, reach }: { readonly args: Arguments; readonly line: string; readonly reach: Reach },
  turnLog: TurnLog,
): Promise<Reply> {
  const masked = maskCommand(command, args, line);
  if (masked.kinds.length > 0) parts.warnAboutSecret?.(turn, masked.kinds);
  const asked = { action: command.name, line: masked.line, words: lineAsRead(turn, masked.line) };
  try {
    const about = command.shows && !turnLog.approved ? listTopic(masked.line, command.shows) : undefined;
    const asking = about === undefined ? turn : { ...turn, about };
    const reply = await passGate(
      parts,
      turnLog,
      { turn, door: command, input: masked.args, reach, asked },
      (approved) => command.run(asking, masked.args, approved),
    );
    return about !== undefined && 'card' in reply ? { about, ...reply } : reply;
  } catch (error) {
    const missing = turnLog.approved || isUnasked(turn) ? undefined : wordMissing(command, error);
    if (!missing) throw error;
    turnLog.outcome = 'asked back';
    return chooseCard({ catalog: parts.catalog(), turn, command, args: masked.args }, [missing]);
  }
}

/** The argument that the command found missing. */
function wordMissing({ arguments: specs = [] }: Command, error: unknown): ArgumentSpec | undefined {
  return error instanceof MissingWordError ? specs.find(({ name }) => name === error.argument) : undefined;
}

/** Masks the free text of a command before a handler, a gate, a record or the audit log sees it; names, ids and versions stay. */
export function maskCommand({ arguments: specs = [], refusesSecrets }: Command, args: Arguments, line: string) {
  const wordy = specs.filter((spec) => isWordy(spec) && lookUp(args, spec.name) !== undefined);
  const fields = wordy.map(({ name }) => name);
  if (refusesSecrets || fields.length === 0) return { args, line, kinds: [] };
  const { values, kinds } = maskFields(args, fields);
  // Spaces can differ between the line and its arguments, so the line is masked separately.
  return { args: values, line: kinds.length > 0 ? maskSecrets(line).text : line, kinds };
}

/** Whether it changes nothing yet: it only shows something, or opens a form. */
function onlyShows({ operation, asksFirst }: Command): boolean {
  return !canChange(operation) || asksFirst === true;
}

/** The same decision that `runParsed` makes. */
function mayRun({ catalog }: TypedParts, { person }: Turn, { command: { right }, args }: Suggestion): boolean {
  return right === undefined || mayAnywhere(catalog(), person.id, right, namedReach(catalog(), args));
}

function refuseExtra(turn: Turn, command: Command, extra: readonly string[]): void {
  if (extra.length === 0 || !command.arguments?.length) return;
  throw new UserError(
    `I didn’t understand “${plainText(withNames(turn, extra.join(' ')), 80)}” in that command. Nothing was done. For example, type \`${command.examples[0] ?? command.name}\`.`,
  );
}

/** The arguments, completed with what was chosen on a card. */
function withChosen({ arguments: specs = [] }: Command, args: Arguments, input: z.infer<typeof LineInput>): Arguments {
  const chosen = specs.flatMap(({ name, kind }) => {
    const value = lookUp(input, chosenName(name));
    return typeof value === 'string' && value.trim() !== '' ? [[name, valueOf(kind, value.slice(0, 1_000))]] : [];
  });
  return { ...args, ...Object.fromEntries(chosen) };
}

/** The line as somebody would type it, if it means exactly the same: it may run again after an approval. */
function faithfulLine(parts: TypedParts, command: Command, args: Arguments): string {
  const line = writeLine(command, args);
  const again = parse(parts, line);
  const isSame = again.kind === 'command' && again.command === command && again.extra.length === 0;
  return isSame && isDeepStrictEqual(definedOnly(again.args), definedOnly(args)) ? line : partialLine(command, args);
}

const definedOnly = (args: Arguments) =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));

/** The names that the router recognizes. */
export const knownNames = oncePerCatalog(({ services, environments, people }): KnownNames => ({
  services: new Set(Object.keys(services)),
  environments: new Set(Object.keys(environments)),
  people: new Set(Object.entries(people).flatMap(([key, { name }]) => [key, name.toLowerCase()])),
}));

/** Why the line isn't parsed further: its author doesn't have the command's right for anything it names. */
async function refuse(
  { catalog: catalogNow, language }: TypedParts,
  person: Person,
  command: Command,
  args: Arguments,
): Promise<RefusalError> {
  const catalog = catalogNow();
  const { right = 'view', operation } = command;
  const reach = namedReach(catalog, args);
  const { act, can } = describeDoing(command, reach, cleanText(args['id'] ?? '', 40));
  return lacksRight(catalog, {
    ...{ right, reach, act, can },
    ...(operation === 'look' && { nothing: '' }),
    ...(await command.refusalOf?.(person, args)),
    ...(!language.command('access') && { asks: undefined }),
  });
}

/** Completes “You can’t …”, with what it names, and “Can …”. */
function describeDoing({ right = 'view', operation, summary }: Command, reach: Reach, id: string) {
  const where = describeReach(reach);
  if (operation === 'look' && right === 'view') return { act: `view ${where || 'any service'}`, can: 'view it' };
  // A command that only shows something says in its summary what.
  const [shown = summary] = summary.split(/[,;:]/);
  if (operation === 'look' || operation === 'answer')
    return { act: shown.charAt(0).toLowerCase() + shown.slice(1), can: 'do it' };
  const isDeploy = operation === 'deploy' && reach.environment !== undefined;
  const can = describeOperation(operation);
  if (where === '') return { act: describeOperationOn(operation, id), can };
  const target = isDeploy ? [reach.service, `to ${reach.environment}`].filter(Boolean).join(' ') : where;
  return { act: describeOperation(operation, target), can };
}

/** All commands, or those this person can use: for help, completion and the manifest. */
export function commandList(features: readonly Feature[], catalog: Catalog, personId?: string): readonly Command[] {
  const all = features.flatMap((feature) => feature.commands ?? []);
  if (personId === undefined) return all;
  return all.filter(({ right }) => right === undefined || mayAnywhere(catalog, personId, right));
}

/** The line as people read it: without what only a client adds. */
function lineAsRead(turn: Pick<Turn, 'mentions'>, line: string): string {
  return withNames(turn, normalizeText(line));
}
