import type { Turn } from '../../../chat/contract';
import type { Catalog } from '../../../core/catalog';
import { requireEnvironment, requirePlace, requireService } from '../../../core/catalog/refusals';
import { may, mayAnywhere, whoMayAnywhere } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import type { ReleaseThere } from '../../../core/operations';
import { cleanText, enumerate } from '../../../core/text';
import type { Collection, CollectionSpec } from '../../../store/contract';
import type { Announcements } from '../../announcements';
import type { FeatureDependencies } from '../../contract';
import type { HealthReports } from '../../health';
import type { Policy } from '../../policy';
import type { DeploymentRequest, Deployments, FoundDeployment } from '../contract';

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
  readonly posted: Pick<Picker, 'choice' | 'shown'>;
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
  now: number,
  kind: Picker['kind'],
  owner: string,
  { choice, shown }: Pick<Picker, 'choice' | 'shown'>,
): Picker {
  const posted = { choice, shown };
  return { kind, owner, ...posted, posted, deploymentId: undefined, expiresAt: now + pickerLifeMs };
}

/** What the person was shown, if it is exactly this. */
export function shownBefore({ shown }: Picker, wanted: ReleaseChoice): ReleaseThere | undefined {
  const { service, environment, release } = wanted;
  const isSame = shown?.service === service && shown?.environment === environment && shown?.release === release;
  return isSame ? shown : undefined;
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
    (await pickers.upsert(ownId, (own) => own ?? openedPicker(now, found.kind, personId, found.posted)));
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

/** Requests this very release for whoever acts. */
export function requestRelease(
  { deployments }: PickerParts,
  { person, place, thread, correlationId }: Turn,
  { release, ...there }: ReleaseThere,
  { overrideReason, ...said }: Pick<DeploymentRequest, 'key' | 'kind' | 'reason'> & { readonly overrideReason: string },
): Promise<FoundDeployment> {
  return deployments.request({
    ...said,
    ...(overrideReason !== '' && { overrideReason }),
    ...there,
    version: release,
    requester: person,
    placeId: place.id,
    thread,
    correlationId,
  });
}

/** What one person may pick, and what of what they want is offered. Pure. */

export interface Offer {
  readonly service: string;
  readonly environments: readonly string[];
}

/** Services with the environments this person may deploy them to, in catalog order; refuses a person who may deploy nothing at all. */
export function listOffers(catalog: Catalog, personId: string): Offer[] {
  const offers = Object.entries(catalog.services)
    .map(([service, { environments }]) => ({
      service,
      environments: environments.filter((environment) => may(catalog, personId, 'deploy', { service, environment })),
    }))
    .filter(({ environments }) => environments.length > 0);
  if (offers.length === 0) throw new UserError(`You may not deploy here. ${whoCan(catalog)}`);
  return offers;
}

/** The environments to choose from: those of the chosen service, else all that are offered. */
export function environmentsOf(offers: readonly Offer[], service: string | undefined): string[] {
  const open = service === undefined ? offers : offers.filter((offer) => offer.service === service);
  return [...new Set(open.flatMap((offer) => offer.environments))];
}

/** Refuses what was named where this person may deploy nothing of it; says who may. The request itself checks the whole target. */
export function refuseTarget(catalog: Catalog, personId: string, choice: ReleaseChoice): void {
  const { service, environment } = choice;
  if (service !== undefined) requireService(catalog, service);
  if (environment !== undefined) requireEnvironment(catalog, environment);
  if (service !== undefined && environment !== undefined) requirePlace(catalog, service, environment);
  const target = { ...(service && { service }), ...(environment && { environment }) };
  if (mayAnywhere(catalog, personId, 'deploy', target)) return;
  const what = [service ?? 'anything', environment && `to ${environment}`].filter(Boolean).join(' ');
  throw new UserError(`You may not deploy ${what}. ${whoCan(catalog, target)}`);
}

/** Keeps what is offered of what is wanted; the connector checks the release later. `dropped` says in words what was not kept. */
export function narrow(offers: readonly Offer[], wanted: ReleaseChoice): { choice: ReleaseChoice; dropped: string } {
  const offer = offers.find((each) => each.service === wanted.service) ?? (offers.length === 1 ? offers[0] : undefined);
  const service = offer?.service;
  const open = environmentsOf(offers, service);
  const isOpen = wanted.environment !== undefined && open.includes(wanted.environment);
  const environment = isOpen ? wanted.environment : open.length === 1 ? open[0] : undefined;
  const release = service === wanted.service ? wanted.release : undefined;
  const choice = {
    ...(service !== undefined && { service }),
    ...(environment !== undefined && { environment }),
    ...(service !== undefined && release !== undefined && { release }),
  };
  const dropped =
    service !== undefined && wanted.environment !== undefined && environment !== wanted.environment
      ? `You can't deploy ${service} to ${quoted(wanted.environment)}.`
      : '';
  return { choice, dropped };
}

/** `Ada Admin and Dana Developer can.` */
function whoCan(catalog: Catalog, target: { service?: string; environment?: string } = {}): string {
  const names = whoMayAnywhere(catalog, 'deploy', target).map((person) => cleanText(person.name, 60));
  if (names.length === 0) return 'Nobody can yet: an admin gives that right with grant.';
  const more = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return `${enumerate(more)} can.`;
}

/** A word somebody typed, repeated only when it can do no harm. */
export function quoted(word: string): string {
  return /^[\w.-]{1,40}$/.test(word) ? word : 'that';
}
