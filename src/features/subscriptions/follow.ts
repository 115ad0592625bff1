import { defaultRetentionMs } from '../../core/catalog/retention';
import { may } from '../../core/catalog/rights';
import { idFrom, lookUp } from '../../core/keys';
import { plainText } from '../../core/text';
import { defineWorkflow, openWorkflow } from '../../workflows';
import type { ActivityOf, Change, Circumstance } from '../../workflows';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Deployment, Deployments } from '../deployments';
import type { EventOutcome, ServiceEvent } from './contract';
import type { Severity } from '../../core/severity';
import { countEvent, emptyTally, matchesRule } from './record';
import type { Tally } from './record';
import type { MuteStore } from './mutes/store';
import type { SubscriberStore } from './store';

/** Events about services, kept until all subscribers are told. */

/** An event, kept until all subscribers are told, and for a while after that. */
interface StoredEvent {
  readonly happening: ServiceEvent;
  readonly at: number;
}

type EventVerdict = Change<StoredEvent, { readonly kind: 'fan out' }> | undefined;

export const eventWorkflow = defineWorkflow({
  name: 'happenings',
  collection: {
    name: 'happenings',
    schema: 1,
    indexes: { thread: ({ happening }: StoredEvent) => happening.thread },
    queries: [{ where: ['thread'] }],
    expiresAt: ({ at }) => at + defaultRetentionMs('happenings'),
  },
  /** The same event again changes nothing. */
  transition: (
    record: StoredEvent | undefined,
    { event }: { readonly type: 'happen'; readonly event: ServiceEvent },
    { now }: Pick<Circumstance, 'now'>,
  ): EventVerdict => (record ? undefined : { record: { happening: event, at: now }, effects: [{ kind: 'fan out' }] }),
});

/** Whether a service is failing somewhere, so that the next success is a recovery. */
export interface ServiceState {
  readonly failing?: Severity;
  /** The latest events with their outcomes, which stay the same if they are reported again. */
  readonly lately: readonly { readonly id: string; readonly outcome: EventOutcome; readonly severity: Severity }[];
}

const maxRemembered = 20;

/** The state after something happened there; its latest entry is the outcome. */
export function stateAfter(before: ServiceState = { lately: [] }, event: ServiceEvent): ServiceState {
  const { id, outcome, severity } = event;
  if (before.lately.some((each) => each.id === id)) return before;
  // A recovery matters to everybody who was told about the failure.
  const entry =
    outcome === 'success' && before.failing !== undefined
      ? ({ id, outcome: 'recovery', severity: before.failing } as const)
      : ({ id, outcome, severity } as const);
  const failing = outcome === 'failure' ? severity : outcome === 'success' ? undefined : before.failing;
  return { ...(failing && { failing }), lately: [...before.lately, entry].slice(-maxRemembered) };
}

/** The event as people are told about it. */
export function classify(state: ServiceState, event: ServiceEvent): ServiceEvent {
  const entry = state.lately.find(({ id }) => id === event.id);
  if (!entry) return event;
  const words = entry.outcome === 'recovery' ? `${event.words} The previous deployment had failed.` : event.words;
  return { ...event, outcome: entry.outcome, severity: entry.severity, words };
}

interface EventNeeds {
  readonly subscribers: Pick<SubscriberStore, 'all' | 'apply'>;
  readonly mutes: Pick<MuteStore, 'hold'>;
}

export function createEventStore(deps: FeatureDependencies, { subscribers, mutes }: EventNeeds) {
  const { catalog, store } = deps;
  const states = store.collection<ServiceState>({ name: 'service-states', schema: 1, indexes: {}, queries: [] });
  const events = openWorkflow(deps, eventWorkflow, (): ActivityOf<StoredEvent, EventVerdict> => ({
    effects: {
      async 'fan out'({ value: { happening: about } }) {
        const { service, environment, toldTo } = about;
        for (const { id, value } of await subscribers.all()) {
          const maySee = value.to === 'place' || may(catalog(), id, 'view', { service, environment });
          if (!maySee || toldTo.includes(id) || !value.rules.some((rule) => matchesRule(rule, about))) continue;
          if (!(await mutes.hold(id, about))) await subscribers.apply(id, { type: 'notify', about });
        }
      },
    },
  }));

  return {
    /** Stores an event before anything depends on it; subscribers are told a moment later. */
    async notify(event: ServiceEvent): Promise<void> {
      const key = `${event.service} ${event.environment}`;
      const { value } = await states.upsert(key, (known) => stateAfter(known, event));
      await events.apply(idFrom('happening', event.id), { type: 'happen', event: classify(value, event) }, {});
    },
    /** The latest event about one thing, such as a deployment. */
    async latestOf(thread: string): Promise<Tally | undefined> {
      const { items } = await events.records.find({ where: { thread }, limit: 50 });
      const [latest] = items
        .map(({ value }) => value)
        .sort((one, other) => other.happening.revision - one.happening.revision);
      return latest && countEvent(emptyTally, latest.happening, latest.at);
    },
  };
}

