import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from './browser';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

const script = 'test/e2e/moved-instance.ts';
const dayMs = 86_400_000;

describe('a newcomer in a real browser', () => {
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
    nico = await windows.of('nico', { place: 'a:nico' });
  };
  const restart = async (movedByMs = 0): Promise<void> => {
    assert.deepEqual(nico.errors, []);
    await windows.close();
    await product.stop();
    await start(movedByMs);
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

  const button = (window: Window, name: string | RegExp, ...texts: (string | RegExp)[]): Locator =>
    window.card(...texts).getByRole('button', { name });
  const see = (...texts: (string | RegExp)[]): Promise<void> => nico.card(...texts).waitFor();

  it('is welcomed once, and starts with a button', async () => {
    await see('Hello, I’m Gavel', /I was installed for you/);
    await nico.picture('30-welcome');
    await button(nico, 'Get started', 'Hello, I’m Gavel').click();
    await see('What do you mostly do here?', 'Step 1 of 7');
    await nico.picture('31-work');
    await nico.card('What do you mostly do here?').getByText('ship: I deploy').click();
    await button(nico, 'Next', 'What do you mostly do here?').click();
    await see('Which services do you want to follow?', 'Step 2 of 7');
    await nico.picture('32-services');
  });

  it('is asked again in other words, gets help, and continues by typing', async () => {
    await nico.say('bananas');
    await see(/don’t know which services you mean/);
    await nico.say('more bananas');
    await see(/as they appear in the list/);
    await nico.say('help');
    await see(/If you follow a service/);
    await nico.say('shop and payments');
    await see('When should I notify you?', /You follow shop and payments/);
    await nico.say('at once');
    await see('When should I stay quiet?', 'Step 4 of 7');
  });

  it('leaves in the middle and continues at the same step, days later and after a restart', async () => {
    await nico.say('cancel');
    await see(/Your answers are saved/);
    await restart(3 * dayMs);
    const question = nico.page.getByTestId('message').filter({ hasText: 'When should I stay quiet?' });
    const before = await question.count();
    await nico.say('onboarding');
    await question.nth(before).waitFor();
    await nico.say('10pm to 7am');
    await see('What’s your time zone?', /quiet from 22:00 to 07:00/);
    await nico.picture('33-zone');
    await nico.say('Berlin');
    await see('Which role do you need?', /Europe\/Berlin/);
    await nico.picture('34-rights');
  });

  it('requests a role, which an admin reduces and grants for a week', async () => {
    await nico.card('Which role do you need?').getByText('developer, everywhere').click();
    await button(nico, 'Request access', 'Which role do you need?').click();
    await see('Practice: deploy once', /I asked Ada Admin/);
    await nico.picture('35-practice');
    const ada = await windows.of('ada', { place: 'a:ada' });
    const request = ada.card(/developer/, /Nico Newcomer/, 'Grant role');
    await request.waitFor();
    await request.getByLabel('Where', { exact: true }).selectOption({ label: 'Only staging' });
    await request.getByLabel('Duration', { exact: true }).selectOption({ label: 'At most 7 days' });
    await ada.picture('36-request');
    await request.getByRole('button', { name: 'Grant role' }).click();
    await see(/You have a new role/, /in staging/);
  });

  it('really deploys for practice, alone: Gavel approves it for practice and says so', async () => {
    await button(nico, 'Open deployment', 'Practice: deploy once').click();
    const picker = nico.card('Draft', /practice/);
    await picker.waitFor();
    await nico.card('Draft', /Gavel, for practice/).waitFor();
    await nico.picture('37-practice-picker');
    await picker.getByRole('button', { name: /Request/ }).click();
    await see(/This is practice, so Gavel will approve it/);
    await nico.picture('38-practice-approval');
    await see('You’re all set', /practice deployment is verified/);
    await nico.picture('39-ready');
  });

  it('deploys to staging with the granted role', async () => {
    await nico.say('deploy shop 2.14.0 to staging');
    await button(nico, 'Deploy 2.14.0', 'Draft', 'shop to staging').click();
    await nico.card('shop 2.14.0 to staging', /Succeeded/).waitFor();
  });

  it('is told kindly when the role has expired, and can no longer deploy there', async () => {
    await restart(12 * dayMs);
    await see(/Your developer role/, /has expired/);
    await nico.picture('40-over');
    await nico.say('deploy shop 2.14.1 to staging');
    await see(/You can’t deploy/, /staging/);
    assert.deepEqual(nico.errors, []);
  });

  it('changes an answer later', async () => {
    await nico.say('settings');
    await see('Your settings', /shop and payments/);
    await nico.picture('41-settings');
  });

  it('an admin sees what is connected and sets up a channel on one card, and the test message arrives', async () => {
    const ada = await windows.of('ada', { place: 'a:ada' });
    await ada.card('Doctor', /An environment for practice/).waitFor();
    await ada.picture('42-checklist');
    const general = await windows.of('ada', { place: '19:general@thread.tacv2' });
    await general.say('setup');
    const card = ada.page.getByTestId('message').filter({ hasText: 'Notifications for General' }).last();
    await card.waitFor();
    await card.getByRole('checkbox', { name: 'shop' }).check();
    await card.getByRole('checkbox', { name: 'payments' }).check();
    await card.evaluate((element) => element.scrollIntoView());
    await ada.picture('43-setup');
    await card.getByRole('button', { name: 'Save and send a test' }).click();
    await general.card(/Test message: notifications arrive here/).waitFor();
    await general.picture('44-test-message');
    await ada.say('checklist');
    await ada.card('Doctor', /[Aa]ll .*passed/).waitFor();
    await ada.picture('45-all-connected');
    assert.deepEqual([...ada.errors, ...general.errors], []);
  });
});
