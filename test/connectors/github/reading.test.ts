import assert from 'node:assert/strict';
import { jobLines } from '../../../src/connectors/github/actions/logs';
import { githubRunStatus } from '../../../src/connectors/github/actions/reading';
import { carriesKey } from '../../../src/connectors/github/actions/starting';
import { readWorkflowFile } from '../../../src/connectors/github/actions/workflow-file';
import type { Job, JobStep, Run } from '../../../src/connectors/github/schema';
import type { RunStatus } from '../../../src/connectors/contract';

type Seen = Parameters<typeof githubRunStatus>[1];

const run: Run = {
  ...{ id: 7, workflow_id: 1, path: '.github/workflows/deploy.yml', run_number: 1, run_attempt: 1 },
  ...{ display_title: 'Deploy', status: 'in_progress', conclusion: null, head_branch: 'main' },
  ...{ created_at: 1_000, updated_at: 5_000, run_started_at: 2_000, html_url: '', triggering_actor: null },
};
const step = (name: string, status: string, conclusion: string | null): JobStep => ({
  ...{
    name,
    status,
    conclusion,
    number: 1,
    started_at: 3_000,
    completed_at: status === 'completed' ? 4_000 : undefined,
  },
});
const job = (name: string, status: string, conclusion: string | null, steps: JobStep[] = []): Job => ({
  ...{ id: 1, name, status, conclusion, steps, created_at: 2_000, started_at: 3_000 },
  completed_at: status === 'completed' ? 4_000 : undefined,
});
const seen = (more: Partial<Run>, others: Partial<Seen> = {}): Seen => ({
  ...{ run: { ...run, ...more }, jobs: [], approvals: [], isStopping: false, lastLines: [], readAt: 9_000 },
  ...others,
});
const ended = (conclusion: string | null, others: Partial<Seen> = {}): Seen =>
  seen({ status: 'completed', conclusion }, others);

const failedJob = job('test', 'completed', 'failure', [
  step('Set up job', 'completed', 'success'),
  step('Run tests', 'completed', 'failure'),
]);
const slowJob = job('load', 'completed', 'timed_out', [step('Run', 'completed', 'cancelled')]);
const approvals = [{ id: '1', name: 'production' }];
const waitingJob = job('deploy', 'waiting', null);
const runningJob = job('build', 'in_progress', null);

describe('the state of a run in GitHub', () => {
  const table: [what: string, given: Seen, expected: Partial<RunStatus>][] = [
    ['queued', seen({ status: 'queued' }), { state: 'queued', startedAt: 2_000 }],
    ['requested', seen({ status: 'requested' }), { state: 'queued' }],
    [
      'pending',
      seen({ status: 'pending' }),
      { state: 'queued', reason: 'another run of its concurrency group is in progress' },
    ],
    ['in progress', seen({}), { state: 'running' }],
    ['a status that nobody knows', seen({ status: 'dreaming' }), { state: 'running' }],
    ['asked to stop', seen({}, { isStopping: true }), { state: 'stopping' }],
    [
      'waiting',
      seen({ status: 'waiting' }, { approvals }),
      { state: 'waiting', reason: 'waiting for approval of production' },
    ],
    ['waiting for nothing that is known', seen({ status: 'waiting' }), { state: 'waiting', reason: undefined }],
    ['in progress with only a job that waits', seen({}, { approvals, jobs: [waitingJob] }), { state: 'waiting' }],
    [
      'in progress beside a job that waits',
      seen({}, { approvals, jobs: [waitingJob, runningJob] }),
      { state: 'running' },
    ],
    ['success', ended('success'), { state: 'succeeded', progress: 1, endedAt: 5_000, hasWarnings: undefined }],
    [
      'success with a job that may fail',
      ended('success', { jobs: [failedJob] }),
      { state: 'succeeded', hasWarnings: true },
    ],
    ['neutral', ended('neutral'), { state: 'succeeded', hasWarnings: true }],
    ['failure', ended('failure', { jobs: [failedJob] }), { state: 'failed', reason: 'Run tests failed' }],
    [
      'failure of one of several jobs',
      ended('failure', { jobs: [job('build', 'completed', 'success'), failedJob] }),
      { state: 'failed', reason: 'test: Run tests failed' },
    ],
    ['failure without a job', ended('failure'), { state: 'failed', reason: undefined }],
    ['too slow', ended('timed_out', { jobs: [slowJob] }), { state: 'failed', reason: 'load ran into its time limit' }],
    ['too slow without a job', ended('timed_out'), { state: 'failed', reason: 'it ran into its time limit' }],
    [
      'not started',
      ended('startup_failure'),
      { state: 'failed', reason: 'GitHub couldn’t start it: check the workflow file' },
    ],
    ['skipped', ended('skipped'), { state: 'failed', reason: 'GitHub skipped all its jobs' }],
    ['stale', ended('stale'), { state: 'failed', reason: 'GitHub gave it up' }],
    [
      'action required',
      ended('action_required'),
      { state: 'waiting', reason: 'GitHub wants it approved before it runs' },
    ],
    ['canceled', ended('cancelled'), { state: 'canceled', reason: undefined }],
    [
      'canceled by a person',
      ended('cancelled', { ending: { by: 'person', login: 'noor' } }),
      { state: 'canceled', reason: 'canceled by noor in GitHub' },
    ],
    [
      'canceled for a newer run',
      ended('cancelled', { ending: { by: 'newer' } }),
      { state: 'superseded', reason: 'a newer run replaced it' },
    ],
    ['a conclusion that nobody knows', ended('exploded'), { state: 'failed' }],
    ['no conclusion', ended(null), { state: 'failed' }],
  ];
  for (const [what, given, expected] of table)
    it(what, () => {
      const status = githubRunStatus('acme/shop/7', given);
      for (const [key, value] of Object.entries(expected)) assert.equal(status[key as keyof RunStatus], value, key);
      assert.equal('endedAt' in status, ['succeeded', 'failed', 'canceled', 'superseded'].includes(status.state));
    });

  it('lists the steps of its only job', () => {
    const steps = [
      step('a', 'completed', 'success'),
      step('b', 'completed', 'neutral'),
      step('c', 'completed', 'failure'),
      step('d', 'completed', 'skipped'),
      step('e', 'completed', 'cancelled'),
      step('f', 'in_progress', null),
      step('g', 'queued', null),
    ];
    const status = githubRunStatus('acme/shop/7', seen({}, { jobs: [job('deploy', 'in_progress', null, steps)] }));
    assert.deepEqual(
      status.steps.map(({ name, state }) => `${name} ${state}`),
      ['a done', 'b done', 'c failed', 'd skipped', 'e canceled', 'f running', 'g waiting'],
    );
    assert.deepEqual(status.steps[0], { name: 'a', state: 'done', detail: '', startedAt: 3_000, endedAt: 4_000 });
    assert.equal(status.progress, 5 / 8);
  });

  it('lists several jobs, each with what it is at', () => {
    const jobs = [
      failedJob,
      job('lint', 'in_progress', null, [step('Check', 'in_progress', null)]),
      job('late', 'queued', null),
    ];
    assert.deepEqual(
      githubRunStatus('acme/shop/7', seen({}, { jobs })).steps.map(({ name, state, detail }) =>
        `${name} ${state} ${detail}`.trim(),
      ),
      ['test failed Run tests', 'lint running Check', 'late waiting'],
    );
  });
});

