import assert from 'node:assert/strict';
import type { Parameter, RunStatus } from '../../../src/connectors/contract';
import { choicesFor, joinAnswers, readAnswers } from '../../../src/features/run-approvals/parse';
import { mayHaveStarted, runApprovalReach, ruleFor, standingOf } from '../../../src/features/run-approvals/policy';
import { runApprovalWorkflow } from '../../../src/features/run-approvals/workflow';
import type { RunApprovalEvent } from '../../../src/features/run-approvals/workflow';
import type { DecisionMade, RunApproval, StepStanding } from '../../../src/features/run-approvals/contract';
import { people, sampleCatalog } from '../fakes';

const { dana, avery } = people;
const catalog = sampleCatalog();

describe('the rule of a step that waits in an outside system', () => {
  it('is that of its environment, and never lets whoever started it approve', () => {
    const production = ruleFor(catalog, { target: { service: 'shop', environment: 'production' } });
    assert.deepEqual([production.required, production.role, production.requesterMayApprove], [1, 'approver', false]);
    assert.equal(production.stages, undefined);
  });

  it('is one approval by anybody with the right to approve where no approval is needed for a deployment, or nobody knows where', () => {
    for (const target of [{ service: 'shop', environment: 'staging' }, undefined]) {
      const rule = ruleFor(catalog, { target });
      assert.deepEqual(rule.stages, [{ name: '', required: 1, right: 'approve' }]);
      assert.equal(rule.requesterMayApprove, false);
    }
  });

  it('reaches as far as its service, or else as its pipeline', () => {
    const target = { service: 'shop', environment: 'production' };
    assert.deepEqual(runApprovalReach({ target, connection: 'ci', pipeline: 'nightly' }), target);
    assert.deepEqual(runApprovalReach({ connection: 'ci', pipeline: 'nightly' }), { pipeline: 'ci/nightly' });
  });

  it('knows people by the name or the address that the tool has', () => {
    assert.equal(mayHaveStarted(catalog, dana.id, { startedBy: { name: 'DANA developer' } }), true);
    assert.equal(mayHaveStarted(catalog, avery.id, { startedBy: { name: 'Dana Developer' } }), false);
    assert.equal(mayHaveStarted(catalog, dana.id, {}), false);
  });
});

describe('what a tool says of a step', () => {
  const status = (more: Partial<RunStatus>): RunStatus => ({
    ...{ id: 'r', state: 'waiting', steps: [], progress: 0, startedAt: 0, lastLines: [], logReadAt: 0 },
    ...more,
  });
  const waits = { approvals: [{ id: 'publish', name: 'Publish' }] };
  const decision = { approval: 'publish', approves: true, by: 'bot' };
  const cases: readonly (readonly [title: string, status: RunStatus | undefined, is: object])[] = [
    ['it waits', status(waits), { is: 'waiting' }],
    ['nothing is known of its run', undefined, { is: 'over', reason: 'the tool no longer has the run' }],
    [
      'its run was canceled',
      status({ state: 'canceled', ...waits, approvals: [] }),
      { is: 'over', reason: 'it is canceled' },
    ],
    ['its run failed, with a reason', status({ state: 'failed', reason: 'exit 1' }), { is: 'over', reason: 'exit 1' }],
    [
      'the run goes on, and nobody says why',
      status({ state: 'running' }),
      { is: 'decided', isOurs: false, isTold: false },
    ],
  ];
  for (const [title, given, is] of cases)
    it(`that ${title}`, () => assert.deepEqual(standingOf(given, 'publish', 'A-1b2c3d'), is));

  it('is our decision if its comment has the number, whatever else was decided before', () => {
    const ours = { ...decision, comment: 'Approved by Avery Approver in Gavel (A-1b2c3d): fine' };
    const decisions = [{ ...decision, approves: false, by: 'Kim' }, ours];
    const standing = standingOf(status({ state: 'running', decisions }), 'publish', 'A-1b2c3d');
    assert.deepEqual([standing.is, 'isOurs' in standing && standing.isOurs], ['decided', true]);
    assert.equal(
      standingOf(status({ ...waits, decisions }), 'publish', 'A-1b2c3d').is,
      'decided',
      'others still have to',
    );
    assert.deepEqual(
      standingOf(status({ state: 'running', decisions: [ours, ...decisions] }), 'publish', 'A-1b2c3d'),
      standing,
    );
    const other = standingOf(status({ state: 'running', decisions }), 'publish', 'A-ffffff');
    assert.equal('isOurs' in other && other.isOurs, false);
    assert.equal(
      standingOf(status({ ...waits, decisions: [{ ...ours, approval: 'stage' }] }), 'publish', 'A-1b2c3d').is,
      'waiting',
    );
  });

  it('is no decision of somebody else while the step still waits, such as that of an earlier attempt', () => {
    const standing = standingOf(status({ ...waits, decisions: [{ ...decision, by: 'Kim' }] }), 'publish', 'A-1b2c3d');
    assert.deepEqual(standing, { is: 'waiting' });
  });
});

