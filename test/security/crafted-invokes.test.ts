import assert from 'node:assert/strict';
import type { SampleConversation, SamplePerson } from '../../src/playground/world';
import { eventually } from '../patience';
import { askForDeployment } from '../proof/ask';
import type { Asked } from '../proof/ask';
import { channelNumber, dana, personNumber, textIn } from '../proof/harness';
import { verbs } from '../proof/teams/real-activities';
import type { Answer } from './door';
import { startGuardedGavel } from './guarded-gavel';
import type { GuardedGavel } from './guarded-gavel';

/** What must not change: decisions, deployments, runs. */
const decided = ['approvals', 'deployments', 'announcements', 'restarts', 'locks', 'freezes'];
const approver = personNumber(1);
const outsider = personNumber(99);
const channel = channelNumber(1);

describe('a crafted click with a genuine token', () => {
  let gavel: GuardedGavel;
  let open: Asked;
  let over: Asked;

  before(async () => {
    gavel = await startGuardedGavel();
    const { port, connector, door } = gavel;
    over = await askForDeployment(port, connector, channel, 's2', '1.0.1', door.deliver);
    await door.deliver(
      door.people.clicks(approver, channel, over.card.id, 'approvals.approve', { id: over.approvalId }),
    );
    await eventually('the end of the first deployment', () =>
      gavel.ledger.started.length === 1 && JSON.parse(lastState()) === 'succeeded' ? true : undefined,
    );
    open = await askForDeployment(port, connector, channelNumber(2), 's1', '1.0.1', door.deliver);
    await quiet();
  });
  after(() => gavel?.close());

  /** The state of the only deployment that is no longer waiting, as JSON. */
  function lastState(): string {
    return JSON.stringify(
      gavel.audit().some(({ what, outcome }) => what.startsWith('deployments.') && outcome === 'succeeded')
        ? 'succeeded'
        : 'running',
    );
  }

  /** Resolves when no effects of earlier steps are left. */
  async function quiet(): Promise<void> {
    await eventually('a store without pending effects', async () => {
      const records = await gavel.stored(decided);
      return /\\"pending\\":\[(?!\])/.test(records) ? undefined : true;
    });
  }

  const click = (
    person: SamplePerson,
    verb: unknown,
    data: unknown,
    more: { trigger?: unknown; replyTo?: string; where?: SampleConversation } = {},
  ): object => {
    const activity = gavel.door.people.clicks(person, more.where ?? channel, more.replyTo ?? open.card.id, 'x.y', {});
    const value = { action: { type: 'Action.Execute', verb, data }, trigger: more.trigger ?? 'manual' };
    return { ...activity, value };
  };

  /** One plain sentence, never the apology for an unexpected error. */
  function sentenceOf({ status, body }: Answer): string {
    assert.equal(status, 200);
    const { statusCode, type, value } = body as { statusCode?: unknown; type?: unknown; value?: unknown };
    assert.equal(statusCode, 200);
    assert.equal(type, 'application/vnd.microsoft.activity.message', JSON.stringify(body).slice(0, 300));
    assert.equal(typeof value, 'string');
    assert.match(String(value), /^[A-Z“][^{}]{10,400}\.$/);
    assert.doesNotMatch(String(value), /went wrong|undefined|\[object/);
    return String(value);
  }

  /** Delivers it and checks that nothing changed, and that the audit log contains nothing that wasn't done. */
  async function harmless(activity: object): Promise<Answer> {
    const before = await gavel.stored(decided);
    const entries = gavel.audit().length;
    const answer = await gavel.door.deliver(activity);
    assert.equal(await gavel.stored(decided), before);
    for (const { what, outcome } of gavel.audit().slice(entries))
      assert.match(outcome, /^(refused|failed)/, `${what} ${outcome}`);
    assert.equal(gavel.ledger.started.length, 1);
    return answer;
  }

  const id = (): string => open.approvalId;
  const polluted = (text: string): unknown => JSON.parse(text.replace('ID', id()));

  const refused: [string, () => object][] = [
    ['an id that nobody has', () => click(approver, 'approvals.approve', { id: 'f'.repeat(32) })],
    ['the label in place of the id', () => click(approver, 'approvals.approve', { id: 'D-1' })],
    ['the id of a deployment', () => click(approver, 'approvals.approve', { id: over.card.id })],
    ['no id', () => click(approver, 'approvals.approve', {})],
    ['no data', () => click(approver, 'approvals.approve', undefined)],
    ['data that is a list', () => click(approver, 'approvals.approve', [id()])],
    ['data that is a word', () => click(approver, 'approvals.approve', id())],
    ['a list of ids', () => click(approver, 'approvals.approve', { id: [id()] })],
    ['an id that is an object', () => click(approver, 'approvals.approve', { id: { $ne: null } })],
    ['an id with capital letters', () => click(approver, 'approvals.approve', { id: id().toUpperCase() })],
    ['an id with a space', () => click(approver, 'approvals.approve', { id: `${id()} ` })],
    ['an id in the prototype only', () => click(approver, 'approvals.approve', polluted('{"__proto__":{"id":"ID"}}'))],
    ['the id of a constructor', () => click(approver, 'approvals.approve', { id: 'constructor' })],
    ['a reason that is a list', () => click(approver, 'approvals.reject', { id: id(), reason: ['x'] })],
    ['a reason of 10 000 letters', () => click(approver, 'approvals.reject', { id: id(), reason: 'x'.repeat(10_000) })],
    ['no reason', () => click(approver, 'approvals.reject', { id: id() })],
    ['the requester as approver', () => click(dana, 'approvals.approve', { id: id() })],
    ['an outsider as approver', () => click(outsider, 'approvals.approve', { id: id() })],
    [
      'an outsider who says who they are',
      () =>
        click(outsider, 'approvals.approve', {
          id: id(),
          person: approver.key,
          user: { aadObjectId: approver.aadObjectId },
        }),
    ],
    [
      'an outsider who says they may',
      () =>
        click(outsider, 'approvals.approve', polluted('{"id":"ID","role":"approver","__proto__":{"isAdmin":true}}')),
    ],
    [
      'the private card of an approver, by somebody else',
      () =>
        click(
          outsider,
          'approvals.approve',
          { id: id() },
          { where: { ...channel, id: 'a:29:person1', type: 'personal' } },
        ),
    ],
    [
      'a click that refreshes itself',
      () => click(approver, 'approvals.approve', { id: id() }, { trigger: 'automatic' }),
    ],
    [
      'a rejection that refreshes itself',
      () => click(approver, 'approvals.reject', { id: id(), reason: 'because' }, { trigger: 'automatic' }),
    ],
    [
      'a typed line that refreshes itself',
      () => click(approver, 'chat.run', { id: 'approve D-2' }, { trigger: 'automatic' }),
    ],
    ['a command for a verb', () => click(approver, 'approve', { id: id() })],
    ['a command with its feature for a verb', () => click(approver, 'approvals.approvals', { id: id() })],
    ['a verb out of the prototype', () => click(approver, 'constructor', { id: id() })],
    ['a verb that is a list', () => click(approver, ['approvals.approve'], { id: id() })],
    ['a verb in capital letters', () => click(approver, 'APPROVALS.APPROVE', { id: id() })],
    ['no verb', () => click(approver, undefined, { id: id() })],
    ['a verb of 5 000 letters', () => click(approver, 'x.'.repeat(2_500), { id: id() })],
  ];
  for (const [what, make] of refused)
    it(`changes nothing and says so: ${what}`, async () => void sentenceOf(await harmless(make())));

  it('requests nothing by the id of what is no picker, and shows a card without buttons that says so', async () => {
    const wanted = { service: 's3', environment: 'production', release: '9.9.9' };
    for (const [person, data] of [
      [approver, { id: id() }],
      [dana, { id: id(), ...wanted }],
    ] as const) {
      const { status, body } = await harmless(click(person, 'deployments.request', data));
      assert.equal(status, 200);
      assert.match(textIn(body), /expired[^]*nothing was requested/i);
      assert.doesNotMatch(JSON.stringify(body), /Action\.(?:Execute|Submit)/);
    }
  });

  it('shows a closed approval as it ended, whoever clicks it again', async () => {
    for (const verb of ['approvals.approve', 'approvals.view']) {
      const { status, body } = await harmless(click(approver, verb, { id: over.approvalId }));
      assert.equal(status, 200);
      assert.match(textIn(body), /approved/i);
    }
    const { body } = await harmless(click(approver, 'approvals.reject', { id: over.approvalId, reason: 'too late' }));
    assert.match(textIn(body), /approved/i);
  });

  it('does not turn a refresh into a decision because of an unknown trigger', async () => {
    for (const trigger of ['automatic', 'AUTOMATIC', ['automatic'], { automatic: true }, null, 0]) {
      const answer = await harmless(click(outsider, 'approvals.approve', { id: id() }, { trigger }));
      sentenceOf(answer);
    }
  });

  it('lets nobody from outside the catalog do or see anything, with any verb and any known id', async () => {
    for (const verb of verbs)
      for (const known of [id(), over.approvalId]) {
        const { status, body } = await harmless(click(outsider, verb, { id: known, reason: 'because', note: 'x' }));
        assert.equal(status, 200, verb);
        assert.doesNotMatch(textIn(body), /1\.0\.1/, `${verb} shows ${textIn(body).slice(0, 200)}`);
      }
  });

  it('changes nothing with any verb while a card refreshes automatically', async () => {
    for (const verb of verbs)
      for (const person of [approver, dana])
        assert.equal(
          (await harmless(click(person, verb, { id: id(), reason: 'because' }, { trigger: 'automatic' }))).status,
          200,
          verb,
        );
  });

  const strangers: [string, (activity: object) => object][] = [
    ['of a foreign tenant', (activity) => withTenant(activity, '99999999-0000-4000-8000-000000000000')],
    [
      'whose conversation and channel name different tenants',
      (activity) => ({
        ...activity,
        channelData: { tenant: { id: '99999999-0000-4000-8000-000000000000' } },
      }),
    ],
    ['of no tenant at all', (activity) => withTenant({ ...activity, channelData: {} }, undefined)],
    ['without an object id', (activity) => withIdentity(activity, undefined)],
    ['whose object id is an address', (activity) => withIdentity(activity, 'person1@example.com')],
    [
      'whose object id is that of an approver with something behind it',
      (activity) => withIdentity(activity, `${approver.aadObjectId}/`),
    ],
  ];
  for (const [what, make] of strangers)
    it(`serves nobody ${what}`, async () => {
      const answer = await harmless(make(click(approver, 'approvals.approve', { id: id() })));
      assert.match(sentenceOf(answer), /Nothing was done/);
      const typed = await harmless(make(gavel.door.people.says(approver, channel, 'approve D-2')));
      assert.equal(typed.status, 200);
    });

  it('is followed by the same click of somebody with the right, and that one counts', async () => {
    const { body } = await gavel.door.deliver(click(approver, 'approvals.approve', { id: id(), service: 's3' }));
    assert.match(textIn(body), /approved/i);
    await eventually('the run', () => (gavel.ledger.started.length === 2 ? true : undefined));
    const { service, environment, version } = gavel.ledger.started[1] ?? {};
    assert.deepEqual({ service, environment, version }, { service: 's1', environment: 'production', version: '1.0.1' });
    assert.equal(({} as { polluted?: unknown; isAdmin?: unknown }).isAdmin, undefined);
  });
});

function withTenant(activity: object, tenantId: string | undefined): object {
  const { conversation } = activity as { conversation: object };
  return { ...activity, conversation: { ...conversation, tenantId } };
}

function withIdentity(activity: object, aadObjectId: string | undefined): object {
  const { from } = activity as { from: object };
  return { ...activity, from: { ...from, aadObjectId } };
}
