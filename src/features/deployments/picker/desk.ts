import type { CardContent, Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/ids';
import { lookUp } from '../../../core/look-up';
import { unknownName } from '../../../core/catalog/unknown-names';
import type { Collection } from '../../../store/contract';
import type { Announcements } from '../../announcements';
import type { FeatureDependencies } from '../../contract';
import type { HealthReports } from '../../health';
import type { Policy } from '../../policy';
import type { Deployments } from '../contract';
import { narrow, offersFor, refuseWithoutOffers } from './choice';
import { pickerCard } from './picker-card';
import { readPreview, readReleases, runsAlready } from './preview';
import type { Preview, ReleaseList } from './preview';
import { forkedPicker } from './record';
import type { Choice, Picker, Shown } from './record';

/** What every part of the picker works with. */
export interface Desk {
  readonly deps: FeatureDependencies;
  readonly deployments: Deployments;
  readonly health: HealthReports;
  readonly pickers: Collection<Picker>;
  readonly announcements?: Pick<Announcements, 'placeOf'>;
  readonly policy: Policy;
}

/** The picker of the person who clicked: the very one, or a copy of their own when it was opened by somebody else. */
export async function ownPicker(
  { deps, pickers }: Desk,
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
    (await pickers.get(ownId)) ?? (await pickers.upsert(ownId, (own) => own ?? forkedPicker(found, personId, now)));
  return { id: ownId, picker: mine.value };
}

/** Says on the picker of this person what came of it, where it is still there. */
export async function noteRequested(
  { pickers }: Desk,
  id: string,
  personId: string,
  deploymentId: string,
): Promise<void> {
  const owner = (await pickers.get(id))?.value.owner;
  const own = owner === personId ? id : idFrom(id, personId);
  await pickers.update(own, (value) => (value.deploymentId === undefined ? { ...value, deploymentId } : undefined));
}

/** The card for a wish, everything in it read and checked anew, and what that card lets the person ask for. */
export async function drawPicker(
  desk: Desk,
  turn: Turn,
  id: string,
  wish: Choice,
): Promise<{ content: CardContent; choice: Choice; shown: Shown | undefined }> {
  const { deps, deployments, health, policy } = desk;
  const catalog = deps.catalog();
  const offers = offersFor(catalog, turn.person.id);
  refuseWithoutOffers(catalog, offers);
  const narrowed = narrow(offers, wish);
  const { service, environment, release } = narrowed.choice;
  let list: ReleaseList | undefined;
  let preview: Preview | undefined;
  if (service !== undefined && environment !== undefined) {
    const connector = deps.connectorOf(service);
    const target = { service, environment };
    list = await readReleases(connector, deployments, target, lookUp(catalog.services, service)?.environments ?? []);
    if (release !== undefined)
      preview = await readPreview(
        { catalog: deps.catalog, connector, deployments, health, policy, person: turn.person },
        { ...target, release, kind: 'deploy' },
        list,
      );
  }
  const unknownRelease = list !== undefined && release !== undefined && preview === undefined;
  const choice = unknownRelease ? { service, environment } : narrowed.choice;
  const versions = list?.releases.map(({ version }) => version) ?? [];
  const remark = unknownRelease
    ? unknownName('release', release, versions, 'none is chosen yet', ` of ${service}`).message
    : narrowed.dropped;
  const content = pickerCard({ id, turn, now: deps.clock.now(), catalog, offers, choice, remark, list, preview });
  const shown =
    preview && !runsAlready(preview) && service !== undefined && environment !== undefined
      ? { service, environment, release: preview.release.version, commit: preview.release.commit }
      : undefined;
  return { content, choice, shown };
}
