import type { RunStatus } from '../../src/connectors/contract';
import { people } from '../features/fakes';
import { hostileName, hostileText, longName, longText } from './contract';
import { idOf, scene } from './stage';
import type { Stage } from './stage';

/** Pipelines that people run: their form, and the card of a run in every state. */

const { dana, noor } = people;
const rightToLeft = 'בדיקת עומס לילית';

/** Prepares and starts a run of `nightly`; gives its id. */
async function start({ type, click, world }: Stage, line = 'run nightly where=staging'): Promise<string> {
  const preview = await type(dana, line, 'channel');
  const id = previewId(preview);
  await click(dana, 'runs.start', { id }, 'channel');
  await world.pass(1_000);
  return id;
}

function previewId(shown: Parameters<typeof idOf>[0]): string {
  const { actions = [] } = ('card' in shown ? shown.data : {}) as { actions?: readonly { id: string }[] };
  return actions[0]?.id ?? idOf(shown);
}

/** What the tool says now, and the card after it. */
async function seen(stage: Stage, state: string, status: Partial<RunStatus>): Promise<void> {
  stage.world.pipelines.tell(status);
  await stage.world.pass(20_000, 5_000);
  stage.keep(state, stage.sent('runs/run'));
}

const steps = (...states: RunStatus['steps'][number]['state'][]): RunStatus['steps'] =>
  states.map((state, index) => ({
    name: ['fetch', 'build', 'test', 'publish'][index] ?? `step ${index + 1}`,
    state,
    detail: state === 'running' ? '212 of 640 files' : '',
    ...(state !== 'waiting' && state !== 'skipped' && { startedAt: Date.UTC(2026, 10, 20, 13, 0, index) }),
    ...(state === 'done' && { endedAt: Date.UTC(2026, 10, 20, 13, 0, index + 4) }),
  }));
const url = 'https://ci.example/job/nightly/482';

const forms = scene(async (stage) => {
  const { show, world, keep, click } = stage;
  await show('run-choose', dana, 'run');
  await show('', dana, 'run nightly');
  await show('wrong', dana, 'run nightly where=mars count=many');
  await show('run-preview', dana, 'run nightly where=staging count=3');
  const shown = await stage.type(dana, 'run docs-publish');
  keep('run-dismissed', await click(dana, 'runs.view', { id: previewId(shown) }));
  world.pipelines.offered.set('nightly', {
    id: 'nightly',
    title: hostileName,
    url,
    parameters: [
      { name: hostileName, description: hostileText, type: 'text', initial: hostileText, isRequired: true },
      { name: 'where', type: 'choice', choices: [hostileName, 'b'], isRequired: false },
    ],
  });
  await show('hostile', dana, 'run nightly');
  world.pipelines.offered.set('nightly', {
    id: 'nightly',
    title: rightToLeft,
    parameters: [{ name: 'branch', label: rightToLeft, type: 'text', isRequired: false }],
  });
  await show('right-to-left', dana, 'run nightly');
  world.pipelines.offered.set('nightly', {
    id: 'nightly',
    title: longName,
    parameters: Array.from({ length: 24 }, (_, index) => ({
      ...{ name: `parameter-${index + 1}`, description: longText, isRequired: false },
      ...{ type: 'choice' as const, choices: Array.from({ length: 20 }, (_each, position) => `choice ${position}`) },
    })),
  });
  await show('long', dana, 'run nightly');
});

const life = scene(async (stage) => {
  const { world, keep, sent } = stage;
  const lost = (): void => void world.pipelines.faults.push({ method: 'start', failure: 'unreachable' });
  lost();
  await start(stage);
  keep('starting', sent('runs/run'));
  await world.pass(5_000);
  await seen(stage, 'queued', { state: 'queued', steps: [], reason: 'All 4 workers are busy', url });
  await seen(stage, 'waiting', {
    ...{ state: 'waiting', reason: 'approve the release' },
    ...{ steps: steps('done', 'done', 'done', 'running'), progress: 0.75 },
    approvals: [
      { id: '1', name: 'Publish to customers', waitingSince: Date.UTC(2026, 10, 20, 13, 1), url: `${url}/input` },
    ],
  });
  await seen(stage, 'waiting-hostile', { approvals: [{ id: '2', name: hostileName }] });
  await seen(stage, '', {
    state: 'running',
    approvals: [],
    steps: steps('done', 'running', 'waiting', 'waiting'),
    progress: 0.34,
  });
  world.pipelines.faults.push(
    ...Array.from({ length: 9 }, () => ({ method: 'runStatus' as const, failure: 'unreachable' as const })),
  );
  await world.pass(60_000, 5_000);
  keep('silent', sent('runs/run'));
  world.pipelines.faults.length = 0;
  await seen(stage, 'stopping', { state: 'stopping' });
  await seen(stage, 'canceled', { state: 'canceled', steps: steps('done', 'canceled', 'skipped', 'skipped') });
});

