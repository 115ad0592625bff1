import type { ArgumentSpec, Command, Reply, Turn } from '../../../chat/contract';
import { describeNeededApprovals, neededApprovals } from '../../../core/catalog/needed-approvals';
import { lookUp } from '../../../core/keys';
import { plainText } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import { checkedTarget } from '../../health';
import type { ServiceTarget } from '../../health';
import { actOf, planChange, readCount, readRevision } from './facts';
import type { Wanted } from './facts';
import { ruleKindOf } from './store';
import type { Changes } from './store';
import { describeRequestedChange, describeAct } from './text';

/** `scale`, `rollout undo`, and `evict`: what people change about a workload. */

export interface ChangeParts {
  readonly deps: FeatureDependencies;
  readonly changes: Changes;
  /** The channel that is notified about a service; undefined: where it was requested. */
  readonly placeOf: (service: string) => Promise<string | undefined>;
}

const service: ArgumentSpec = { name: 'service', kind: 'service', summary: 'the service', required: true };
const environment: ArgumentSpec = {
  ...{ name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in', required: true },
};
const count: ArgumentSpec = {
  ...{ name: 'count', kind: 'word', summary: 'how many pods', keyword: 'to', required: true },
};
const revision: ArgumentSpec = {
  ...{ name: 'revision', kind: 'word', summary: 'its number; leave it out for the one before', keyword: 'to' },
};
const pod: ArgumentSpec = { name: 'pod', kind: 'word', summary: 'the name of the pod', required: true };
const reason: ArgumentSpec = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' };

type Given = Parameters<Command['run']>[1];

export function changeCommands(parts: ChangeParts): Command[] {
  return [
    changing(parts, (args) => ({ kind: 'scale', to: readCount(args['count'] ?? '') }), {
      ...{ name: 'rollout scale', synonyms: ['scale'], operation: 'scale', right: 'operate' },
      summary: 'Change how many pods a service has',
      arguments: [service, environment, count, reason],
      examples: ['scale shop in production to 4', 'scale shop in staging to 0 because nobody tests today'],
    }),
    changing(
      parts,
      ({ revision }) => ({ kind: 'undo', revision: revision === undefined ? revision : readRevision(revision) }),
      {
        ...{
          name: 'rollout undo',
          synonyms: ['undo rollout'],
          operation: 'undo-rollout',
          right: 'deploy',
        },
        summary: 'Restore an earlier revision of a workload',
        arguments: [service, environment, revision, reason],
        examples: ['rollout undo shop in production', 'rollout undo shop in production to 3 because 4 crashes'],
      },
    ),
    changing(parts, ({ pod = '' }) => ({ kind: 'evict', pod }), {
      ...{
        name: 'rollout evict',
        synonyms: ['evict', 'remove pod', 'delete pod'],
        operation: 'evict',
        right: 'operate',
      },
      summary: 'Remove a pod, so that another one starts',
      arguments: [pod, { ...service, keyword: 'of' }, environment, reason],
      examples: ['remove pod shop-7d9f8-x2k4q of shop in production'],
    }),
  ];
}

function changing(
  parts: ChangeParts,
  read: (args: Given) => Wanted,
  command: Omit<Command, 'run' | 'acts' | 'preview' | 'topic'>,
): Command {
  const { deps } = parts;
  const targetIn = (args: Given) => checkedTarget(deps.catalog(), args['service'] ?? '', args['environment']);
  return {
    ...command,
    topic: 'Ship',
    acts: async (turn, args) => {
      const target = targetIn(args);
      return [actOf(target, await planChange(deps, turn, target, read(args)))];
    },
    preview: (turn, args) => previewChange(parts, turn, targetIn(args), read(args)),
    run: (turn, args) => change(parts, turn, targetIn(args), { wanted: read(args), reason: args['reason'] ?? '' }),
  };
}

/** What it would do, for people who can do it. */
export async function previewChange(
  { deps, changes }: ChangeParts,
  turn: Turn,
  target: ServiceTarget,
  wanted: Wanted,
): Promise<string> {
  const act = await planChange(deps, turn, target, wanted);
  await changes.requireRule({ ...target, act, requester: turn.person });
  // The reader is about to confirm it or to give the second approval.
  const needed = { ...neededApprovals(deps.catalog(), ruleKindOf(act), target), before: undefined };
  return `${describeAct(target, act).effect} ${describeNeededApprovals(needed, 'change', 'the requester')}`.trimEnd();
}

/** Requests it; the answer says what comes next and where. */
export async function change(
  { deps, changes, placeOf }: ChangeParts,
  turn: Turn,
  target: ServiceTarget,
  { wanted, reason: why }: { readonly wanted: Wanted; readonly reason: string },
): Promise<Reply> {
  const act = await planChange(deps, turn, target, wanted);
  const announced = await placeOf(target.service);
  const elsewhere = announced !== undefined && announced !== turn.place.id;
  const request = {
    ...{ service: target.service, environment: target.environment, act, requester: turn.person, reason: why.trim() },
    placeId: elsewhere ? announced : turn.place.id,
    thread: elsewhere ? undefined : turn.thread,
    correlationId: turn.correlationId,
  };
  const requested = await changes.request(request);
  const rule = lookUp(deps.catalog().environments, target.environment)?.[ruleKindOf(act)];
  const here = turn.place.kind === 'personal' ? 'this chat' : plainText(turn.place.name, 60);
  const there = elsewhere ? await deps.placeName?.(announced) : undefined;
  const where = elsewhere ? plainText(there ?? `the channel of ${target.service}`, 60) : here;
  return { notice: describeRequestedChange(requested, rule, where) };
}
