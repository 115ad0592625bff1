import { listTopic } from '../../chat/contract';
import type { Arguments, Command, Reply, Turn } from '../../chat/contract';
import { namedReach } from '../../core/catalog/rights';
import { MissingWordError, UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { cleanText, enumerate, plainText, quote } from '../../core/text';
import { momentInZone } from '../../core/time/clock';
import { describeUnread, readTerm } from '../../core/time/typed/moment';
import { timeZoneOf } from '../contract';
import type { FeatureDependencies } from '../contract';
import { listFreezes } from './cards';
import { noticeOf, previewUnfreeze, requireFreezable, unfreeze, unfreezeAct } from './actions';
import type { FreezeParts } from './actions';
import { affectedBy, describeExtent, describeFreezeEnd } from './store';
import { freezeOf } from './workflow';
import type { DeclaredFreeze } from './workflow';

/** The commands about freezes, checked against the catalog and the current freezes. */

const within = [
  { name: 'service', kind: 'service', summary: 'only this service' },
  { name: 'environment', kind: 'environment', summary: 'only this environment', keyword: 'in' },
] as const;

export function freezeCommands(parts: FreezeParts): Command[] {
  const where = [
    { name: 'environment', kind: 'environment', summary: 'the environment to freeze', required: true },
    { name: 'service', kind: 'service', summary: 'only this service; leave it out for all of them' },
  ] as const;
  const reason = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because', isNeeded: true } as const;
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
      run: (turn, args) => listFreezes(parts, turn, namedReach(parts.deps.catalog(), args)),
    },
  ];
}

async function freeze(parts: FreezeParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { record, end } = await readDeclaration(parts.deps, turn, args);
  const scope = describeExtent(freezeOf(record));
  const sentence = `❅ **${scope} is frozen** ${end}: ${quote(record.reason)}.`;
  const notice = noticeOf(turn, `${sentence} Declared by ${plainText(turn.person.name, 60)}.`);
  // The same message delivered twice declares one freeze.
  await parts.freezes.apply(idFrom('freeze', turn.correlationId), { type: 'declare', freeze: record, notice });
  const { environment, service } = record;
  const where = { environment, ...(service !== undefined && { service }) };
  const line = `policy freezes ${service === undefined ? environment : `${service} in ${environment}`}`;
  return {
    about: listTopic(line, ['freezes']),
    ...(await listFreezes(parts, turn, where)),
    audit: {
      target: scope,
      outcome: 'frozen',
      detail: { reason: record.reason, ...(record.until !== undefined && { until: record.until }) },
    },
  };
}

async function previewFreeze({ deps }: FreezeParts, turn: Turn, args: Arguments): Promise<string> {
  const { record, end } = await readDeclaration(deps, turn, args);
  return `Nobody can deploy ${enumerate(affectedBy(deps.catalog(), record))} to ${record.environment} ${end}, except people who can override the freeze with a reason.`;
}

/** The typed freeze, with its reason and, for the answer, its end in the author's time zone. */
async function readDeclaration(
  deps: FeatureDependencies,
  turn: Turn,
  args: Arguments,
): Promise<{ readonly record: DeclaredFreeze; readonly end: string }> {
  const { environment = '', service } = requireFreezable(deps, turn, args, 'freeze');
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const term = readTerm(args, { now, timeZone });
  const examples = '`until Monday 8:00`, `until 2026-12-24`, or `2h`';
  if (term.unread) throw new UserError(describeUnread(term.unread, 'nothing was frozen', examples));
  if (term.reason === '')
    throw new MissingWordError(
      'reason',
      `A freeze needs a reason. Nothing was frozen. Type \`freeze ${service === undefined ? environment : `${service} in ${environment}`} until Monday 8:00 because …\`.`,
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
