import type { Person } from '../../src/chat/contract';
import type { Freeze } from '../../src/features/freezes';
import type { Lock } from '../../src/features/locks';
import { plainText } from '../../src/core/text';
import { statusCard } from '../../src/features/status/cards';
import type { StatusFacts } from '../../src/features/status/facts';
import { liveRelease, people, places } from '../features/fakes';
import { deploymentOf, factsWith, minutes, now, reportOf, waitingOf } from '../features/status/status-facts';
import { hostileName, hostileText, longName, longText } from './contract';
import type { DrawnSample } from './contract';
import { longEnvironment, longService } from './catalogs';

/** The status card, for what the features may say at one moment. */

const { ada, avery, dana, noor } = people;

const paymentsDown = reportOf('payments', 'production', {
  ...{ state: 'down', since: now - minutes(6), trouble: 'its health check isn’t responding' },
  live: liveRelease({ version: '1.10.0', commit: 'a'.repeat(40), since: now - minutes(300) }),
});
const shopSlow = reportOf('shop', 'production', {
  ...{ state: 'degraded', since: now - minutes(22), trouble: 'p95 is 412\u00A0ms (limit 300\u00A0ms)' },
});
const shopUnknown = reportOf('shop', 'production', {
  ...{ state: 'unknown', since: undefined, live: liveRelease(undefined), trouble: 'its health check couldn’t be read' },
});
const nothingDeployed = reportOf('shop', 'production', {
  ...{ state: 'unknown', since: undefined, live: liveRelease(undefined), trouble: 'nothing is deployed there' },
});
const well = ['shop', 'payments', 'search', 'mail', 'accounts', 'catalog'].map((name) => reportOf(name, 'production'));
const wellBut = (...others: typeof well): typeof well => [
  ...others,
  ...well.filter(({ service }) => others.every((other) => other.service !== service)),
];

const step = (state: 'done' | 'running' | 'waiting') => ({ name: 'Switch traffic', state, detail: '' });
const run = {
  id: 'run-1',
  state: 'running' as const,
  steps: [step('done'), step('done'), step('running'), step('waiting'), step('waiting')],
  ...{ progress: 0.5, lastLines: [], startedAt: now - minutes(1), logReadAt: now },
};
const running = deploymentOf({ number: 1047, environment: 'staging', run });
const verifying = deploymentOf({
  ...{ number: 1044, service: 'search', version: '3.3.0', requester: avery, state: 'verifying' },
  verifyUntil: now + minutes(3),
});
const waiting = deploymentOf({
  ...{ number: 1048, service: 'catalog', version: '5.2.0', requester: ada, state: 'awaiting approval' },
});
const unclear = deploymentOf({ number: 1049, service: 'mail', version: '1.5.0', state: 'unclear' });
const failed = deploymentOf({
  ...{ number: 1039, service: 'payments', environment: 'staging', version: '1.11.0', state: 'failed' },
  stateSince: Date.UTC(2026, 10, 20, 11, 32),
});
const live = (number: number, service: string, version: string, requester: Person, stateSince: number) =>
  deploymentOf({ number, service, version, requester, state: 'succeeded', stateSince });

const weekend: Freeze = {
  ...{ name: 'Weekend', reason: 'nobody is at work', environments: ['production'], services: undefined },
  ...{ stops: ['deploy'], from: now + minutes(59), until: Date.UTC(2026, 10, 23, 8), by: undefined },
};
const lockOf = (service: string, person: Person, reason: string, until?: number): Lock => ({
  ...{ service, environment: 'production', queue: [] },
  holder: { person, reason, since: now, until, askAt: now },
});
const drift = (service: string, staging: string, production: string, commits: number) => ({
  ...{ service, commits, since: Date.UTC(2026, 10, 17, 9) },
  places: [
    { environment: 'production', version: production, commit: 'b'.repeat(40) },
    { environment: 'staging', version: staging, commit: 'a'.repeat(40) },
  ],
});

const approval = waitingOf('search 3.3.0 to production', 'D-1046', avery);
const busy: Partial<StatusFacts> = {
  reports: wellBut(paymentsDown, shopSlow),
  waiting: [approval],
  open: [running, waiting],
  runs: [
    {
      ...{ id: '0'.repeat(29).concat('3ea'), label: 'R-1002', title: 'Nightly build', requester: dana },
      ...{ status: 'waiting', word: 'Waiting' },
    },
  ],
  freezes: [weekend],
  locks: [lockOf('accounts', ada, 'data migration')],
  failed: [failed],
  drifts: [drift('mail', '1.5.0', '1.4.2', 4)],
};

