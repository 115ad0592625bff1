import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { withCorrelation } from '../../core/telemetry/correlation';
import { UserError } from '../../core/errors';
import { canChange } from '../../core/operations';
import { lookUp } from '../../core/look-up';
import { mayAnywhere } from '../../core/catalog/rights';
import { silentTelemetry } from '../../core/telemetry';
import { plainText } from '../../core/text';
import type { Arguments, Command, Ended, Outcome, Reply, Turn } from '../contract';
import { failureWords } from './failure-words';
import { createLanguage } from '../language';
import type { Parsed, Suggestion } from '../language';
import { lineAsRead, withNames } from '../mentions';
import type { Router, RouterOptions } from './contract';
import { pass } from './gate';
import { ChooseInput, idOf, lineOf, read, RunInput, withChosen } from './input';
import type { Deed } from './input';
import { namedPeople } from './people';
import { maskCommand, maskInput } from './secrets';
import { collectActions, lineThatAsks, namesOf, targetOf } from './tables';
import { smallTalk } from '../language/small-talk';
import { normaliseText } from '../language/tokens';
import { chooseCard, nearestCard, partialLine, refusalCard, targetWords } from './cards';
import { onlyShows, preparedBy, preparedCard } from './prepared';

/** Typed commands and clicked verbs to their handlers: parse, check the right, run. Holds the only catch of a turn. */

export type { Router, RouterOptions } from './contract';

const given = (args: Arguments) => Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));

