import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Question, Turn } from '../../../chat/contract';
import { describeNeededApprovals, neededApprovals } from '../../../core/catalog/needed-approvals';
import { UserError } from '../../../core/errors';
import { plainText } from '../../../core/text';
import { describeMoment } from '../../../core/time/clock';
import { TargetId, targetOf } from '../../health';
import type { ServiceTarget } from '../../health';
import { readWorkload } from '../facts';
import type { WorkloadReport } from '../facts';
import { readPodId } from '../parse';
import { describeRollout } from '../text';
import { change, previewChange } from './commands';
import type { ChangeParts } from './commands';
import { actOf, planChange, readCount, readRevision, requireChange } from './facts';
import type { Wanted } from './facts';
import { describeAct } from './text';
import type { WorkloadAct } from './workflow';

/** The buttons that change a workload. Each asks first, and does nothing if what it asked about has changed. */

const why = z.string().trim().min(1, 'Enter a reason. Nothing was changed.').max(500);
const seen = z
  .string()
  .regex(/^[\w.:-]{0,100}$/)
  .default('');

export function changeActions(parts: ChangeParts): Action[] {
  const { catalog } = parts.deps;
  return [
    asking(parts, {
      ...{ name: 'scale', operation: 'scale', ask: askScale },
      input: z.object({ id: TargetId, count: z.string().trim().max(10), why, revision: seen }),
      read: ({ id, count }) => ({ target: targetOf(catalog(), id), wanted: { kind: 'scale', to: readCount(count) } }),
    }),
    asking(parts, {
      ...{ name: 'undo', operation: 'undo-rollout', ask: askUndo },
      input: z.object({ id: TargetId, number: z.string().trim().max(10), why, revision: seen }),
      read: ({ id, number }) => ({
        target: targetOf(catalog(), id),
        wanted: { kind: 'undo', revision: readRevision(number) },
      }),
    }),
    asking(parts, {
      ...{ name: 'evict', operation: 'evict', ask: askEvict },
      input: z.object({ id: z.string().max(400), why, revision: seen }),
      read({ id }) {
        const { target, pod } = readPodId(catalog(), id);
        return { target, wanted: { kind: 'evict', pod } };
      },
    }),
  ];
}

interface Asking<Input> {
  readonly name: string;
  readonly operation: 'scale' | 'undo-rollout' | 'evict';
  readonly input: z.ZodType<Input>;
  readonly read: (input: Input) => { readonly target: ServiceTarget; readonly wanted: Wanted };
  readonly ask: (parts: ChangeParts, turn: Turn, id: string) => Promise<Question>;
}

function asking<Input extends { readonly why: string; readonly revision: string }>(
  parts: ChangeParts,
  { name, operation, input, read, ask }: Asking<Input>,
): Action {
  const { deps } = parts;
  return defineAction<Input>({
    verb: `workloads.${name}`,
    operation,
    input,
    freeText: ['why'],
    asks: (turn, id) => ask(parts, turn, id),
    async acts(turn, given) {
      const { target, wanted } = read(given);
      return [actOf(target, await planChange(deps, turn, target, wanted))];
    },
    preview: (turn, given) => {
      const { target, wanted } = read(given);
      return previewChange(parts, turn, target, wanted);
    },
    async run(turn, given) {
      const { target, wanted } = read(given);
      const act = await planChange(deps, turn, target, wanted);
      if (given.revision !== '' && given.revision !== basisOf(act))
        throw new UserError(
          `${target.service} in ${target.environment} has changed since you were asked. Nothing was ${describeAct(target, act).nothingWas}. Type \`pods ${target.service} in ${target.environment}\` to check it.`,
        );
      return change(parts, turn, target, { wanted, reason: given.why });
    },
  });
}

/** What the question was about: it must be the same when the answer arrives. */
function basisOf(act: WorkloadAct): string {
  if (act.kind === 'scale') return `${act.from}`;
  return act.kind === 'undo' ? `${act.liveRevision}` : act.podId;
}

const whyField = { name: 'why', label: 'Reason', error: 'Enter a reason.' } as const;

async function read({ deps }: ChangeParts, turn: Turn, target: ServiceTarget, kind: WorkloadAct['kind']) {
  requireChange(deps, turn.person.id, target, kind);
  return readWorkload(deps, turn.person.id, target);
}

const needs = (parts: ChangeParts, target: ServiceTarget, kind: 'rollback' | 'restart'): string =>
  describeNeededApprovals(neededApprovals(parts.deps.catalog(), kind, target), 'change');

async function askScale(parts: ChangeParts, turn: Turn, id: string): Promise<Question> {
  const target = targetOf(parts.deps.catalog(), id);
  const { status } = await read(parts, turn, target, 'scale');
  return {
    title: `Scale ${target.service} in ${target.environment}?`,
    sentence: `${describeRollout(status)} ${needs(parts, target, 'restart')}`.trim(),
    fields: [
      { name: 'count', label: 'Pods', error: 'Enter a number.', value: `${status.wanted}`, isShort: true },
      whyField,
    ],
    ...{ go: 'Scale', revision: `${status.wanted}` },
  };
}

async function askUndo(parts: ChangeParts, turn: Turn, id: string): Promise<Question> {
  const target = targetOf(parts.deps.catalog(), id);
  const report = await read(parts, turn, target, 'undo');
  const act = await planChange(parts.deps, turn, target, { kind: 'undo' });
  return {
    title: `Roll back ${target.service} in ${target.environment}?`,
    sentence:
      `**Its pods are replaced with those of an earlier revision,** usually one after the other. ${needs(parts, target, 'rollback')}`.trim(),
    fields: [
      {
        ...{ name: 'number', label: 'Revision', error: 'Choose a revision.' },
        value: act.kind === 'undo' ? `${act.revision}` : '',
        choices: revisionChoices(report, parts.deps.catalog().timeZone),
      },
      whyField,
    ],
    ...{ go: 'Roll back', revision: basisOf(act) },
  };
}

const shownRevisions = 10;

function revisionChoices({ status, readAt }: WorkloadReport, timeZone: string) {
  return status.revisions
    .filter(({ isLive }) => !isLive)
    .slice(0, shownRevisions)
    .map(({ number, version, since }) => ({
      title: `${number}: ${version}, since ${describeMoment(since, readAt, timeZone)}`,
      value: `${number}`,
    }));
}

async function askEvict(parts: ChangeParts, turn: Turn, id: string): Promise<Question> {
  const { target, pod } = readPodId(parts.deps.catalog(), id);
  const act = await planChange(parts.deps, turn, target, { kind: 'evict', pod });
  return {
    title: `Remove ${pod}?`,
    sentence:
      `**Another pod is started in its place.** If the disruption budget of ${plainText(target.service, 40)} has no room, nothing happens. ${needs(parts, target, 'restart')}`.trim(),
    fields: [whyField],
    ...{ go: 'Remove pod', keep: 'Keep pod', revision: basisOf(act) },
  };
}
