import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { wordsOf } from '../playground/client';
import type { PlaygroundClient, SeenMessage } from '../playground/client';
import { root } from '../rules/source-files';
import { approvalOf, approve, askFor, deployments, idOf, titled } from './deploying';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';

async function verifyAudit(product: Product): Promise<string> {
  const environment = { PATH: process.env['PATH'], GAVEL_DATA: product.dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, ['bin/gavel.js', 'audit', 'verify'], {
    cwd: root,
    env: environment,
  });
  return stdout;
}

describe('the whole product, through /api/messages', () => {
  const folder = temporaryFolder();
  let product: Product;
  let client: PlaygroundClient;

  before(async () => {
    product = await startProduct({ dataDir: folder.path });
    client = product.client;
  });
  after(async () => {
    await product.stop();
    folder.remove();
  });

  /** What Gavel has posted in the channel since then. */
  const posted = async (since = 0): Promise<SeenMessage[]> =>
    (await client.messages('dana', deployments)).filter(({ from }) => from.isBot).slice(since);

  it('deploys a good release on one card: requested, approved by another person, run, verified', async () => {
    await askFor(client, 'shop', '2.14.0', 'production');
    const approval = await approve(client, 'avery', 'shop 2.14.0 to production');
    const isOver = titled('shop 2.14.0 to production', /Succeeded/);
    const isLive = ({ id }: SeenMessage): boolean => id === approval.id;
    const live = await client.waitFor('dana', deployments, (message) => isLive(message) && isOver(message));
    assert.ok(live.editedAt, 'the request, the run and the result are one message, edited in place');
    await client.waitFor('avery', 'a:avery', titled('shop 2.14.0 to production', /Succeeded/));
    const late = await client.forge('noor', approval, 'approvals.approve', { id: idOf(approval) });
    assert.match(wordsOf(late.kind === 'card' ? late.card : ''), /went live (?:at|on)[^]*Approved.by Avery Approver/);
    const messages = await posted();
    assert.equal(messages.length, 2, messages.map((message) => wordsOf(message.card) || message.text).join('\n'));
    const isPointer = (message: SeenMessage): boolean => message.from.isBot && !isLive(message);
    await client.waitFor(
      'dana',
      deployments,
      (message) =>
        isPointer(message) && /Succeeded[^]*card is in Deployments/.test(wordsOf(message.card).replaceAll('*', '')),
    );
    await client.say('dana', deployments, 'where shop');
    await client.waitFor(
      'dana',
      deployments,
      (message) =>
        /2\.14\.0/.test(wordsOf(message.card)) &&
        /production/.test(wordsOf(message.card)) &&
        /staging/.test(wordsOf(message.card)),
    );
    assert.match(await verifyAudit(product), /The audit log is intact/);
  });

  it('rejects on the same card, and mentions the requester below it', async () => {
    const before = (await posted()).length;
    await askFor(client, 'search', '3.2.2', 'production');
    const card = await approvalOf(client, 'search 3.2.2 to production');
    await client.refresh('avery', card);
    await client.click('avery', card, 'approvals.reject', { reason: 'the index is rebuilt today' });
    await client.waitFor(
      'dana',
      deployments,
      (message) =>
        message.id === card.id && titled('search 3.2.2 to production', /Rejected[^]*index is rebuilt/)(message),
    );
    await client.waitFor('dana', deployments, ({ root, text }) => root === card.root && /was rejected by/.test(text));
    assert.equal((await posted(before)).length, 3, 'the answer, the card and the mention');
  });

  it('refuses the requester, shows the newcomer no buttons, and does nothing for either', async () => {
    await askFor(client, 'payments', '1.10.1', 'production');
    const card = await approvalOf(client, 'payments 1.10.1 to production');
    const own = await client.forge('dana', card, 'approvals.approve', { id: idOf(card) });
    assert.match(own.kind === 'message' ? own.text : '', /Someone other than the requester has to approve it/);
    assert.equal((await client.refresh('nico', card)).kind, 'nothing', 'the newcomer is not listed');
    await assert.rejects(client.click('nico', card, 'approvals.approve'), /no button/);
    const forged = await client.forge('nico', card, 'approvals.approve', { id: idOf(card) });
    assert.match(forged.kind === 'message' ? forged.text : JSON.stringify(forged), /You can’t approve/);
    await client.say('dana', deployments, `cancel ${/D-\d+/.exec(wordsOf(card.card))?.[0]}`);
    await client.waitFor('dana', deployments, titled('payments 1.10.1 to production', /Canceled/));
  });

  it('notices a broken release, rolls it back automatically and tells everybody once', async () => {
    const before = (await posted()).length;
    await askFor(client, 'shop', '2.15.0', 'production');
    const card = await approve(client, 'avery', 'shop 2.15.0 to production');
    const isMention = (message: SeenMessage): boolean =>
      message.root === card.root && /Dana Developer<\/at> shop 2\.15\.0/.test(message.text);
    await client.waitFor('dana', deployments, isMention);
    await client.waitFor(
      'dana',
      deployments,
      (message) => message.id === card.id && titled('shop 2.15.0 to production', /Rolled back/)(message),
    );
    const messages = await posted(before);
    assert.equal(messages.length, 3, messages.map((message) => wordsOf(message.card) || message.text).join('\n'));
    assert.equal(messages.filter(isMention).length, 1);
    assert.doesNotMatch(messages.find(isMention)?.text ?? '', /ECONNREFUSED/, 'the reason is told once, on the card');
    assert.match(await verifyAudit(product), /The audit log is intact/);
  });

  it('makes one deployment of two clicks at once and of a click delivered twice', async () => {
    await client.faults({ duplicateInvokes: 'new-id' });
    await client.say('dana', deployments, 'deploy search 3.2.2 to staging');
    const picker = await client.waitFor(
      'dana',
      deployments,
      (message) => message.from.isBot && /search to staging/.test(wordsOf(message.view)),
    );
    const inputs = { service: 'search', release: '3.2.2', environment: 'staging' };
    const answers = await Promise.all([1, 2].map(() => client.click('dana', picker, 'deployments.request', inputs)));
    await client.faults({ clear: true });
    const numbers = answers.map((answer) => /D-\d+/.exec(wordsOf(answer.kind === 'card' ? answer.card : ''))?.[0]);
    assert.ok(numbers[0], JSON.stringify(answers));
    assert.equal(numbers[0], numbers[1]);
    // The used picker shows the request, so it isn't a second deployment.
    const ofRun = (message: SeenMessage): boolean =>
      message.id !== picker.id && titled('search 3.2.2 to staging', /Succeeded/)(message);
    await client.waitFor('dana', deployments, ofRun);
    assert.equal((await client.messages('dana', deployments)).filter(ofRun).length, 1);
  });

  it('answers typos with the nearest command and unknown words with help, never with silence', async () => {
    await client.say('dana', 'a:dana', 'deply');
    await client.waitFor('dana', 'a:dana', (message) => message.from.isBot && /deploy/i.test(wordsOf(message.card)));
    await client.say('nico', 'a:nico', 'xyzzy plugh');
    await client.waitFor('nico', 'a:nico', (message) => message.from.isBot && /help/i.test(wordsOf(message.card)));
  });

  it('tells the newcomer who can deploy', async () => {
    await client.say('nico', deployments, 'deploy shop 2.14.0 to production');
    await client.waitFor(
      'nico',
      deployments,
      (message) =>
        message.from.isBot &&
        /Dana Developer/.test(wordsOf(message.card) + message.text) &&
        /may not|not allowed|can’t|cannot|need/i.test(wordsOf(message.card) + message.text),
    );
  });
});
