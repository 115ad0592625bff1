import type { Check, CommitRange, PullRequest, PullRequests, SourceControl } from '../../src/connectors/contract';
import { people } from '../features/fakes';
import { hostileName, hostileText, longName, longText } from './contract';
import { scene } from './stage';
import type { Stage } from './stage';

/** Source control: what is open, what fails, and what waits for the next release. */

const { dana } = people;
const hourMs = 3_600_000;
const page = 'https://github.example/acme/shop';

interface Kept {
  readonly requests?: PullRequests | 'silent';
  readonly checks?: readonly Check[];
  readonly ahead?: CommitRange;
}

/** The source of every service is GitHub, which keeps this. */
function keepIn({ world }: Stage, { requests, checks, ahead }: Kept, system = 'GitHub'): void {
  const isKept = (service: string): boolean => service === 'shop';
  const { systems } = world.deps;
  const newest = [...world.connector.releasesOf.keys()].at(-1);
  const { source } = systems;
  const more: Partial<SourceControl> = {
    ...(ahead && {
      mainBranch: async (since) => {
        const commits = since === newest ? ahead.commits : [...ahead.commits, ...world.connector.commits];
        return { name: 'main', commit: 'c'.repeat(40), ahead: { ...ahead, commits } };
      },
    }),
    ...(requests && {
      pullRequests: async () => (requests === 'silent' ? Promise.reject(new Error('no route')) : requests),
    }),
    ...(checks && { checks: async () => [...checks] }),
  };
  Object.assign(systems, {
    titleOf: () => system,
    source: (service: string) => ({ ...source(service), connection: 'github', ...(isKept(service) && more) }),
  });
}

type Open = Pick<PullRequest, 'label' | 'title' | 'author'> & Partial<PullRequest> & { readonly hoursOld: number };

const requestsOf = ({ world: { clock } }: Stage, all: readonly Open[]): PullRequests => ({
  called: 'pull request',
  total: all.length,
  url: `${page}/pulls`,
  open: all.map(({ hoursOld, label, ...more }) => ({
    ...{ label, isDraft: false, reviewers: [], review: 'waiting' as const },
    url: `${page}/pull/${label.slice(1)}`,
    openedAt: clock.now() - hoursOld * hourMs,
    ...(more.reviewers && { reviewRequestedAt: clock.now() - hoursOld * hourMs }),
    ...more,
  })),
});

function checksOf(passed: number, failed: readonly string[] = []): Check[] {
  const all: Check[] = failed.map((name) => ({ name, state: 'failed', url: `${page}/actions/runs/1` }));
  return [...all, ...Array.from({ length: passed }, (_, index): Check => ({ name: `test ${index}`, state: 'passed' }))];
}

function aheadOf(
  { world: { clock } }: Stage,
  all: readonly (readonly [message: string, author: string])[],
): CommitRange {
  const commits = all.map(([message, author], index) => ({
    ...{ id: String(index).repeat(40), message, author },
    committedAt: clock.now() - (index + 1) * 20 * hourMs,
  }));
  return {
    commits,
    direction: commits.length === 0 ? 'same' : 'forward',
    authors: { people: [...new Set(all.map(([, author]) => author))].map((name) => ({ name })) },
  };
}

const waiting = [
  ['Show the delivery date in the cart', 'Avery Chen'],
  ['Retry the tax lookup twice', 'Dana Reyes'],
  ['Cache the price list', 'Dana Reyes'],
] as const;

const usual: readonly Open[] = [
  { label: '#418', title: 'Retry the tax lookup', author: 'Dana Reyes', hoursOld: 146, reviewers: ['Avery Chen'] },
  {
    ...{ label: '#431', title: 'Gift card refunds', author: 'Ada Admin', hoursOld: 75 },
    ...{ review: 'changes requested', checks: checksOf(12, ['lint', 'unit tests']) },
  },
  {
    ...{ label: '#436', title: 'Drop the old cart API', author: 'Noor Operator', hoursOld: 26 },
    reviewers: ['Avery Chen', 'Checkout team'],
  },
  { label: '#438', title: 'Bump express to 5.1.1', author: 'Renovate', hoursOld: 4, review: 'approved' },
  { label: '#440', title: 'Try another cart layout', author: 'Dana Reyes', hoursOld: 2, isDraft: true },
];

