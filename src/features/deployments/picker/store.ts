import type { Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import type { Collection, CollectionSpec } from '../../../store/contract';
import type { Announcements } from '../../announcements';
import type { FeatureDependencies } from '../../contract';
import type { HealthReports } from '../../health';
import type { Policy } from '../../policy';
import type { ReleaseThere } from '../../../core/operations';
import type { DeploymentRequest, Deployments } from '../contract';

/** A picker while it is open: a short-lived record, so that its card needs to carry nothing but an id. */

/** What has been picked so far; every value was checked against the catalog when it was taken in. */
export interface ReleaseChoice {
  readonly service?: string;
  readonly environment?: string;
  readonly release?: string;
}

export interface Picker {
  readonly kind: 'deploy' | 'rollback';
  readonly owner: string;
  readonly choice: ReleaseChoice;
  /** What the owner was shown last in full, before a button that asks for it was drawn. */
  readonly shown: ReleaseThere | undefined;
  /** What the message showed when it was posted, which is what everybody else still sees. */
  readonly posted: { readonly choice: ReleaseChoice; readonly shown: ReleaseThere | undefined };
  readonly deploymentId: string | undefined;
  readonly expiresAt: number;
}

const pickerLifeMs = 3_600_000;

export const pickersSpec: CollectionSpec<Picker> = {
  name: 'pickers',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: (picker) => picker.expiresAt,
};

/** A picker as it is posted. */
export function openedPicker(
  kind: Picker['kind'],
  owner: string,
  choice: ReleaseChoice,
  shown: ReleaseThere | undefined,
  now: number,
): Picker {
  return {
    kind,
    owner,
    choice,
    shown,
    posted: { choice, shown },
    deploymentId: undefined,
    expiresAt: now + pickerLifeMs,
  };
}

/** Whether the person was shown exactly this before. */
export function wasShown(picker: Picker, choice: ReleaseChoice): boolean {
  const { shown } = picker;
  return (
    shown !== undefined &&
    shown.service === choice.service &&
    shown.environment === choice.environment &&
    shown.release === choice.release
  );
}

/** What every part of the picker works with. */
export interface PickerParts {
  readonly deps: FeatureDependencies;
  readonly deployments: Deployments;
  readonly health: HealthReports;
  readonly pickers: Collection<Picker>;
  readonly announcements?: Pick<Announcements, 'placeOf'>;
  readonly policy: Policy;
}

/** The picker of the person who clicked: the very one, or one of their own that starts with what the posted message shows. */
export async function ownPicker(
  { deps, pickers }: PickerParts,
  id: string,
  personId: string,
): Promise<{ id: string; picker: Picker }> {
  const now = deps.clock.now();
  const found = (await pickers.get(id))?.value;
  if (!found || found.expiresAt <= now)
    throw new UserError(
      'This card was open for more than an hour, so nothing was asked for. Write deploy to begin again.',
    );
  if (found.owner === personId) return { id, picker: found };
  const ownId = idFrom(id, personId);
  const mine =
    (await pickers.get(ownId)) ??
    (await pickers.upsert(
      ownId,
      (own) => own ?? openedPicker(found.kind, personId, found.posted.choice, found.posted.shown, now),
    ));
  return { id: ownId, picker: mine.value };
}

/** Says on the picker of this person what came of it, where it is still there. */
export async function noteRequested(
  { pickers }: PickerParts,
  id: string,
  personId: string,
  deploymentId: string,
): Promise<void> {
  const owner = (await pickers.get(id))?.value.owner;
  const own = owner === personId ? id : idFrom(id, personId);
  await pickers.update(own, (value) => (value.deploymentId === undefined ? { ...value, deploymentId } : undefined));
}

/** The request for this very release by whoever acts. */
export function requestFor(
  { service, environment, release, commit }: ReleaseThere,
  { person, place, thread, correlationId }: Turn,
  { overrideReason = '', ...said }: Pick<DeploymentRequest, 'key' | 'kind' | 'reason' | 'overrideReason'>,
): DeploymentRequest {
  return {
    ...said,
    ...(overrideReason !== '' && { overrideReason }),
    service,
    environment,
    version: release,
    commit,
    requester: person,
    placeId: place.id,
    thread,
    correlationId,
  };
}
