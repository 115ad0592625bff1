import type { Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { readTerm } from '../../core/moments';
import { may, shownInPart } from '../../core/rights';
import { bandState } from '../../core/status';
import { cleanText, plainText, plural } from '../../core/text';
import { footerTime, momentWords } from '../../core/time-words';
import type { Collection } from '../../store/contract';
import type { Announcements } from '../announcements';
import type { Arguments, Command, FeatureDependencies } from '../contract';
import type { Freeze, Freezes } from './contract';
import { seenBy } from './seen';
import { freezeOf } from './record';
import type { DeclaredFreeze } from './record';
import { isOn } from './windows';
import { scopeWords, untilWords } from './words';

export interface FreezeTalk {
  readonly deps: FeatureDependencies;
  readonly declared: Collection<DeclaredFreeze>;
  readonly freezes: Freezes;
  readonly announcements: Announcements;
}

/** What one may type about freezes. */
export function freezeCommands(talk: FreezeTalk): Command[] {
  const where = [
    { name: 'environment', kind: 'environment', summary: 'what to freeze', required: true },
    { name: 'service', kind: 'service', summary: 'only this service' },
  ] as const;
  return [
    {
      name: 'freeze',
      summary: 'Stops deployments for a while, with the reason',
      topic: 'Decide',
      arguments: [...where, { name: 'when', kind: 'text', summary: 'until when, and why', keyword: 'until' }],
      examples: ['freeze production until Monday 8:00 because the year is closed'],
      right: 'operate',
      inManifest: false,
      run: (turn, args) => freeze(talk, turn, args),
    },
    {
      name: 'unfreeze',
      synonyms: ['thaw'],
      summary: 'Ends a freeze before its time',
      topic: 'Decide',
      arguments: [...where, { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' }],
      examples: ['unfreeze production because the year is closed'],
      right: 'operate',
      inManifest: false,
      run: (turn, args) => unfreeze(talk, turn, args),
    },
    {
      name: 'freezes',
      summary: 'What is frozen now and this week',
      topic: 'Look',
      arguments: [],
      examples: ['freezes'],
      right: 'view',
      inManifest: false,
      run: (turn) => list(talk, turn),
    },
  ];
}

async function freeze(talk: FreezeTalk, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps, declared } = talk;
  const { environment = '', service } = targetOf(deps, turn, args);
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const term = readTerm(args['when'] ?? '', now, timeZone);
  if (term.unread !== '')
    throw new UserError(
      `I can not read “${plainText(term.unread, 60)}” as a time to come, so nothing was frozen. Write for example \`until Monday 8:00\`, \`until 2026-12-24\` or \`2h\`.`,
    );
  if (term.reason === '')
    throw new UserError(
      `A freeze needs its reason, so nothing was frozen. Write \`freeze ${environment} until Monday 8:00 because …\`.`,
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
  // The same message delivered twice declares one freeze.
  await declared.upsert(idFrom('freeze', turn.correlationId), (known) => known ?? record);
  const scope = scopeWords(freezeOf(record));
  const end = term.until === undefined ? '' : ` It ends by itself; end it sooner with \`unfreeze ${environment}\`.`;
  const sentence = `❅ **${scope} is frozen** ${untilWords(term.until, now, timeZone)}: ${plainText(record.reason, 200)}.`;
  await tell(talk, turn, record, `${sentence} Declared by ${plainText(turn.person.name, 60)}.`);
  return {
    text: `${sentence} Nobody deploys there meanwhile.${end}`,
    audit: {
      target: scope,
      outcome: 'frozen',
      detail: { reason: record.reason, ...(term.until !== undefined && { until: term.until }) },
    },
  };
}

async function unfreeze(talk: FreezeTalk, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps, declared } = talk;
  const { environment = '', service } = targetOf(deps, turn, args);
  const now = deps.clock.now();
  const reason = cleanText((args['reason'] ?? '').replace(/^because\s+/i, ''), 200);
  const { items } = await declared.find({ where: { state: 'declared' }, limit: 1000 });
  const meant = items.filter(
    ({ value }) =>
      value.environment === environment && (service === undefined || value.service === service) && isOn(value, now),
  );
  const scope = service === undefined ? environment : `${service} in ${environment}`;
  if (meant.length === 0) throw new UserError(await nothingToEnd(talk, environment, scope));
  if (reason === '')
    throw new UserError(`Ending a freeze needs a reason, so it stands. Write \`unfreeze ${environment} because …\`.`);
  const ended = { by: { id: turn.person.id, name: turn.person.name }, at: now, reason };
  for (const { id } of meant) {
    const after = await declared.update(id, (value) => (value.ended ? undefined : { ...value, ended }));
    if (after?.changed)
      await tell(
        talk,
        turn,
        after.value,
        `**${scope} is open again**: ${plainText(reason, 200)}. Ended by ${plainText(turn.person.name, 60)}.`,
      );
  }
  return {
    text: `**${scope} is open again**: ${plainText(reason, 200)}.`,
    audit: { target: scope, outcome: 'opened again', detail: { reason } },
  };
}

async function nothingToEnd({ deps, freezes }: FreezeTalk, environment: string, scope: string): Promise<string> {
  const now = deps.clock.now();
  const fixed = (await freezes.upcoming()).find(
    (each) => each.by === undefined && each.environments.includes(environment) && isOn(each, now),
  );
  if (!fixed) return `${scope} is not frozen, so nothing was changed.`;
  return `“${plainText(fixed.name, 60)}” stands in the catalog and ends ${untilWords(fixed.until, now, deps.catalog().timeZone).replace('until ', 'at ')}. Nothing was changed; whoever may override it deploys with a reason.`;
}

async function list({ deps, freezes }: FreezeTalk, turn: Turn): Promise<Reply> {
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const now = deps.clock.now();
  const coming = await freezes.upcoming();
  const all = coming.flatMap((each) => seenBy(catalog, turn.person.id, each) ?? []);
  const on = all.filter((each) => isOn(each, now));
  const sentence =
    on.length === 0
      ? `**Nothing ${all.length < coming.length ? 'of yours ' : ''}is frozen now.**${all.length === 0 ? ' Nothing is planned for this week either.' : ''}`
      : `**${plural(on.length, 'freeze')} on now.** Nobody deploys there without an override.`;
  return {
    card: 'policy/list',
    data: {
      kind: 'Freezes',
      state: bandState(on.length === 0 ? 'done' : 'frozen'),
      title: on.length === 0 ? 'Open' : on.map(scopeWords).join(', ').slice(0, 80),
      summary: `Freezes: ${on.length === 0 ? 'nothing is frozen now' : `${on.length} on now`}`,
      sentence,
      rows: all.slice(0, 15).map((each) => rowOf(each, now, timeZone)),
      more: [
        ...(all.length > 15 ? [`And ${all.length - 15} more.`] : []),
        ...(all.length < coming.length ? [shownInPart] : []),
      ].join(' '),
      actions: [],
      footer: `${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
}

function rowOf(freeze: Freeze, now: number, timeZone: string) {
  const on = isOn(freeze, now);
  return {
    glyph: on ? '❅' : '○',
    color: on ? 'Warning' : 'Default',
    name: cleanText(scopeWords(freeze), 80),
    words: cleanText(`${freeze.by ?? freeze.name}: ${freeze.reason}`, 240),
    when: on ? untilWords(freeze.until, now, timeZone) : `from ${momentWords(freeze.from, now, timeZone)}`,
  };
}

/** The environment and service, known and this person's to freeze. */
function targetOf(deps: FeatureDependencies, turn: Turn, args: Arguments): Arguments {
  const { environment = '', service } = args;
  const catalog = deps.catalog();
  if (!Object.hasOwn(catalog.environments, environment))
    throw new UserError(
      `There is no environment ${plainText(environment, 40)}. There are ${Object.keys(catalog.environments).join(', ')}.`,
    );
  if (service !== undefined && !Object.hasOwn(catalog.services, service))
    throw new UserError(`There is no service ${plainText(service, 40)}, so nothing was changed.`);
  const target = { environment, ...(service !== undefined && { service }) };
  const services = service === undefined ? Object.keys(catalog.services) : [service];
  const missing = services.find((each) => !may(catalog, turn.person.id, 'operate', { service: each, environment }));
  if (missing)
    throw new UserError(
      `You may not freeze ${missing} in ${environment}, so nothing was changed. Name a service that is yours.`,
    );
  return target;
}

/** The channels of what is affected hear of it, but not the place where it was just said. */
async function tell(
  { deps, announcements }: FreezeTalk,
  turn: Turn,
  record: DeclaredFreeze,
  text: string,
): Promise<void> {
  const services =
    record.service === undefined
      ? Object.entries(deps.catalog().services).flatMap(([service, { environments }]) =>
          environments.includes(record.environment) ? [service] : [],
        )
      : [record.service];
  const places = new Set(await Promise.all(services.map((service) => announcements.placeOf(service))));
  for (const placeId of places) {
    if (placeId === undefined || placeId === turn.place.id) continue;
    await deps.outbox.put({
      key: `freeze:${turn.correlationId}:${idFrom('place', placeId).slice(0, 12)}`,
      destination: { to: 'place', placeId },
      content: { text },
      revision: 1,
      final: true,
    });
  }
}