const sources = scene(async (stage) => {
  keepIn(stage, { requests: requestsOf(stage, usual), checks: checksOf(14), ahead: aheadOf(stage, waiting) });
  await stage.show('', dana, 'scm shop');
});

const failing = scene(async (stage) => {
  const checks = checksOf(9, ['unit tests', 'licenses', 'end to end', 'lint', 'types']);
  keepIn(stage, { requests: requestsOf(stage, usual.slice(3)), checks, ahead: aheadOf(stage, waiting.slice(0, 1)) });
  await stage.show('checks-failed', dana, 'scm shop');
});

const quiet = scene(async (stage) => {
  keepIn(stage, { requests: requestsOf(stage, []), checks: checksOf(14), ahead: aheadOf(stage, []) });
  await stage.show('nothing-open', dana, 'scm shop');
});

const branches = scene(async (stage) => {
  const { open } = requestsOf(stage, [
    { label: 'shop-gift-cards', title: 'Pay for an order with a gift card', author: 'Tomás Ferreira', hoursOld: 216 },
    { label: 'shop-stock-levels', title: 'Show how many are left', author: 'Yuki Tanaka', hoursOld: 72 },
  ]);
  const plain = open.map(({ url: _url, review: _review, ...each }): PullRequest => each);
  keepIn(stage, { requests: { called: 'branch', open: plain, total: 2 }, ahead: aheadOf(stage, waiting) }, 'Sandbox');
  await stage.show('branches', dana, 'scm shop');
});

const partial = scene(async (stage) => {
  keepIn(stage, {}, 'Host');
  await stage.show('no-requests', dana, 'scm shop');
});

const silent = scene(async (stage) => {
  keepIn(stage, { requests: 'silent', ahead: aheadOf(stage, waiting) });
  await stage.show('unknown', dana, 'scm shop');
});

const foreign = scene(async (stage) => {
  const [hostile, long] = [
    {
      url: 'javascript:alert(1)',
      label: '#1',
      title: hostileText,
      author: hostileName,
      hoursOld: 90,
      reviewers: [hostileName, hostileText],
    },
    { label: '#2', title: longText, author: longName, hoursOld: 2_000, reviewers: [longName, longText] },
  ];
  const checks: Check[] = [{ name: hostileText, state: 'failed', url: 'javascript:alert(1)' }];
  const more = { checks, ahead: aheadOf(stage, [[hostileText, hostileName]]) };
  keepIn(stage, { requests: requestsOf(stage, [hostile]), ...more });
  await stage.show('hostile', dana, 'scm shop');
  const many = Array.from({ length: 30 }, (_, index) => ({ ...long, label: `#${10_000 + index}` }));
  const range = aheadOf(
    stage,
    Array.from({ length: 200 }, (_, index) => [longText, `${longName} ${index}`] as const),
  );
  keepIn(stage, {
    requests: requestsOf(stage, many),
    checks: checksOf(3, Array<string>(9).fill(longText)),
    ahead: range,
  });
  await stage.show('long', dana, 'scm shop');
  const name = 'دانا المطورة';
  const other = { label: '#3', title: 'إضافة بطاقات الهدايا', author: name, hoursOld: 50, reviewers: [name] };
  keepIn(stage, { requests: requestsOf(stage, [other]), ahead: aheadOf(stage, [['إصلاح السلة', name]]) });
  await stage.show('right-to-left', dana, 'scm shop');
});

const summary = scene(async (stage) => {
  keepIn(stage, { requests: requestsOf(stage, usual), checks: checksOf(14), ahead: aheadOf(stage, waiting) });
  await stage.show('scm-summary', dana, 'scm summary', 'channel');
});

export const scmScenes = [sources, failing, quiet, branches, partial, silent, foreign, summary];
