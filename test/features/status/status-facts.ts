import type { Person } from '../../../src/chat/contract';
import type { Deployment, FoundDeployment } from '../../../src/features/deployments';
import type { HealthReport } from '../../../src/features/health';
import type { StatusFacts } from '../../../src/features/status/facts';
import { liveRelease, people, places } from '../fakes';

/** The facts for `status`, for tests of what it makes of them. */

/** Friday, November 20, 2026, 15:01 UTC. */
export const now = Date.UTC(2026, 10, 20, 15, 1);
export const minutes = (count: number): number => count * 60_000;

export function reportOf(service: string, environment: string, more: Partial<HealthReport> = {}): HealthReport {
  return {
    ...{ service, environment, state: 'healthy', since: now - minutes(300), figures: undefined },
    live: liveRelease({ version: '2.14.0', commit: 'a'.repeat(40), since: now - minutes(300) }),
    ...{ trouble: '', loneFailure: false, readAt: now },
    ...more,
  };
}

let lastNumber = 1041;

export function deploymentOf(more: Partial<Deployment> = {}): FoundDeployment {
  const number = more.number ?? (lastNumber += 1);
  return {
    id: number.toString(16).padStart(32, '0'),
    deployment: {
      ...{ number, kind: 'deploy', service: 'shop', environment: 'production', version: '2.14.1' },
      ...{ commit: 'b'.repeat(40), replaces: undefined, requester: people.dana, reason: '', thread: undefined },
      ...{ requestedAt: now - minutes(10), placeId: places.deployments.id, correlationId: 'test', state: 'running' },
      ...{ stateSince: now - minutes(2), approvedBy: [], runKey: `run-${number}` },
      changes: { commits: [], total: 0, direction: 'forward' },
      ...more,
    },
  };
}

export function waitingOf(title: string, label: string, requester: Person = people.dana, subjectId = label) {
  const id = Buffer.from(label).toString('hex').padStart(32, '0');
  return { id, label, title, requester, subjectId, target: {}, expiresAt: now + minutes(119) };
}

/** A calm day: two services, everything healthy and the same everywhere. */
export function factsWith(more: Partial<StatusFacts> = {}): StatusFacts {
  const targets = ['production', 'staging'].flatMap((environment) =>
    ['shop', 'payments'].map((service) => reportOf(service, environment)),
  );
  return {
    ...{ scope: {}, now, timeZone: 'UTC', since: Date.UTC(2026, 10, 19), reports: targets, isPart: false },
    ...{ waiting: [], open: [], failed: [], succeeded: [], freezes: [], locks: [], drifts: [], runs: [] },
    ...more,
  };
}
