import type { Arguments, Command, Reply, Turn } from '../../chat/contract';
import type { Act } from '../../core/operations';
import { idFrom } from '../../core/ids';
import { shownInPart } from '../../core/catalog/rights';
import { bandState } from '../../core/card/status';
import { cleanText, plainText, plural, withFullStop } from '../../core/text';
import { footerTime, describeMoment } from '../../core/time/words';
import type { Freeze } from './contract';
import { freezeEffect, refuseOtherFreezes, unfreezeAct, unfreezeEffect } from './effects';
import { freezeOf } from './record';
import type { DeclaredFreeze } from './record';
import { seenBy } from './seen';
import { affectedBy, declaredBy, endedBy } from './typed';
import type { FreezeTalk } from './typed';
import { isOn } from './windows';
import { scopeWords, untilWords } from './words';

/** What one may type about freezes. */
export function freezeCommands(talk: FreezeTalk): Command[] {
  const where = [
    { name: 'environment', kind: 'environment', summary: 'what to freeze', required: true },
    { name: 'service', kind: 'service', summary: 'only this service' },
  ] as const;
  const reason = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' } as const;
  return [
    {
      name: 'freeze',
      operation: 'freeze',
      summary: 'Stops deployments for a while, with the reason',
      topic: 'Decide',
      arguments: [...where, { name: 'time', kind: 'moment', summary: 'until when', keyword: 'until' }, reason],
      examples: ['freeze production until Monday 8:00 because the year is closed'],
      right: 'operate',
      inManifest: false,
      preview: (turn, args) => freezeEffect(talk, turn, args),
      run: (turn, args) => freeze(talk, turn, args),
    },
    {
      name: 'unfreeze',
      operation: 'unfreeze',
      synonyms: ['thaw'],
      summary: 'Ends a freeze before its time',
      topic: 'Decide',
      arguments: [...where, reason],
      examples: ['unfreeze production because the year is closed'],
      right: 'operate',
      inManifest: false,
      acts: async (turn, args) => [await unfreezeAct(talk, turn, args)],
      preview: (turn, args) => unfreezeEffect(talk, turn, args),
      run: (turn, args, approved) => unfreeze(talk, turn, args, approved),
    },
    {
      name: 'freezes',
      operation: 'look',
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
  const { record, end } = await declaredBy(deps, turn, args);
  // The same message delivered twice declares one freeze.
  await declared.upsert(idFrom('freeze', turn.correlationId), (known) => known ?? record);
  const scope = scopeWords(freezeOf(record));
  const sooner =
    record.until === undefined ? '' : ` It ends on its own; end it sooner with \`unfreeze ${record.environment}\`.`;
  const sentence = `❅ **${scope} is frozen** ${end}: ${withFullStop(plainText(record.reason, 200))}`;
  await tell(talk, turn, record, `${sentence} Declared by ${plainText(turn.person.name, 60)}.`);
  return {
    text: `${sentence} Nobody deploys there meanwhile.${sooner}`,
    audit: {
      target: scope,
      outcome: 'frozen',
      detail: { reason: record.reason, ...(record.until !== undefined && { until: record.until }) },
    },
  };
}

async function unfreeze(
  talk: FreezeTalk,
  turn: Turn,
  args: Arguments,
  approved: readonly Act[] | undefined,
): Promise<Reply> {
  const { deps, declared } = talk;
  const { scope, meant, reason } = await endedBy(talk, turn, { ...args, ...approved?.[0]?.reach });
  refuseOtherFreezes(approved, meant);
  const now = deps.clock.now();
  const ended = { by: { id: turn.person.id, name: turn.person.name }, at: now, reason };
  for (const { id } of meant) {
    const after = await declared.update(id, (value) => (value.ended ? undefined : { ...value, ended }));
    if (after?.changed)
      await tell(
        talk,
        turn,
        after.value,
        `**${scope} is open again**: ${withFullStop(plainText(reason, 200))} Ended by ${plainText(turn.person.name, 60)}.`,
      );
  }
  return {
    text: `**${scope} is open again**: ${withFullStop(plainText(reason, 200))}`,
    audit: { target: scope, outcome: 'opened again', detail: { reason } },
  };
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
    when: on ? untilWords(freeze.until, now, timeZone) : `from ${describeMoment(freeze.from, now, timeZone)}`,
  };
}

/** The channels of what is affected hear of it, but not the place where it was just said. */
async function tell(
  { deps, announcements }: FreezeTalk,
  turn: Turn,
  record: DeclaredFreeze,
  text: string,
): Promise<void> {
  const services = affectedBy(deps, record);
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
