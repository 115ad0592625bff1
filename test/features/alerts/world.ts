import type {
  AlertBinding,
  AlertSource,
  AlertSubject,
  Bound,
  SourceAlert,
  Systems,
} from '../../../src/connectors/contract';
import { ConnectorError } from '../../../src/core/errors';
import { capitalize } from '../../../src/core/text';
import type { Alert } from '../../../src/features/alerts/record';
import { alertWorkflow } from '../../../src/features/alerts/workflow';
import type { Catalog } from '../../../src/core/catalog';
import type { Person } from '../../../src/chat/contract';
import { people, places, sampleCatalog, turnOf } from '../fakes';
import { createTalkWorld, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

/** Alerts as people meet them: real features, and an alert source in memory. */

/** A source whose alerts the test sets. */
export interface MemorySource extends Bound<AlertSource>, Exclude<AlertBinding, { readonly maintain?: undefined }> {
  alerts: SourceAlert[];
  isComplete: boolean;
  /** It answers nothing. */
  isDown: boolean;
  /** What its maintenance covers. */
  covered: readonly AlertSubject[];
  past: Awaited<ReturnType<NonNullable<AlertSource['history']>>>;
  /** What it was told, in order. */
  readonly told: string[];
  reads: number;
}

export function createMemorySource(connection = 'monitoring'): MemorySource {
  const refuseWhenDown = (): void => {
    if (source.isDown) throw new ConnectorError(connection, 'unreachable', 'it is down');
  };
  const change = (key: string, more: Partial<SourceAlert>): void => {
    source.alerts = source.alerts.map((each) => (each.key === key ? { ...each, ...more } : each));
  };
  let silences = 0;
  const source: MemorySource = {
    connection,
    alerts: [],
    isComplete: true,
    isDown: false,
    covered: [],
    past: [],
    told: [],
    reads: 0,
    async read() {
      source.reads += 1;
      refuseWhenDown();
      return { alerts: source.alerts, isComplete: source.isComplete };
    },
    async history() {
      refuseWhenDown();
      return source.past;
    },
    async acknowledge({ key }, by) {
      refuseWhenDown();
      source.told.push(`acknowledge ${key} by ${by.name}`);
      change(key, { acknowledgement: { by: by.name, comment: by.comment } });
    },
    async unacknowledge({ key }, by) {
      refuseWhenDown();
      source.told.push(`unacknowledge ${key} by ${by.name}`);
      source.alerts = source.alerts.map(({ acknowledgement, ...each }) =>
        each.key === key || !acknowledgement ? each : { ...each, acknowledgement },
      );
    },
    async silence({ key }, by, until, id) {
      refuseWhenDown();
      source.told.push(`${id === undefined ? 'silence' : 'extend'} ${key} by ${by.name}`);
      const made = { id: id ?? `silence-${++silences}`, by: by.name, comment: by.comment, until };
      change(key, { silences: [made] });
      return { id: made.id };
    },
    concerns: () => true,
    async quiets() {
      refuseWhenDown();
      return source.covered;
    },
    async maintain(_key, by) {
      refuseWhenDown();
      source.told.push(`maintain by ${by.name}`);
      return { id: `window-${++silences}` };
    },
    async endSilence(id, by) {
      refuseWhenDown();
      source.told.push(`end ${id} by ${by.name}`);
      source.alerts = source.alerts.map((each) => ({
        ...each,
        silences: each.silences.filter((silence) => silence.id !== id),
      }));
    },
  };
  return source;
}

export const shopAlert = (more: Partial<SourceAlert> = {}): SourceAlert => ({
  key: 'shop-disk',
  name: 'DiskFull',
  severity: 'critical',
  summary: 'the disk is 97% full',
  since: Date.UTC(2026, 10, 20, 12, 58),
  labels: { service: 'shop', environment: 'production' },
  silences: [],
  ...more,
});

export interface AlertWorld<S = MemorySource> extends TalkWorld {
  readonly source: S;
  /** Every alert in the store, by number. */
  alerts(): Promise<readonly Alert[]>;
  /** The newest alert. */
  alert(): Promise<Alert>;
  /** What the card of the newest alert shows in its channel; undefined if it has none. */
  card(): unknown;
  /** The messages in its channel, each as it looks now. */
  texts(): readonly string[];
  idOf(number: number): Promise<string>;
  /** Clicks a button with everything that its question asks for. */
  press(who: Person, verb: string, input: object): Promise<string>;
}

/** With the channel Deployments for the service `shop`, and the watch running. */
export const createAlertWorld = (source = createMemorySource(), catalog?: Catalog): Promise<AlertWorld> =>
  createWorldOf(
    source,
    (_connection, { labels }) => {
      const { service, environment } = labels;
      return service === undefined || environment === undefined ? [] : [{ service, environment }];
    },
    () => [source],
    catalog,
  );

/** The same with any source. `alerts`: what of it is bound to a service. */
export async function createWorldOf<S extends Bound<AlertSource>>(
  source: S,
  concernedBy: Systems['concernedBy'],
  alerts?: Systems['alerts'],
  catalog = sampleCatalog(),
): Promise<AlertWorld<S>> {
  const own: Partial<Systems> = {
    alertSources: () => [source],
    concernedBy,
    quietWith: concernedBy,
    titleOf: (connection) => capitalize(connection),
    ...(alerts && { alerts }),
  };
  const systems = new Proxy({} as Systems, {
    get: (_none, key) => Reflect.get(Object.hasOwn(own, key) ? own : talk.world.deps.systems, key) as unknown,
  });
  const talk: TalkWorld = createTalkWorld({}, { systems, catalog: () => catalog });
  const { world, features } = talk;
  await talk.say(people.ada, 'subscription announce shop here');
  world.connector.serving.set('shop/production', { version: '2.14.0', commit: '3'.repeat(40), since: 0 });
  await features.begin();
  await world.pass(1_000);
  const records = world.deps.store.collection(alertWorkflow.spec);
  const all = async () =>
    (
      await records.find({
        where: { state: { in: ['firing', 'acknowledged', 'resolved', 'closed'] } },
        orderBy: 'openedAt',
        limit: 1000,
      })
    ).items;
  const byNumber = async () => [...(await all())].sort((one, other) => one.value.number - other.value.number);
  const messages = () =>
    [...world.outbox.messages.values()].filter(
      ({ destination: to }) => to.to === 'thread of' || (to.to === 'place' && to.placeId === places.deployments.id),
    );
  return {
    ...talk,
    source,
    alerts: async () => (await byNumber()).map(({ value }) => value),
    async alert() {
      const found = (await byNumber()).at(-1)?.value;
      if (!found) throw new Error('There is no alert');
      return found;
    },
    card() {
      const content = messages().findLast(
        ({ content: each }) => 'card' in each && each.card === 'alerts/alert',
      )?.content;
      return content && 'card' in content ? content.data : undefined;
    },
    texts: () => messages().flatMap(({ content }) => ('text' in content ? content.text : [])),
    press: async (who, verb, input) => wordsOf(await talk.router.handleAction(turnOf(who), verb, input)),
    async idOf(number) {
      const found = (await all()).find(({ value }) => value.number === number);
      if (!found) throw new Error(`There is no alert ${number}`);
      return found.id;
    },
  };
}
