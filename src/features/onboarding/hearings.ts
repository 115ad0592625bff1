import { may } from '../../core/rights';
import { plainText } from '../../core/text';
import type { PersonalData, FeatureDependencies } from '../contract';
import type { Announcements } from '../announcements';
import type { Deployment, Deployments } from '../deployments';
import { heard, hearingSpec, released, wished } from './hearing';
import type { Happening, Hearing, HearingWish } from './hearing';

/** Tells people and places what they wished to hear of. What happened is kept with whoever is to hear it before the deployment is done with. */

export interface Hearings {
  /** Without services nothing is told any more. */
  put(id: string, wish: HearingWish): Promise<void>;
  of(id: string): Promise<HearingWish | undefined>;
  /** Whether any place hears of something. */
  reachAnyPlace(): Promise<boolean>;
  readonly personalData: PersonalData;
}

const sweepName = 'hearings';

export function createHearings(
  deps: FeatureDependencies,
  { deployments, announcements }: { readonly deployments: Deployments; readonly announcements: Announcements },
): Hearings {
  const { catalog, clock, outbox, store, sweeper } = deps;
  const records = store.collection(hearingSpec);

  /** Who asked and where its card stands have been told by that card. */
  async function tell(happening: Happening, told: readonly string[]): Promise<void> {
    for (const to of ['person', 'place'] as const) {
      let cursor: string | undefined;
      do {
        const page = await records.find({ where: { to }, limit: 500, cursor });
        for (const { id } of page.items) if (!told.includes(id)) await tellOne(id, happening);
        cursor = page.cursor;
      } while (cursor !== undefined);
    }
  }

  async function tellOne(id: string, happening: Happening): Promise<void> {
    const { service, environment } = happening;
    const stored = await records.update(id, (record) =>
      record.to === 'place' || may(catalog(), id, 'view', { service, environment })
        ? heard(record, happening, clock.now())
        : undefined,
    );
    if (stored?.changed) sweeper.kick(sweepName, id);
  }

  sweeper.register<Hearing>({
    name: sweepName,
    collection: records,
    perform: ({ id, value }, { key, detail }) =>
      outbox.put({
        key: `hearing:${id}:${key}`,
        destination: value.to === 'person' ? { to: 'person', personId: id } : { to: 'place', placeId: id },
        content: { text: String(detail?.['text']) },
        revision: 1,
        final: true,
      }),
    wake: async ({ id }, now) => void (await records.update(id, (record) => released(record, now))),
  });

  deployments.onEnd(async (id, deployment) => {
    const practice = catalog().environments[deployment.environment]?.practice === true;
    const happening = practice ? undefined : happeningOf(id, deployment);
    if (!happening) return;
    const place = (await announcements.placeOf(deployment.service)) ?? deployment.placeId;
    await tell(happening, [deployment.requester.id, place]);
  });

  return {
    async put(id, wish) {
      if (wish.services.length === 0) return void (await records.remove(id));
      await records.upsert(id, (record) => wished(record, wish));
    },
    of: async (id) => (await records.get(id))?.value,
    reachAnyPlace: async () => (await records.find({ where: { to: 'place' }, limit: 1 })).items.length > 0,
    personalData: {
      name: 'wishes to hear of services',
      async exportOf(personId) {
        const found = await records.get(personId);
        if (!found) return [];
        const { services, environments, outcomes, digest, hours, zone } = found.value;
        return [{ services, environments, outcomes, digest, hours, zone }];
      },
      deleteOf: async (personId) => ((await records.remove(personId)) ? 1 : 0),
    },
  };
}

/** Only what changed or should have changed what serves; a request that nobody approved is no news. */
function happeningOf(id: string, deployment: Deployment): Happening | undefined {
  const { state, service, environment, version, failure, number } = deployment;
  if (state !== 'succeeded' && state !== 'failed' && state !== 'rolled back') return undefined;
  const what = `${plainText(service)} ${plainText(version, 40)} in ${plainText(environment)}`;
  const why = failure ? `: ${plainText(failure.reason, 200)}` : '';
  const words =
    state === 'succeeded'
      ? `**${what} is well**: deployed and verified (D-${number}).`
      : `**${what} ${state === 'failed' ? 'failed' : 'was rolled back'}**${why} (D-${number}).`;
  return { id, service, environment, well: state === 'succeeded', words };
}
