import type { Arguments, Command, Reply, Turn } from '../../chat/contract';
import { bandState, noState } from '../../core/card';
import { lacksRight, requireEnvironment, requireService } from '../../core/catalog/refusals';
import { describeReach, may, namedReach, shownInPart } from '../../core/catalog/rights';
import type { Reach } from '../../core/catalog/rights';
import { MissingWordError, UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { changedSinceAsked, describeActs } from '../../core/operations';
import type { Act } from '../../core/operations';
import { cleanText, enumerate, plainText, plural, withFullStop } from '../../core/text';
import { describeMoment, momentInZone } from '../../core/time/clock';
import { describeUnread, readTerm } from '../../core/time/typed/moment';
import type { Stored } from '../../store/contract';
import { drawList, timeZoneOf } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Freeze } from '.';
import { affectedBy, covers, describeExtent, describeFreeze, describeFreezeEnd, isOn, seenBy } from './store';
import type { FreezeStore } from './store';
import { freezeOf } from './workflow';
import type { DeclaredFreeze, FreezeNotice } from './workflow';

/** The commands about freezes, checked against the catalog and the current freezes. */

interface FreezeParts {
  readonly deps: FeatureDependencies;
  readonly freezes: FreezeStore;
}

const within = [
  { name: 'service', kind: 'service', summary: 'only this service' },
  { name: 'environment', kind: 'environment', summary: 'only this environment', keyword: 'in' },
] as const;

export function freezeCommands(parts: FreezeParts): Command[] {
  const where = [
    { name: 'environment', kind: 'environment', summary: 'the environment to freeze', required: true },
    { name: 'service', kind: 'service', summary: 'only this service; leave it out for all of them' },
  ] as const;
  const reason = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' } as const;
  return [
    {
      name: 'freeze',
      phrasings: ['stop|pause|block [all] deployments to|in {environment}'],
      isInFront: true,
      operation: 'freeze',
      summary: 'Stop deployments to an environment for a while',
      topic: 'Decide',
      arguments: [...where, { name: 'time', kind: 'moment', summary: 'until when', keyword: 'until' }, reason],
      examples: ['freeze production until Monday 8:00 because finance is closing the books'],
      right: 'operate',
      preview: (turn, args) => previewFreeze(parts, turn, args),
      run: (turn, args) => freeze(parts, turn, args),
    },
    {
      name: 'unfreeze',
      phrasings: ['lift|end the freeze of|in|on {environment}', 'allow deployments to {environment} again'],
      operation: 'unfreeze',
      synonyms: ['thaw'],
      summary: 'End a freeze early',
      topic: 'Decide',
      arguments: [...where, reason],
      examples: ['unfreeze production because the books are closed'],
      right: 'operate',
      acts: async (turn, args) => [await unfreezeAct(parts, turn, args)],
      preview: (turn, args) => previewUnfreeze(parts, turn, args),
      run: (turn, args, approved) => unfreeze(parts, turn, args, approved),
    },
    {
      name: 'policy freezes',
      phrasings: [
        'what is frozen',
        'is anything|something frozen',
        'list freezes',
        'which|what environments are frozen',
        'when does the freeze end',
        'when is the [next] freeze',
        'are there [any] freezes',
        'any freezes',
      ],
      synonyms: ['freezes'],
      operation: 'look',
      summary: 'List current and upcoming freezes',
      shows: ['freezes'],
      topic: 'Look',
      arguments: within,
      examples: ['policy freezes', 'policy freezes production'],
      right: 'view',
      run: (turn, args) => list(parts, turn, namedReach(parts.deps.catalog(), args)),
    },
  ];
}

async function freeze(parts: FreezeParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { record, end } = await readDeclaration(parts.deps, turn, args);
  const scope = describeExtent(freezeOf(record));
  const sooner = record.until === undefined ? '' : ` To end it early, write \`unfreeze ${record.environment}\`.`;
  const sentence = `❅ **${scope} is frozen** ${end}: ${withFullStop(plainText(record.reason, 200))}`;
  const notice = noticeOf(turn, `${sentence} Declared by ${plainText(turn.person.name, 60)}.`);
  // The same message delivered twice declares one freeze.
  await parts.freezes.apply(idFrom('freeze', turn.correlationId), { type: 'declare', freeze: record, notice });
  return {
    text: `${sentence} Nobody can deploy there until then.${sooner}`,
    audit: {
      target: scope,
      outcome: 'frozen',
      detail: { reason: record.reason, ...(record.until !== undefined && { until: record.until }) },
    },
  };
}