/** Throws when two features claim one word or verb, or a verb does not begin with the name of its feature. */
export function createRouter({
  features,
  catalog,
  guard,
  expand,
  note,
  lost,
  people: finder,
  warnAboutSecret,
  refresh,
  audit,
  clock,
  logger,
  telemetry = silentTelemetry,
}: RouterOptions): Router {
  const language = createLanguage(features.flatMap((feature) => feature.commands ?? []));
  const featureOf = new Map(features.flatMap(({ name, commands }) => (commands ?? []).map((each) => [each, name])));
  const actions = collectActions(features);

  const at = (deed: Deed) => ({ catalog: catalog(), guard, deed });
  const parse = (text: string): Parsed => language.parse(text, namesOf(catalog()));

  async function runText(turn: Turn, text: string, deed: Deed): Promise<Reply> {
    deed.said = lineAsRead(turn, text);
    const parsed = parse(normaliseText(text) === '' ? 'help' : text);
    if (parsed.kind !== 'unknown') return runParsed(turn, parsed, text, deed);
    const found = await expand?.(turn, parsed.words);
    if (typeof found === 'object') deed.prepared = found;
    const line = typeof found === 'object' ? found.line : found;
    // What was meant goes the way of every typed line, and is not looked up again: it can not stand for itself.
    const meant = line === undefined ? parsed : parse(line);
    if (line !== undefined && meant.kind !== 'unknown') {
      deed.meant = lineAsRead(turn, line);
      return runParsed(turn, meant, line, deed);
    }
    deed.outcome = 'not understood';
    const answer = smallTalk(parsed.text);
    if (answer !== undefined) return { notice: answer };
    const helper = await lost?.(turn);
    return nearestCard(
      turn,
      parsed.text,
      parsed.nearest.filter((each) => mayRun(turn, each)),
      helper,
    );
  }

  /** As `runParsed` will decide it. */
  function mayRun({ person }: Turn, { command: { right }, args }: Suggestion): boolean {
    return right === undefined || mayAnywhere(catalog(), person.id, right, targetOf(catalog(), args));
  }

  async function runParsed(
    turn: Turn,
    parsed: Exclude<Parsed, { kind: 'unknown' }>,
    line: string,
    deed: Deed,
  ): Promise<Reply> {
    deed.said ||= line;
    const { command } = parsed;
    const target = targetOf(catalog(), parsed.args);
    deed.what = `${featureOf.get(command) ?? 'chat'}.${command.name}`;
    deed.target = targetWords(target) || parsed.args['id']?.slice(0, 80) || '-';
    deed.changes = canChange(command.operation);
    // A menu check: whoever may do this nowhere has no line of theirs read further. The command checks what it really touches.
    if (command.right !== undefined && !mayAnywhere(catalog(), turn.person.id, command.right, target)) {
      deed.outcome = 'refused';
      return refusalCard(catalog(), turn, command, target, clock.now(), lineThatAsks(language, command, target));
    }
    if (deed.prepared && !onlyShows(command)) {
      deed.outcome = 'asked back';
      return preparedCard(catalog(), turn, deed.prepared, line, clock.now());
    }
    const named = await namedPeople(catalog(), finder, turn, command, parsed.args);
    if ('ask' in named) {
      deed.outcome = 'asked back';
      return named.ask;
    }
    const { args, people } = named;
    if (parsed.kind === 'missing') {
      deed.outcome = 'asked back';
      return chooseCard(catalog(), turn, command, args);
    }
    if (parsed.extra.length > 0 && command.arguments.length > 0)
      throw new UserError(
        `I did not understand “${plainText(withNames(turn, parsed.extra.join(' ')), 80)}” there, so nothing was done. Write it like \`${command.examples[0] ?? command.name}\`.`,
      );
    const full = { ...turn, people };
    const masked = maskCommand(command, args, line);
    warnAboutSecret?.(turn, masked.kinds);
    const asked = { action: command.name, line: masked.line, words: lineAsRead(turn, masked.line) };
    return pass(at(deed), { turn: full, door: command, input: masked.args, reach: target, asked }, () =>
      command.run(full, masked.args),
    );
  }

  /** The line of the card, completed by what was chosen, as if it had been typed. */
  async function runChosen(turn: Turn, input: z.infer<typeof ChooseInput>, deed: Deed): Promise<Reply> {
    const parsed = parse(input.id);
    if (parsed.kind === 'unknown') return runText(turn, input.id, deed);
    const { command } = parsed;
    const args = withChosen(command, parsed.args, input);
    const argument = command.arguments.find((spec) => spec.required === true && lookUp(args, spec.name) === undefined);
    if (argument) return runParsed(turn, { kind: 'missing', command, args, argument }, input.id, deed);
    return runParsed(turn, { kind: 'command', command, args, extra: [] }, faithfulLine(command, args), deed);
  }

  /** As somebody would type it, if that means the very same: it may be run again after an approval. */
  function faithfulLine(command: Command, args: Arguments): string {
    const line = lineOf(command, args);
    const again = parse(line);
    const isSame = again.kind === 'command' && again.command === command && again.extra.length === 0;
    return isSame && isDeepStrictEqual(given(again.args), given(args)) ? line : partialLine(command, args);
  }

  async function runAction(turn: Turn, verb: string, input: unknown, deed: Deed): Promise<Reply> {
    const own = verb === 'chat.run' || verb === 'chat.choose';
    const action = actions.get(verb);
    if (!own && !action) throw new UserError('This button no longer works. Write help to see what I can do.');
    if (turn.trigger === 'automatic' && (!action || canChange(action.operation)))
      throw new UserError('Nothing was done: a card that refreshes by itself changes nothing.');
    if (own) {
      const line = verb === 'chat.run' ? read(RunInput, input) : read(ChooseInput, input);
      deed.prepared = preparedBy(catalog(), turn, line.by);
      return verb === 'chat.run' ? runText(turn, line.id, deed) : runChosen(turn, line, deed);
    }
    if (!action) return { nothing: true };
    Object.assign(deed, { what: verb, target: idOf(input), changes: canChange(action.operation) });
    const masked = maskInput(action, input);
    const parsed = read(action.input, masked.input);
    warnAboutSecret?.(turn, masked.kinds);
    const asked = { action: verb, input: masked.input };
    return pass(at(deed), { turn, door: action, input: parsed, reach: {}, asked }, () => action.run(turn, parsed));
  }

  /** The one catch, and the one audit entry of the edge. */
  async function guarded(turn: Turn, run: (deed: Deed) => Promise<Reply>): Promise<Reply> {
    return withCorrelation(turn.correlationId, () => watched(turn, run));
  }

  async function watched(turn: Turn, run: (deed: Deed) => Promise<Reply>): Promise<Reply> {
    const begun = performance.now();
    const startedAt = clock.now();
    let succeeded = true;
    const deed: Deed = { what: 'chat.turn', target: '-', changes: false, said: '' };
    try {
      await refresh?.();
      const { audit: outcome, ...reply } = await run(deed);
      if (outcome) await record(turn, deed, outcome);
      else if (deed.outcome === 'refused' && deed.changes)
        await record(turn, deed, { target: deed.target, outcome: 'refused' });
      tell(turn, deed, outcome?.outcome ?? 'done', reply as Reply);
      return reply as Reply;
    } catch (error) {
      const words = failureWords(error, turn.reference);
      const fields = { what: deed.what, reference: turn.reference, correlationId: turn.correlationId };
      succeeded = !words.unexpected;
      if (words.unexpected) logger.error({ ...fields, error }, 'A command or click failed');
      else logger.info(fields, 'A command or click was refused');
      if (deed.changes && turn.trigger !== 'automatic')
        await record(turn, deed, { target: deed.target, outcome: words.outcome });
      tell(turn, deed, words.outcome, { notice: words.sentence });
      return { notice: words.sentence };
    } finally {
      const durationMs = performance.now() - begun;
      telemetry.request({ name: deed.what, correlationId: turn.correlationId, startedAt, durationMs, succeeded });
    }
  }

  function tell(turn: Turn, { what, said, meant, ...deed }: Deed, outcome: Ended['outcome'], reply: Reply): void {
    deed.ended?.(deed.outcome ?? outcome);
    if (turn.trigger === 'automatic') return;
    const ended = { what, said: said || what, ...(meant !== undefined && { meant }), reply };
    note?.(turn, { ...ended, outcome: deed.outcome ?? outcome });
  }

  /** What happened has happened: an entry that cannot be written is reported, not turned into a failure of the deed. */
  async function record(turn: Turn, { what }: Deed, outcome: Outcome): Promise<void> {
    const { correlationId } = turn;
    const entry = { at: clock.now(), who: turn.person.id, what, ...outcome, from: turn.place.id, correlationId };
    try {
      await audit.append({ ...entry, key: `turn:${correlationId}:${what}:${outcome.outcome}` });
    } catch (error) {
      logger.error({ error, entry }, 'An audit entry could not be written');
    }
  }

  return {
    handleText: (turn, text, ended) => guarded(turn, (deed) => runText(turn, text, Object.assign(deed, { ended }))),
    handleAction: (turn, verb, input) => guarded(turn, (deed) => runAction(turn, verb, input, deed)),
    handleApproved: (turn, asked) =>
      guarded(turn, (deed) => {
        deed.approved = asked;
        const { action, line, input } = asked;
        return line === undefined ? runAction(turn, action, input, deed) : runText(turn, line, deed);
      }),
    understands: (text) => parse(text).kind !== 'unknown',
  };
}