const troubled = (service: string, environment: string, trouble: string) =>
  reportOf(service, environment, { state: 'down', since: now - minutes(6), trouble });
/** Everything on one card, in these words. */
const inWords = (service: string, environment: string, name: string, words: string): Told => {
  const person = { ...dana, name };
  const lock = lockOf(service, person, words);
  return {
    facts: {
      reports: [troubled(service, environment, `its health check reports “${plainText(words, 200)}”`)],
      waiting: [waitingOf(`${service} 2.14.1 to ${environment}`, 'D-1046', person)],
      open: [deploymentOf({ number: 1047, service, environment, run, requester: person })],
      freezes: [{ ...weekend, name: words, reason: words, environments: [environment], from: now - minutes(5) }],
      locks: [{ ...lock, environment }],
    },
    who: { ...noor, name },
  };
};
const many = Array.from({ length: 60 }, (_, index) => `service-${index + 1}`);

interface Told {
  readonly facts: Partial<StatusFacts>;
  readonly who?: Person;
  readonly inChannel?: true;
  readonly mayNotDeploy?: true;
}

const told: Readonly<Record<string, Told>> = {
  '': { facts: { reports: wellBut(paymentsDown), waiting: [approval], open: [running] } },
  busy: { facts: busy },
  channel: { facts: busy, inChannel: true, mayNotDeploy: true },
  calm: {
    facts: {
      reports: well,
      succeeded: [
        live(1042, 'shop', '2.14.0', dana, Date.UTC(2026, 10, 20, 9, 10)),
        live(1040, 'search', '3.2.0', avery, Date.UTC(2026, 10, 19, 16, 20)),
      ],
    },
  },
  running: { facts: { reports: well, open: [running, verifying] } },
  waiting: { facts: { reports: well, waiting: [approval] } },
  unclear: { facts: { reports: well, open: [unclear] } },
  unknown: {
    facts: {
      reports: [shopUnknown, reportOf('shop', 'staging')],
      waiting: undefined,
      freezes: undefined,
      isPart: true,
    },
    mayNotDeploy: true,
  },
  'partly-unknown': { facts: { reports: well, locks: undefined } },
  hostile: inWords('shop', 'production', hostileName, hostileText),
  long: inWords(longService, longEnvironment, longName, longText),
  many: {
    facts: {
      reports: many.flatMap((service, index) => [
        index % 3 === 0
          ? troubled(service, 'production', 'its health check isn’t responding')
          : reportOf(service, 'production'),
        reportOf(service, 'staging'),
      ]),
      waiting: many
        .slice(0, 30)
        .map((service, index) => waitingOf(`${service} 2.14.1 to production`, `D-${1100 + index}`, dana)),
      open: many
        .slice(0, 40)
        .map((service, index) => deploymentOf({ number: 1200 + index, service, environment: 'staging', run })),
    },
  },
  empty: { facts: { reports: [] }, mayNotDeploy: true },
  'nothing-deployed': { facts: { reports: [nothingDeployed] } },
  'one-service': {
    facts: {
      scope: { service: 'shop' },
      reports: [shopSlow, reportOf('shop', 'staging')],
      locks: [lockOf('shop', dana, 'the tax fix is being tried', now + minutes(179))],
      drifts: [drift('shop', '2.14.1', '2.14.0', 3)],
    },
  },
  'right-to-left': {
    facts: {
      reports: wellBut({ ...paymentsDown, trouble: 'its health check reports “החיבור למסד הנתונים נכשל”' }),
      waiting: [waitingOf('shop 2.14.1 to production', 'D-1046', { ...dana, name: 'דנה כהן' })],
      locks: [lockOf('shop', { ...dana, name: 'דנה כהן' }, 'העברת נתונים')],
    },
    who: { ...noor, name: 'נור כהן' },
  },
};

export const statusSamples: readonly DrawnSample[] = Object.entries(told).map(
  ([state, { facts, who = noor, inChannel, mayNotDeploy }]) => ({
    state,
    draw() {
      const personal = { id: 'personal', kind: 'personal', name: 'personal chat' } as const;
      const turn = { person: who, place: inChannel ? places.deployments : personal } as const;
      return statusCard(factsWith(facts), {
        turn: { ...turn, trigger: 'typed', reference: '4f2a91c0' },
        canDeploy: !mayNotDeploy,
      });
    },
  }),
);