const waits = scene(async (stage) => {
  const { world, keep, sent } = stage;
  await stage.begin();
  await start(stage);
  const [id = ''] = [...world.pipelines.runs.keys()];
  world.pipelines.tell({ steps: steps('done', 'done', 'done', 'running'), progress: 0.75, url });
  world.pipelines.wait({
    ...{ id, pipeline: 'nightly', title: 'Nightly build' },
    approvals: [
      {
        ...{ id: '1', name: 'Publish to customers', waitingSince: world.clock.now(), url: `${url}/input` },
        target: { service: 'shop', environment: 'production' },
      },
    ],
  });
  await world.pass(61_000, 20_500);
  keep('asked', sent('runs/run'));
});

const ends = scene(async (stage) => {
  const { click, world } = stage;
  await start(stage);
  const whole = steps('done', 'done', 'done', 'done');
  await seen(stage, 'succeeded', { state: 'succeeded', steps: whole, progress: 1, url });
  await start(stage);
  await seen(stage, 'warnings', { state: 'succeeded', steps: whole, hasWarnings: true });
  await start(stage);
  world.pipelines.log = ['compiling 640 files', 'src/cart.ts:42 error: out of disk space', 'exit 1'];
  const broken = steps('done', 'failed', 'skipped', 'skipped');
  await seen(stage, 'failed', { state: 'failed', steps: broken, reason: 'exit code 1', url });
  await start(stage);
  await seen(stage, 'superseded', { state: 'superseded', steps: [] });
  const id = await start(stage);
  await click(noor, 'runs.cancel', { id }, 'channel');
  await world.pass(1_000);
  await seen(stage, 'canceled-by', { state: 'canceled', steps: steps('done', 'canceled') });
  await start(stage);
  await stage.show('runs', dana, 'runs', 'channel');
  await stage.type(dana, 'run keep R-1001 as smoke for this channel', 'channel');
  await stage.show('run-favorites', dana, 'run favorites', 'channel');
});

const unclear = scene(async (stage) => {
  const { world, keep, sent, ask } = stage;
  world.pipelines.faults.push({ method: 'start', failure: 'unclear' });
  world.pipelines.findAnswer = { found: 'cannot tell' };
  const id = await start(stage);
  await world.pass(30_000);
  keep('unclear', sent('runs/run'));
  keep('run-again', await ask(dana, 'runs.settle-again', id));
  keep('run-close', await ask(dana, 'runs.settle-not', id));
});

const odd = scene(async (stage) => {
  const { world, ask, keep } = stage;
  keep('run-cancel', await ask(dana, 'runs.cancel', await start(stage)));
  const twenty = steps(...Array.from({ length: 20 }, (_, index) => (index < 14 ? 'done' : 'waiting') as 'done'));
  const longSteps = twenty.map((step, index) => ({
    ...step,
    name: longText,
    detail: longText,
    ...(index === 14 && { state: 'running' as const }),
  }));
  await seen(stage, 'long', {
    state: 'running',
    steps: longSteps,
    progress: 0.7,
    lastLines: [longText, longText, longText],
  });
  const set = (title: string): void =>
    void world.pipelines.offered.set('nightly', {
      id: 'nightly',
      title,
      parameters: [{ name: 'note', type: 'text', isRequired: true }],
    });
  set(hostileName);
  await start(stage, `run nightly note="${hostileName.replaceAll('"', '')}"`);
  const hostile = [{ name: hostileName, state: 'failed' as const, detail: hostileText }];
  world.pipelines.log = [hostileText, hostileText];
  await seen(stage, 'hostile', { state: 'failed', steps: hostile, reason: hostileText });
  set(rightToLeft);
  await start(stage, 'run nightly note=לילה');
  const reversed = [{ name: rightToLeft, state: 'running' as const, detail: rightToLeft }];
  await seen(stage, 'right-to-left', { state: 'running', steps: reversed, lastLines: [rightToLeft] });
});

export const runScenes = [forms, life, waits, ends, unclear, odd];