describe('the log of a job in GitHub', () => {
  const time = '2026-11-30T10:00:00.1234567Z ';
  const table: [what: string, log: string, hasFailed: boolean, lines: string[]][] = [
    ['times', `\uFEFF${time}one\r\n${time}two\n`, false, ['one', 'two']],
    ['groups', `${time}##[group]Run it\n${time}it\n${time}##[endgroup]\n`, false, ['Run it', 'it']],
    ['warnings', `${time}##[warning]old\n`, false, ['Warning: old']],
    ['what follows the error', `${time}##[error]no\n${time}Post job\n`, true, ['Error: no']],
    ['what follows an error that did no harm', `${time}##[error]no\n${time}yes\n`, false, ['Error: no', 'yes']],
    ['a line that has only a time in it', `${time}  at 2026-11-30T10:00:00Z\n`, false, ['  at 2026-11-30T10:00:00Z']],
  ];
  for (const [what, log, hasFailed, lines] of table)
    it(`is read without or with ${what}`, () => assert.deepEqual(jobLines(log, hasFailed), lines));
});

describe('the key of a start in GitHub', () => {
  const table: [title: string, key: string, isIn: boolean][] = [
    ['Deploy 2.14.0 · run:abc:1', 'run:abc:1', true],
    ['run:abc:1', 'run:abc:1', true],
    ['(run:abc:1) Deploy', 'run:abc:1', true],
    ['Deploy run:abc:12', 'run:abc:1', false],
    ['Deploy xrun:abc:1', 'run:abc:1', false],
    ['Deploy run:abc:1-2', 'run:abc:1', false],
    ['Deploy', '', false],
  ];
  for (const [display_title, key, isIn] of table)
    it(`${key} ${isIn ? 'is' : 'isn’t'} in ${display_title}`, () =>
      assert.equal(carriesKey({ display_title }, key), isIn));
});

describe('a workflow file', () => {
  const dispatch = (more: string): string => `on:\n  workflow_dispatch:\n    inputs: { gavel_key: {} }\n${more}`;
  const table: [what: string, text: string, expected: boolean | undefined][] = [
    ['that names its runs with the key', dispatch("run-name: 'x ${{ inputs.gavel_key }}'"), true],
    ['that does so by the event', dispatch("run-name: 'x ${{ github.event.inputs.gavel_key }}'"), true],
    ['that does so in brackets', dispatch("run-name: x ${{inputs['gavel_key']}}"), true],
    ['that does so with something else', dispatch('run-name: x ${{ inputs.key || inputs.gavel_key }}'), true],
    ['that names its runs in another way', dispatch('run-name: x ${{ inputs.gavel_key_2 }}'), false],
    ['without a name for its runs', dispatch(''), false],
    ['without the input', 'on: workflow_dispatch\nrun-name: ${{ inputs.gavel_key }}', false],
    ['with a list of triggers', 'on: [push, workflow_dispatch]', false],
    ['that starts by itself', 'on: push', undefined],
    ['without triggers', 'name: x', undefined],
    ['that is no YAML', 'on: [', undefined],
    ['that is a list', '- on', undefined],
    ['that is empty', '', undefined],
    ['with inputs that are none', 'on: { workflow_dispatch: { inputs: 5 } }', undefined],
    [
      'with aliases that grow',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\non: [workflow_dispatch, *c, *c]`,
      undefined,
    ],
  ];
  for (const [what, text, expected] of table)
    it(`${what}: ${expected === undefined ? 'can’t be started' : expected ? 'keeps the key' : 'loses the key'}`, () =>
      assert.equal(readWorkflowFile(text)?.showsKey, expected));
});
