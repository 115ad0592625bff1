import assert from 'node:assert/strict';
import { actionsOf, createPlaygroundClient, wordsOf } from '../playground/client';
import type { PlaygroundClient, SeenMessage } from '../playground/client';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { deployments } from './windows';

/** The whole product, with repeated, concurrent and forbidden clicks in its dialogs. */
describe('the dialogs of the whole product', () => {
  const folder = temporaryFolder();
  let product: Product;
  let client: PlaygroundClient;

  before(async () => {
    product = await startProduct({ dataDir: folder.path, pace: 0.05 });
    client = createPlaygroundClient(product.playgroundUrl);
  });
  after(async () => {
    await product?.stop();
    folder.remove();
  });

  const restarts = async (): Promise<number> =>
    (await client.messages('noor', 'a:noor')).filter(({ text }) =>
      /shop in staging was restarted|restarting shop/i.test(text),
    ).length;
  async function health(): Promise<SeenMessage> {
    const { id: said } = await client.say('noor', 'a:noor', 'health shop in staging');
    return client.waitFor(
      'noor',
      'a:noor',
      ({ id, card }) => Number(id) > Number(said) && actionsOf(card).some(({ verb }) => verb === 'health.restart'),
    );
  }

  it('a click in a dialog that is delivered twice, under one id or two, restarts once and gets the same answer', async () => {
    for (const how of ['same-id', 'new-id'] as const) {
      const before = await restarts();
      const card = await health();
      const dialog = await client.open('noor', card, 'health.restart');
      await client.faults({ duplicateInvokes: how });
      const answer = await dialog.press('health.restart', { why: `it leaks (${how})` });
      await client.faults({ clear: true });
      assert.equal(answer.kind, 'message', JSON.stringify(answer));
      assert.deepEqual(answer.repeat, { kind: 'message', text: answer.text });
      await client.waitFor(
        'noor',
        'a:noor',
        ({ summary }) => summary.includes(`it leaks (${how})`) && /was restarted/.test(summary),
      );
      assert.equal(await restarts(), before + 1);
    }
  });

  it('two people answer the same question at once: one decides, and the other is told who', async () => {
    const { id: said } = await client.say('dana', deployments, 'deploy shop 2.14.0 to production');
    const picker = await client.waitFor(
      'dana',
      deployments,
      ({ id, card }) => Number(id) > Number(said) && actionsOf(card).some(({ verb }) => verb === 'deployments.request'),
    );
    await client.click('dana', picker, 'deployments.request');
    const copyOf = (who: string): Promise<SeenMessage> =>
      client.waitFor(who, `a:${who}`, ({ card }) => actionsOf(card).some(({ verb }) => verb === 'approvals.reject'));
    const [averys, noors] = await Promise.all([copyOf('avery'), copyOf('noor')]);
    const opened = await Promise.all([
      client.open('avery', averys, 'approvals.reject'),
      client.open('noor', noors, 'approvals.reject'),
    ]);
    const answers = await Promise.all(
      opened.map((dialog) => dialog.press('approvals.reject', { reason: 'not today' })),
    );
    const told = answers.flatMap((answer) => (answer.kind === 'message' ? [answer.text] : []));
    assert.equal(told.length, 1, JSON.stringify(answers));
    assert.match(told[0] ?? '', /was already rejected by (Avery Approver|Noor Operator)/);
    for (const who of ['avery', 'noor'])
      await client.waitFor(who, `a:${who}`, ({ card }) => /Rejected by/.test(wordsOf(card)));
  });

  it('somebody without the right is refused in the dialog and on the card, and nothing happens', async () => {
    const card = await health();
    const { id: said } = await client.say('nico', 'a:nico', 'health shop in staging');
    const own = await client.waitFor(
      'nico',
      'a:nico',
      ({ id, card: seen }) => Number(id) > Number(said) && /shop in staging/.test(wordsOf(seen)),
    );
    const data = { verb: 'health.restart', id: 'shop/staging', msteams: { type: 'task/fetch' } };
    const opened = await client.forgeDialog('nico', own, 'task/fetch', data);
    assert.ok(opened.kind === 'dialog', JSON.stringify(opened));
    assert.deepEqual([opened.title, actionsOf(opened.card)], ['Gavel', []]);
    assert.match(wordsOf(opened.card), /restart shop in staging.*can\./);
    const before = await restarts();
    const answer = { verb: 'health.restart', id: 'shop/staging', why: 'because', form: 'f'.repeat(32) };
    const sent = await client.forgeDialog('nico', own, 'task/submit', answer);
    assert.match(sent.kind === 'message' ? sent.text : '', /restart shop in staging.*can\./);
    await assert.rejects(client.forgeDialog('nico', card, 'task/submit', answer), /Nico Newcomer isn’t in/);
    assert.equal(await restarts(), before);
  });
});