async function previewFreeze({ deps }: FreezeParts, turn: Turn, args: Arguments): Promise<string> {
  const { record, end } = await readDeclaration(deps, turn, args);
  return `Nobody can deploy ${enumerate(affectedBy(deps.catalog(), record))} to ${record.environment} ${end}, except people who can override it with a reason.`;
}

/** Ends the current freezes, but only those that were approved to end; without an approval, nothing is compared. */
async function unfreeze(parts: FreezeParts, turn: Turn, args: Arguments, [act]: readonly Act[] = []): Promise<Reply> {
  const { scope, meant, reason } = await readEnding(parts, turn, { ...args, ...act?.reach });
  if (act?.details !== undefined && act.details['freezes'] !== idsOf(meant))
    throw changedSinceAsked(plainText(describeActs([{ ...act, thing: undefined }]), 160));
  const by = { id: turn.person.id, name: turn.person.name };
  const sentence = `**${scope} is no longer frozen**: ${withFullStop(plainText(reason, 200))}`;
  const notice = noticeOf(turn, `${sentence} Ended by ${plainText(by.name, 60)}.`);
  for (const { id } of meant) await parts.freezes.apply(id, { type: 'end', by, reason, notice });
  return { text: sentence, audit: { target: scope, outcome: 'opened again', detail: { reason } } };
}

/** Ending exactly the current freezes: nobody has seen one that is declared later. */
async function unfreezeAct(parts: FreezeParts, turn: Turn, args: Arguments): Promise<Act> {
  const { reach, meant } = await readEnding(parts, turn, args);
  const thing = idsOf(meant);
  return { operation: 'unfreeze', reach, thing, details: { freezes: thing } };
}

const idsOf = (freezes: readonly { readonly id: string }[]): string =>
  freezes
    .map(({ id }) => id)
    .sort()
    .join(' ');

async function previewUnfreeze(parts: FreezeParts, turn: Turn, args: Arguments): Promise<string> {
  const { deps, freezes } = parts;
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const { meant } = await readEnding(parts, turn, args);
  const ends = meant.map(({ value }) => {
    const scope = describeExtent(freezeOf(value));
    return `Ends the freeze of ${scope} ${describeFreezeEnd(value.until, now, timeZone)}, by ${plainText(value.by.name, 60)}: ${withFullStop(plainText(value.reason, 200))}`;
  });
  const ended = new Set(meant.map(({ value }) => nameOf(freezeOf(value))));
  const target = { service: args['service'], environment: args['environment'] ?? '' };
  const there = affectedBy(deps.catalog(), target).map((service) => ({ ...target, service }));
  const stand = (await freezes.upcoming()).filter(
    (each) => isOn(each, now) && !ended.has(nameOf(each)) && there.some((place) => covers(each, place)),
  );
  if (stand.length === 0) return [...ends, 'Deployments can start there again at once.'].join(' ');
  const others = stand.map((each) => `${plainText(describeFreeze(each, now, timeZone), 200)}.`);
  return [...ends, 'It stays frozen because of another freeze:', ...others].join(' ');
}

const nameOf = ({ by, from, services }: Freeze): string => JSON.stringify([by, from, services]);

async function list({ deps, freezes }: FreezeParts, turn: Turn, within: Reach): Promise<Reply> {
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const now = deps.clock.now();
  const coming = (await freezes.upcoming()).filter((each) => concerns(each, within));
  const where = describeReach(within);
  const there = where === '' ? '' : within.service === undefined ? ` in ${where}` : ` for ${where}`;
  const all = coming.flatMap((each) => seenBy(catalog, turn.person.id, each) ?? []);
  const on = all.filter((each) => isOn(each, now));
  const sentence =
    on.length === 0
      ? `**Nothing ${all.length < coming.length ? 'that you can view ' : ''}is frozen now${there}.**${all.length === 0 ? ' No freeze is planned for this week either.' : ''}`
      : `**${plural(on.length, 'active freeze')}.** Nobody can deploy there without an override.`;
  return drawList(deps, turn, {
    kind: 'Freezes',
    state: on.length === 0 ? noState : bandState('frozen'),
    title: on.length === 0 ? `Nothing is frozen${there}` : on.map(describeExtent).join(', ').slice(0, 80),
    summary: `Freezes: ${on.length === 0 ? `nothing is frozen now${there}` : plural(on.length, 'active freeze')}`,
    sentence,
    rows: all.slice(0, 15).map((each) => rowOf(each, now, timeZone)),
    more: [
      ...(all.length > 15 ? [`And ${all.length - 15} more.`] : []),
      ...(all.length < coming.length ? [shownInPart] : []),
    ].join(' '),
  });
}

