import type { Turn } from '../../../chat/contract';
import type { WorkloadStatus } from '../../../connectors/contract';
import { lacksRight } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import type { Act } from '../../../core/operations';
import { plainText, plural } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import type { ServiceTarget } from '../../health';
import { readWorkload, requireWorkload } from '../facts';
import { rightFor } from './store';
import { describeAct } from './text';
import type { WorkloadAct } from './workflow';

/** What somebody wants changed, checked against what is there now. */

/** `revision`: omitted, the one before the live one. */
export type Wanted =
  | { readonly kind: 'scale'; readonly to: number }
  | { readonly kind: 'undo'; readonly revision?: number | undefined }
  | { readonly kind: 'evict'; readonly pod: string };

const maxPods = 1_000;

/** A number of pods as people type it. Throws `UserError` if it isn’t one. */
export function readCount(text: string): number {
  const count = /^\d{1,4}$/.test(text.trim()) ? Number(text) : NaN;
  if (count <= maxPods) return count;
  throw new UserError(
    `“${plainText(text, 20)}” isn’t a number of pods. Enter one from 0 to ${maxPods}. Nothing was scaled.`,
  );
}

/** A revision as people type it: `3`, `revision 3`. Throws `UserError` if it isn’t one. */
export function readRevision(text: string): number {
  const [, digits] = /^(?:revision\s+)?#?(\d{1,9})$/.exec(text.trim()) ?? [];
  if (digits !== undefined) return Number(digits);
  throw new UserError(`“${plainText(text, 20)}” isn’t a revision. Enter its number. Nothing was rolled back.`);
}

const verbs = { scale: 'scale', undo: 'roll back', evict: 'remove pods of' } as const;

/** Refuses people who can’t do it there, before anything is read. */
export function requireChange(
  { catalog, systems }: Pick<FeatureDependencies, 'catalog' | 'systems'>,
  personId: string,
  { service, environment }: ServiceTarget,
  kind: WorkloadAct['kind'],
): void {
  requireWorkload({ catalog, systems }, personId, { service, environment });
  const right = rightFor({ kind });
  if (may(catalog(), personId, right, { service, environment })) return;
  const act = `${verbs[kind]} ${service} in ${environment}`;
  throw lacksRight(catalog(), { right, reach: { service, environment }, act });
}

/** Exactly what would be done now. Throws `UserError` if this person can’t do it, or there is nothing to do. */
export async function planChange(
  deps: FeatureDependencies,
  { person }: Pick<Turn, 'person'>,
  target: ServiceTarget,
  wanted: Wanted,
): Promise<WorkloadAct> {
  requireChange(deps, person.id, target, wanted.kind);
  const { status } = await readWorkload(deps, person.id, target);
  return planFrom(status, target, wanted);
}

function planFrom(status: WorkloadStatus, { service, environment }: ServiceTarget, wanted: Wanted): WorkloadAct {
  const what = `${service} in ${environment}`;
  switch (wanted.kind) {
    case 'scale':
      if (status.scaledBy !== undefined)
        throw new UserError(
          `The autoscaler ${plainText(status.scaledBy, 80)} decides how many pods ${what} has. Change its limits instead. Nothing was scaled.`,
        );
      if (status.wanted === wanted.to)
        throw new UserError(`${what} already has ${plural(wanted.to, 'pod')}. Nothing was scaled.`);
      return { kind: 'scale', from: status.wanted, to: wanted.to };
    case 'undo':
      return planUndo(status, what, wanted.revision);
    case 'evict': {
      const pod = status.pods.find(({ name }) => name === wanted.pod);
      if (pod) return { kind: 'evict', pod: pod.name, podId: pod.id };
      throw new UserError(
        `${what} has no pod ${plainText(wanted.pod, 80)}. Type \`pods ${what}\` to see its pods. Nothing was removed.`,
      );
    }
  }
}

function planUndo(status: WorkloadStatus, what: string, number: number | undefined): WorkloadAct {
  if (status.whyNoUndo !== undefined)
    throw new UserError(`${plainText(status.whyNoUndo, 300)} ${what} wasn’t rolled back.`);
  const live = status.revisions.find(({ isLive }) => isLive);
  const earlier = status.revisions.filter(({ isLive }) => !isLive);
  const wanted = number === undefined ? earlier[0] : status.revisions.find((each) => each.number === number);
  if (!live || !wanted)
    throw new UserError(
      `There is no revision ${number ?? 'before the live one'} of ${what}. Type \`pods ${what}\` to see which there are. Nothing was rolled back.`,
    );
  if (wanted.isLive)
    throw new UserError(`Revision ${wanted.number} of ${what} is already live. Nothing was rolled back.`);
  return {
    ...{ kind: 'undo', liveRevision: live.number, liveVersion: live.version },
    ...{ revision: wanted.number, version: wanted.version },
  };
}

const operations = { scale: 'scale', undo: 'undo-rollout', evict: 'evict' } as const;

/** The act for the rules of the catalog. */
export function actOf(target: ServiceTarget, act: WorkloadAct): Act {
  return { operation: operations[act.kind], reach: target, thing: describeAct(target, act).title };
}
