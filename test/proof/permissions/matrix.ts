import type { Person } from '../../../src/chat/contract';
import { people } from '../../features/fakes';
import type { Change, Stage } from './stage';

/** What can be lost, for what, and the expected result. */

export const kinds = ['deployment', 'rollback', 'restart', 'access grant', 'gate', 'schedule', 'delegation'] as const;
export type Kind = (typeof kinds)[number];

export const losses = [
  'requester’s permission',
  'approver’s seat',
  'stricter rule',
  'freeze',
  'lock',
  'environment gone',
  'service gone',
  'release gone',
  'commit moved',
  'person gone',
] as const;
export type Loss = (typeof losses)[number];

export const moments = ['before the decision', 'after the decision, before the start'] as const;
export type Moment = (typeof moments)[number];

/**
 * `ended`: nothing took effect, and the requester was told why. `held`: it waits until the rule is over, as documented, and then continues. `waits`: the vote
 * doesn't count or isn't enough; others can still approve. Undefined: the loss has no meaning there.
 */
export type Fate = 'ended' | 'held' | 'waits' | undefined;

const deploying: readonly Kind[] = ['deployment', 'rollback', 'delegation'];

/** Who requests, who approves, and what is requested. */
export const plays: Record<Kind, { readonly requester: Person; readonly approver: Person }> = {
  deployment: { requester: people.dana, approver: people.avery },
  rollback: { requester: people.dana, approver: people.avery },
  restart: { requester: people.noor, approver: people.avery },
  'access grant': { requester: people.nico, approver: people.ada },
  gate: { requester: people.noor, approver: people.avery },
  schedule: { requester: people.dana, approver: people.avery },
  delegation: { requester: people.dana, approver: people.nico },
};

export function fateOf(kind: Kind, loss: Loss, moment: Moment): Fate {
  const early = moment === moments[0];
  if (kind === 'schedule') {
    const counts = ['requester’s permission', 'environment gone', 'service gone', 'person gone'].includes(loss);
    return early && counts ? 'ended' : undefined;
  }
  switch (loss) {
    case 'requester’s permission':
      return kind === 'access grant' ? undefined : 'ended';
    case 'approver’s seat':
      return early ? 'waits' : 'ended';
    case 'stricter rule':
      return early && kind !== 'access grant' ? 'waits' : 'ended';
    case 'freeze':
    case 'lock':
      if (kind === 'access grant') return undefined;
      return deploying.includes(kind) ? 'held' : 'ended';
    case 'environment gone':
    case 'service gone':
      return 'ended';
    case 'release gone':
      return deploying.includes(kind) ? 'ended' : undefined;
    case 'commit moved':
      return deploying.includes(kind) || kind === 'restart' ? 'ended' : undefined;
    case 'person gone':
      return kind === 'delegation' && early ? 'waits' : 'ended';
  }
}

const without =
  (...lines: readonly string[]): Change =>
  (text) =>
    lines.reduce((left, line) => left.replace(line, ''), text);
const swap =
  (from: string, to: string): Change =>
  (text) =>
    text.replace(from, to);

/** Two admins, a gate on restarts, and a group for a stricter rule. */
export const base: readonly Change[] = [
  (text) => `${text}fourEyes:
  - { operation: restart, environments: [staging], approval: { required: 1 } }
`,
  swap('  - { person: ada, role: admin }', '  - { person: ada, role: admin }\n  - { person: noor, role: admin }'),
];

const grantsOf: Record<Kind, string[]> = {
  deployment: ['  - { person: dana, role: developer }\n'],
  rollback: ['  - { person: dana, role: developer }\n'],
  restart: ['  - { person: noor, role: operator }\n', '\n  - { person: noor, role: admin }'],
  'access grant': [],
  gate: ['  - { person: noor, role: operator }\n', '\n  - { person: noor, role: admin }'],
  schedule: ['  - { person: dana, role: developer }\n', '  - { everyone: true, role: viewer }\n'],
  delegation: ['  - { person: dana, role: developer }\n'],
};

const seatsOf: Record<Kind, string> = {
  deployment: '  - { person: avery, role: approver }\n',
  rollback: '  - { person: avery, role: approver }\n',
  restart: '  - { person: avery, role: approver }\n',
  'access grant': '  - { person: ada, role: admin }\n',
  gate: '  - { person: avery, role: approver }\n',
  schedule: '',
  delegation: '  - { person: avery, role: approver }\n',
};

const stricter: Record<Kind, Change> = {
  deployment: swap('deploy: { required: 1 }', 'deploy: { required: 2 }'),
  rollback: swap('rollback: { required: 1, requesterMayApprove: true }', 'rollback: { required: 2 }'),
  restart: swap('restart: { required: 1 }', 'restart: { required: 2 }'),
  'access grant': swap('services:\n', 'roles: { developer: [view, deploy, operate] }\nservices:\n'),
  gate: swap('approval: { required: 1 }', 'approval: { required: 2 }'),
  schedule: (text) => text,
  delegation: swap('deploy: { required: 1 }', 'deploy: { required: 2 }'),
};

const frozen: Change = (text) => `${text}freezes:
  - { name: Closed, reason: finance is closing the books, environments: [staging, production], dates: { from: 2026-11-01, to: 2027-01-04 }, stops: [deploy, rollback, restart] }
`;

/** Another service replaces it, so that the catalog is still valid. */
const serviceGone: Change = (text) => text.replace('  shop:\n', '  store:\n');

/** The environment of this kind. */
export function placeOf(kind: Kind): 'staging' | 'production' {
  return kind === 'access grant' || kind === 'gate' || kind === 'schedule' ? 'staging' : 'production';
}

function versionOf(kind: Kind): string {
  return kind === 'rollback' ? '2.13.0' : '2.14.0';
}

/** Removes it. */
export async function lose(stage: Stage, kind: Kind, loss: Loss): Promise<void> {
  switch (loss) {
    case 'requester’s permission':
      return stage.catalog(without(...grantsOf[kind]));
    case 'approver’s seat':
      return stage.catalog(without(seatsOf[kind]));
    case 'stricter rule':
      return stage.catalog(stricter[kind]);
    case 'freeze':
      return stage.catalog(frozen);
    case 'lock':
      return void (await stage.say(people.ada, `lock shop in ${placeOf(kind)} because the books are closed`));
    case 'environment gone': {
      const left = placeOf(kind) === 'staging' ? 'production' : 'staging';
      return stage.catalog(swap('environments: [staging, production]', `environments: [${left}]`));
    }
    case 'service gone':
      return stage.catalog(serviceGone);
    case 'release gone':
      return stage.release(versionOf(kind), 'gone');
    case 'commit moved':
      return kind === 'restart' ? stage.serve('2.15.0') : stage.release(versionOf(kind), 'moved');
    case 'person gone':
      return stage.catalog(without(...personGone(kind)));
  }
}

/** The requester leaves the catalog; for a delegation, the delegate. */
function personGone(kind: Kind): string[] {
  const who = kind === 'delegation' ? people.nico : plays[kind].requester;
  const key = Object.entries(people).find(([, { id }]) => id === who.id)?.[0] ?? '';
  const grants = Object.values(grantsOf)
    .flat()
    .filter((line) => line.includes(`person: ${key},`));
  const more = key === 'noor' ? ['  - { person: noor, role: approver }\n'] : [];
  return [`  ${key}: { id: "${who.id}", name: ${who.name} }\n`, ...grants, ...more];
}