describe('the values that an approval gives', () => {
  const asks: readonly Parameter[] = [
    { name: 'pay', label: 'Pay', type: 'choice', choices: ['all', 'the first 5'], initial: 'all', isRequired: true },
    { name: 'ticket', type: 'text', isRequired: false },
  ];

  it('come from the note, and what is left is the comment', () => {
    assert.deepEqual(readAnswers(asks, 'pay="the first 5" looks fine a=b'), {
      ...{ values: { pay: 'the first 5' }, problems: [], words: 'looks fine a=b' },
    });
    assert.deepEqual(readAnswers(asks, ''), { values: { pay: 'all' }, problems: [], words: '' });
    assert.deepEqual(readAnswers(undefined, ' pay=all '), { values: {}, problems: [], words: 'pay=all' });
  });

  it('are checked', () => {
    assert.match(
      readAnswers(asks, 'pay=none').problems.join(),
      /^“Pay” can’t be “none”. It must be all or the first 5$/,
    );
    const needed: Parameter[] = [{ name: 'count', type: 'number', isRequired: true }];
    assert.deepEqual(readAnswers(needed, 'ok').problems, ['“count” is missing']);
  });

  it('are ambiguous if two approvers say something else', () => {
    assert.equal(joinAnswers(asks, ['pay="the first 5"', 'pay="the first 5" ok']).isAmbiguous, false);
    assert.equal(joinAnswers(asks, ['pay="the first 5"', '']).isAmbiguous, true);
    assert.equal(joinAnswers(undefined, ['a', 'b']).words, 'a; b');
  });

  it('are offered as choices, the default first, if there are few', () => {
    assert.deepEqual(choicesFor(asks), [
      {
        label: 'Pay',
        options: [
          { title: 'all', words: '' },
          { title: 'the first 5', words: 'pay="the first 5"' },
        ],
      },
    ]);
    const [choice] = choicesFor([{ name: 'dry', type: 'boolean', isRequired: true }]);
    assert.deepEqual(
      choice?.options.map(({ title }) => title),
      ['Choose…', 'Yes', 'No'],
    );
    const many = Array.from({ length: 30 }, (_, index) => `v${index}`);
    assert.deepEqual(choicesFor([{ name: 'x', type: 'choice', choices: many, isRequired: true }]), []);
  });
});

