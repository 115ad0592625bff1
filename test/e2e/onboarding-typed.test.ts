import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { openBrowser } from './browser';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

const script = 'test/e2e/moved-instance.ts';
const dayMs = 86_400_000;

/** All of a newcomer's onboarding with the keyboard alone, in a narrow and dark window. */
describe('a newcomer who types everything, in a real browser', () => {
  const folder = temporaryFolder();
  let ports: { port: number; playgroundPort: number };
  let product: Product;
  let browser: Browser;
  let windows: Windows;
  let nico: Window;

  const start = async (movedByMs = 0): Promise<void> => {
    const environment = { MOVED_BY_MS: String(movedByMs) };
    product = await startProduct({ dataDir: folder.path, ports, pace: 0.05, script, environment });
    windows = createWindows(browser, product);
    nico = await windows.of('nico', { place: 'a:nico', colorScheme: 'dark', width: 420 });
  };

  before(async function () {
    browser = await openBrowser(this);
    ports = await portsOfProduct();
    await start();
  });
  after(async () => {
    await windows?.close();
    await browser?.close();
    await product?.stop();
    folder.remove();
  });

  const messages = () => nico.page.getByTestId('message');
  /** What came after this question: earlier cards don't count. */
  async function type(line: string, ...expected: (string | RegExp)[]): Promise<void> {
    const before = await messages().count();
    await nico.say(line);
    const answer = expected.reduce((found, text) => found.filter({ hasText: text }), messages());
    await messages()
      .nth(before + 1)
      .waitFor();
    await answer
      .last()
      .waitFor()
      .catch(() => undefined);
    const texts = await messages().allInnerTexts();
    const fresh = texts.slice(before).join('\n');
    for (const text of expected)
      assert.ok(typeof text === 'string' ? fresh.includes(text) : text.test(fresh), `${line}: ${text} in ${fresh}`);
  }

  it('is asked the first question in other words until the answer is one, and gets help in between', async () => {
    await nico.card('Hello, I’m Gavel').waitFor();
    await type('onboarding', 'What do you mostly do here?', 'Step 1 of 7');
    await type('bananas', /Which fits best/);
    await type('more bananas', /One word is enough/);
    await type('help', /doesn’t grant or change anything/);
    await nico.picture('50-typed-help');
    await type('bananas for ever', /If none of them fits/);
    await type('I deploy things', 'Which services do you want to follow?', /You chose ship/);
  });

  it('continues after Gavel was killed in the middle of a question, without noticing', async () => {
    await type('shop and paymints', /don’t know which services you mean/);
    assert.deepEqual(nico.errors, []);
    await windows.close();
    await product.kill();
    await start();
    await type('shop, payments', 'When should I notify you?', /You follow shop and payments/);
  });

  it('goes back one question and answers it again', async () => {
    await type('at once', 'When should I stay quiet?', 'Step 4 of 7');
    await type('back', 'When should I notify you?');
    await type('once a day', 'When should I stay quiet?', /notify you once a day/);
    await type('at the weekend', /Please type a start and an end/);
    await type('22-7', 'What’s your time zone?', /quiet from 22:00 to 07:00/);
  });

  it('cancels, does something else, and continues days later at the same question', async () => {
    await type('cancel', /Your answers are saved/);
    await type('what can i do', 'What you can do');
    assert.deepEqual(nico.errors, []);
    await windows.close();
    await product.stop();
    await start(3 * dayMs);
    await type('onboarding', 'What’s your time zone?', 'Step 5 of 7');
    await type('the moon', /Name a large city near you/);
    await type('in Lisbon', 'Which role do you need?', /Europe\/Lisbon/);
    await nico.picture('51-typed-rights');
  });

  it('requests deploy on staging in a sentence, which an admin reduces and grants for a week', async () => {
    await type('king of everything', /don’t know that role/);
    await type('developer in staging for 30 days because I’m joining the shop team', /I asked Ada Admin/);
    const ada = await windows.of('ada', { place: 'a:ada' });
    const request = ada.card(/developer/, /Nico Newcomer/, 'Grant role');
    await request.waitFor();
    await request.getByLabel('Duration', { exact: true }).selectOption({ label: 'At most 7 days' });
    await request.getByLabel('Services', { exact: true }).selectOption({ label: 'Only shop' });
    await ada.picture('52-typed-request');
    await request.getByRole('button', { name: 'Grant role' }).click();
    await nico.card(/You have a new role/, /on shop/, /in staging/).waitFor();
    await nico.picture('53-typed-given');
  });

  it('deploys for practice from a typed line, and is ready', async () => {
    await type('did it', /nothing to answer in this step/);
    const hint = await nico.card('Practice: deploy once').innerText();
    const line = /Or type it: (deploy [^·]*)/.exec(hint)?.[1]?.trim() ?? assert.fail(hint);
    await type(line, 'Draft', /Gavel, for practice/);
    await nico
      .card('Draft')
      .getByRole('button', { name: /Request/ })
      .press('Enter');
    await nico.card('You’re all set', /practice deployment is verified/).waitFor();
    await nico.picture('54-typed-ready');
  });

  it('deploys to staging, and a fortnight later is told kindly that the role has expired', async () => {
    await type('deploy shop 2.14.0 to staging', 'Draft', 'shop to staging');
    await nico.card('Draft', 'shop to staging').getByRole('button', { name: 'Deploy 2.14.0' }).press('Enter');
    await nico.card('shop 2.14.0 to staging', /Succeeded/).waitFor();
    await nico.picture('55-typed-staging');
    assert.deepEqual(nico.errors, []);
    await windows.close();
    await product.stop();
    await start(17 * dayMs);
    await nico.card(/Your developer role/, /has expired/).waitFor();
    await type('deploy shop 2.14.1 to staging', 'You can’t deploy', 'staging');
    await nico.picture('56-typed-over');
    await type('settings', 'Your settings', /shop and payments/, /22:00 to 07:00/);
    assert.deepEqual(nico.errors, []);
  });
});