/** Whether it stops something there. */
function concerns({ environments, services }: Freeze, { service, environment }: Reach): boolean {
  return (
    (environment === undefined || environments.includes(environment)) &&
    (service === undefined || services === undefined || services.includes(service))
  );
}

function rowOf(freeze: Freeze, now: number, timeZone: string) {
  const on = isOn(freeze, now);
  return {
    glyph: on ? '❅' : '•',
    color: on ? 'Warning' : 'Default',
    name: cleanText(describeExtent(freeze), 80),
    words: cleanText(`${freeze.by ?? freeze.name}: ${freeze.reason}`, 240),
    when: on ? describeFreezeEnd(freeze.until, now, timeZone) : `from ${describeMoment(freeze.from, now, timeZone)}`,
  };
}

function noticeOf(turn: Turn, text: string): FreezeNotice {
  return { text, saidIn: turn.place.id, turn: turn.correlationId };
}

/** The typed freeze, with its reason and, for the answer, its end in the author's time zone. */
async function readDeclaration(
  deps: FeatureDependencies,
  turn: Turn,
  args: Arguments,
): Promise<{ readonly record: DeclaredFreeze; readonly end: string }> {
  const { environment = '', service } = targetOf(deps, turn, args, 'freeze');
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const term = readTerm(args, { now, timeZone });
  const examples = '`until Monday 8:00`, `until 2026-12-24` or `2h`';
  if (term.unread) throw new UserError(describeUnread(term.unread, 'nothing was frozen', examples));
  if (term.reason === '')
    throw new MissingWordError(
      'reason',
      `A freeze needs a reason. Nothing was frozen. Write \`freeze ${environment} until Monday 8:00 because …\`.`,
    );
  const record: DeclaredFreeze = {
    environment,
    service,
    from: now,
    until: term.until,
    reason: cleanText(term.reason, 200),
    by: { id: turn.person.id, name: turn.person.name },
    placeId: turn.place.id,
  };
  return { record, end: describeFreezeEnd(term.until, now, timeZone, momentInZone) };
}

/** What to open again. */
interface Ending {
  readonly reach: Arguments;
  readonly scope: string;
  readonly meant: readonly Stored<DeclaredFreeze>[];
  readonly reason: string;
}

async function readEnding(parts: FreezeParts, turn: Turn, args: Arguments): Promise<Ending> {
  const { deps, freezes } = parts;
  const reach = targetOf(deps, turn, args, 'unfreeze');
  const { environment = '', service } = reach;
  const now = deps.clock.now();
  const reason = cleanText(args['reason'] ?? '', 200);
  const meant = (await freezes.declared()).filter(
    ({ value }) =>
      value.environment === environment && (service === undefined || value.service === service) && isOn(value, now),
  );
  const scope = service === undefined ? environment : `${service} in ${environment}`;
  if (meant.length === 0) throw new UserError(await nothingToEnd(parts, environment, scope));
  if (reason === '')
    throw new MissingWordError(
      'reason',
      `Ending a freeze needs a reason. Nothing was changed. Write \`unfreeze ${environment} because …\`.`,
    );
  return { reach, scope, meant, reason };
}

async function nothingToEnd({ deps, freezes }: FreezeParts, environment: string, scope: string): Promise<string> {
  const now = deps.clock.now();
  const fixed = (await freezes.upcoming()).find(
    (each) => each.by === undefined && each.environments.includes(environment) && isOn(each, now),
  );
  if (!fixed) return `${scope} isn’t frozen. Nothing was changed.`;
  return `The freeze “${plainText(fixed.name, 60)}” is set in the catalog and ends ${describeFreezeEnd(fixed.until, now, deps.catalog().timeZone).replace('until ', 'at ')}. Nothing was changed. People who can override it can deploy with a reason.`;
}

/** The environment and service, if they exist and this person can freeze them. */
function targetOf(deps: FeatureDependencies, turn: Turn, args: Arguments, verb: 'freeze' | 'unfreeze'): Arguments {
  const { environment = '', service } = args;
  const catalog = deps.catalog();
  requireEnvironment(catalog, environment, 'nothing was changed');
  if (service !== undefined) requireService(catalog, service, 'nothing was changed');
  const target = { environment, ...(service !== undefined && { service }) };
  const services = service === undefined ? Object.keys(catalog.services) : [service];
  const missing = services.find((each) => !may(catalog, turn.person.id, 'operate', { service: each, environment }));
  if (missing)
    throw lacksRight(catalog, {
      ...{ right: 'operate', reach: { service: missing, environment }, act: `${verb} ${missing} in ${environment}` },
      ...(service === undefined && { why: `You need the operate permission for every service in ${environment}.` }),
    });
  return target;
}
