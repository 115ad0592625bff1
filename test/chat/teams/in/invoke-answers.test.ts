import assert from 'node:assert/strict';
import type { Activity } from 'botbuilder';
import { invokeAnswer } from '../../../../src/chat/teams/in/clicks';
import { tenantOf } from '../../../../src/chat/teams/in/inbound';

describe('the answer to an invoke', () => {
  const task = { task: { type: 'message', value: 'Not here.' } };
  const forms: readonly [name: string | undefined, body: object][] = [
    [
      'adaptiveCard/action',
      { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Not here.' },
    ],
    ['task/submit', task],
    ['composeExtension/fetchTask', task],
    ['composeExtension/submitAction', task],
    ['composeExtension/query', { composeExtension: { type: 'message', text: 'Not here.' } }],
    ['composeExtension/queryLink', { composeExtension: { type: 'message', text: 'Not here.' } }],
    ['config/fetch', { responseType: 'config', config: { type: 'message', value: 'Not here.' } }],
    [
      'application/search',
      { statusCode: 200, type: 'application/vnd.microsoft.search.searchResponse', value: { results: [] } },
    ],
    ['message/submitAction', {}],
    ['suggestedActions/submit', {}],
    ['suggestedAction/submit', {}],
    ['fileConsent/invoke', {}],
    ['signin/verifyState', {}],
    ['nobody/knows', {}],
    ['', {}],
    [undefined, {}],
  ];
  for (const [name, body] of forms)
    it(`has the form of ${name ?? 'none'}`, () =>
      assert.deepEqual(invokeAnswer(name, 'Not here.'), { status: 200, body }));
});

describe('a sentence where a dialog should open', () => {
  it('is a card, because Teams shows an empty dialog for a message', () => {
    const { body } = invokeAnswer('task/fetch', 'Not **here**.') as {
      body: { task: { type: string; value: unknown } };
    };
    const { title, card } = body.task.value as { title: string; card: { content: { body: object[] } } };
    assert.deepEqual([body.task.type, title], ['continue', 'Gavel']);
    assert.deepEqual(card.content.body, [{ type: 'TextBlock', text: 'Not **here**.', wrap: true }]);
  });
});

describe('the tenant of an activity', () => {
  const own = '11111111-0000-4000-8000-000000000001';
  const other = '22222222-0000-4000-8000-000000000002';
  const named = (conversation: unknown, channelData: unknown, from: unknown): Activity =>
    ({
      conversation: { tenantId: conversation },
      channelData: { tenant: { id: channelData } },
      from: { tenantId: from },
    }) as unknown as Activity;
  const cases: readonly [what: string, activity: Activity, isServed: boolean][] = [
    ['named everywhere', named(own, own, own), true],
    ['named by the sender too, in capitals', named(own, own, own.toUpperCase()), true],
    ['named without the sender', named(own, own, undefined), true],
    ['of another sender', named(own, own, other), false],
    ['of another channel', named(own, other, own), false],
    ['of nobody', named(undefined, undefined, undefined), false],
  ];
  for (const [what, activity, isServed] of cases)
    it(`${isServed ? 'is served' : 'is refused'}: ${what}`, () =>
      assert.equal(tenantOf(activity, [own]), isServed ? own : undefined));
});