describe('the life of a step that waits', () => {
  const begunAt = 1_000_000;
  const given = {
    ...{
      connection: 'ci',
      run: '1',
      step: 'publish',
      round: 0,
      pipeline: 'nightly',
      title: 'Nightly',
      name: 'Publish',
    },
    ...{ requester: dana, placeId: 'channel', thread: undefined, correlationId: 'c' },
    ...{ openedAt: begunAt, waitingSince: begunAt, expiresAt: begunAt + 3_600_000 },
  };
  const yes: DecisionMade = { approves: true, by: [avery], at: begunAt, words: '' };
  const id = '1b2c3d00000000000000000000000000';

  type Moment = readonly [afterSeconds: number, event: RunApprovalEvent];

  /** Applies these events, each with the seconds before it, and returns the record and the kinds of all effects. */
  function live(events: readonly Moment[]) {
    let now = begunAt;
    let record: RunApproval | undefined;
    const effects: string[] = [];
    const all = [[0, { type: 'open', approval: given }] as const, ...events];
    for (const [afterSeconds, event] of all) {
      now += afterSeconds * 1_000;
      const change = runApprovalWorkflow.transition(record, event, { id, now });
      record = change?.record ?? record;
      effects.push(...(change?.effects ?? []).map(({ kind }) => kind));
    }
    return { state: record?.state, effects: effects.filter((kind) => kind !== 'card') };
  }
  const decide = [0, { type: 'decide', decision: yes }] as const;
  const attempt = [0, { type: 'try' }] as const;
  const look = (standing: StepStanding, afterSeconds = 20) => [afterSeconds, { type: 'look', standing }] as const;
  const waits = look({ is: 'waiting' });
  const vague = look({ is: 'decided', isOurs: false, isTold: false });
  const kim = look({ is: 'decided', isOurs: false, isTold: true, approves: false, by: 'Kim' });
  const ours = look({ is: 'decided', isOurs: true, isTold: true, approves: true });
  const over = look({ is: 'over', reason: 'it is canceled' });

  const cases: readonly (readonly [
    title: string,
    events: readonly Moment[],
    state: string,
    effects: readonly string[],
  ])[] = [
    ['asks people as soon as it waits', [], 'waiting', ['request']],
    ['is sent once they approve', [decide, attempt, [1, { type: 'sent' }]], 'approved', ['request', 'send', 'audit']],
    [
      'takes the first decision only',
      [decide, [0, { type: 'decide', decision: { ...yes, approves: false } }]],
      'deciding',
      ['request', 'send'],
    ],
    [
      'is found after an answer that was lost',
      [decide, attempt, waits, ours],
      'approved',
      ['request', 'send', 'audit'],
    ],
    [
      'isn’t sent again while it may still arrive',
      [decide, attempt, waits, waits, waits],
      'deciding',
      ['request', 'send'],
    ],
    [
      'is asked about anew once it surely never arrived',
      [decide, attempt, look({ is: 'waiting' }, 60), waits, look({ is: 'waiting' }, 60)],
      'unsent',
      ['request', 'send', 'audit'],
    ],
    [
      'can be sent later if the tool never got it',
      [decide, attempt, [1, { type: 'take back' }], attempt],
      'deciding',
      ['request', 'send'],
    ],
    ['ends when somebody decides in the tool', [kim], 'decided there', ['request', 'audit', 'withdraw']],
    [
      'ends when somebody in the tool was faster',
      [decide, attempt, kim],
      'decided there',
      ['request', 'send', 'audit'],
    ],
    ['isn’t over at the first sign that nobody explains', [vague], 'waiting', ['request']],
    ['is over at the second', [vague, vague], 'decided there', ['request', 'audit', 'withdraw']],
    ['counts such signs only in a row', [vague, waits, vague], 'waiting', ['request']],
    ['ends with its run', [over], 'ended', ['request', 'audit', 'withdraw']],
    ['ends with its run also after people decided', [decide, over], 'ended', ['request', 'send', 'audit']],
    [
      'expires with its run once its time is over',
      [look({ is: 'over', reason: 'timed out' }, 3_700)],
      'expired',
      ['request', 'audit', 'withdraw'],
    ],
    ['expires when nobody decides', [[3_600, { type: 'expire' }]], 'expired', ['request', 'audit', 'withdraw']],
    ['says that the tool refused', [decide, attempt, [1, { type: 'refuse' }]], 'refused', ['request', 'send', 'audit']],
    [
      'isn’t sent if what was decided no longer counts',
      [decide, [0, { type: 'void', reason: 'No.' }]],
      'unsent',
      ['request', 'send', 'audit'],
    ],
    ['stays as it ended', [kim, decide, attempt, over], 'decided there', ['request', 'audit', 'withdraw']],
  ];
  for (const [title, events, state, effects] of cases)
    it(title, () => {
      const result = live(events);
      assert.deepEqual([result.state, result.effects], [state, effects]);
    });

  it('asks nobody about what Gavel’s account can’t decide, until it can', () => {
    const barred = { ...given, whyNot: 'It is no reviewer.' };
    const opened = runApprovalWorkflow.transition(undefined, { type: 'open', approval: barred }, { id, now: begunAt });
    assert.deepEqual(
      opened?.effects?.map(({ kind }) => kind),
      ['card'],
    );
    const step = { name: 'Publish', url: undefined, whyNot: undefined };
    const able = runApprovalWorkflow.transition(opened?.record, { type: 'see', step }, { id, now: begunAt });
    assert.deepEqual(
      able?.effects?.map(({ kind }) => kind),
      ['request', 'card'],
    );
    assert.equal(runApprovalWorkflow.transition(able?.record, { type: 'see', step }, { id, now: begunAt }), undefined);
  });
});