export interface SubscriptionNeeds {
  readonly deployments: Pick<Deployments, 'onStart' | 'onEnd'>;
  readonly announcements: Pick<Announcements, 'placeOf'>;
}

/** Reports deployments: only those that changed the live release or should have; a request that nobody approved isn't news. */
export function notifyOfDeployments(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  { deployments, announcements, placesFor }: SubscriptionNeeds & Pick<SubscriberStore, 'placesFor'>,
  notify: (event: ServiceEvent) => Promise<void>,
): void {
  async function tell(deployment: Deployment, event: DeploymentEvent | undefined): Promise<void> {
    const { environment, service, requester, placeId, emergency } = deployment;
    if (!event || lookUp(catalog().environments, environment)?.practice === true) return;
    // Its card tells its requester and the place where it is.
    const place = (await announcements.placeOf(service)) ?? placeId;
    // The start of an emergency has its own notice, in every channel that subscribed to the service.
    const noticed = emergency && event.outcome === 'started' ? await placesFor({ service, environment }) : [];
    await notify({ ...event, toldTo: [requester.id, place, ...noticed] });
  }
  deployments.onStart((id, deployment) => tell(deployment, startOf(id, deployment)));
  deployments.onEnd((id, deployment) => tell(deployment, endOf(id, deployment)));
}

type DeploymentEvent = Omit<ServiceEvent, 'toldTo'>;

function startOf(id: string, deployment: Deployment): DeploymentEvent {
  const { emergency, number, reason } = deployment;
  const past = emergency ? `, as an emergency: ${plainText(reason, 200)}` : '';
  const words = `**Deploying ${plainText(deployment.service)} ${plainText(deployment.version, 40)} to ${plainText(deployment.environment)}**${past} (D-${number}).`;
  return {
    ...about(id, deployment, 'started', 1),
    outcome: 'started',
    severity: emergency ? 'critical' : 'info',
    words,
  };
}

const revisions: Readonly<Partial<Record<Deployment['state'], number>>> = { succeeded: 2, failed: 3, 'rolled back': 4 };

/** Undefined if the live release hasn't changed. */
function endOf(id: string, deployment: Deployment): DeploymentEvent | undefined {
  const { state, failure, left, number } = deployment;
  const revision = revisions[state];
  if (revision === undefined) return undefined;
  const base = about(id, deployment, state, revision);
  if (state === 'succeeded') {
    const words = `**${plainText(deployment.service)} ${plainText(deployment.version, 40)} was deployed to ${plainText(deployment.environment)}** and verified (D-${number}).`;
    return { ...base, outcome: 'success', severity: 'info', words };
  }
  const why = failure ? `: ${plainText(failure.reason, 200)}` : '';
  const words = `**${what(deployment)} ${state === 'failed' ? 'failed' : 'was rolled back'}**${why} (D-${number}).`;
  // Critical if no release is live anymore.
  return { ...base, outcome: 'failure', severity: left && left.version === undefined ? 'critical' : 'warning', words };
}

const what = ({ service, version, environment }: Deployment): string =>
  `${plainText(service)} ${plainText(version, 40)} in ${plainText(environment)}`;

function about(id: string, deployment: Deployment, step: string, revision: number) {
  const { number, service, environment, branch } = deployment;
  const base = { id: `${id}:${step}`, thread: id, revision, name: `D-${number}`, service, environment };
  return { ...base, ...(branch !== undefined && { branch }) };
}
