import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { eventually } from '../patience';
import { openBrowser } from './browser';
import { writePolicyCatalog } from './policy-catalog';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

describe('policy in a real browser', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  let windows: Windows;
  let dana: Window;
  let avery: Window;
  let noor: Window;
  let ada: Window;

  before(async function () {
    browser = await openBrowser(this);
    const environment = { GAVEL_CATALOG: writePolicyCatalog(folder.path) };
    product = await startProduct({ dataDir: folder.path, pace: 0.05, environment });
    windows = createWindows(browser, product);
    [dana, avery, noor, ada] = await Promise.all([
      windows.of('dana'),
      windows.of('avery'),
      windows.of('noor'),
      windows.of('ada'),
    ]);
  });
  after(async () => {
    await windows?.close();
    await browser?.close();
    await product?.stop();
    folder.remove();
  });

  // At once, because the card could be redrawn in the meantime.
  const show = (message: Locator): Promise<void> => message.evaluate('(element) => element.scrollIntoView()');
  const button = (window: Window, name: string | RegExp, ...texts: (string | RegExp)[]) =>
    window.card(...texts).getByRole('button', { name });

  it('a freeze stops a deployment; people with the right override it on the card, with a reason that stays', async () => {
    await noor.say('freeze production 2h because finance is closing the books');
    await noor.card(/production is frozen/, /finance is closing the books/).waitFor();
    await dana.say('deploy shop 2.14.0 to production');
    const barred = dana.card('Draft', /Frozen/);
    await barred.waitFor();
    assert.equal(await barred.getByRole('button', { name: /Request/ }).count(), 0);
    await dana.picture('20-frozen');
    await ada.say('deploy shop 2.14.0 to production');
    const picker = ada.card('Draft', /You can override the freeze with a reason/);
    await picker.getByLabel('Why it can’t wait').fill('customers cannot pay');
    await ada.picture('21-override');
    await picker.getByRole('button', { name: 'Request 2.14.0' }).click();
    const approval = avery.card('shop 2.14.0 to production', /Override/, /customers cannot pay/);
    await approval.waitFor();
    await show(approval);
    await avery.picture('22-approval-in-spite');
    await noor.say('unfreeze production because the test is over');
    const question = noor.card('Please confirm', /unfreeze production/);
    await question.getByRole('button', { name: 'Confirm' }).click();
    await noor.card(/production is no longer frozen/).waitFor();
  });

  it('a newer request supersedes the older one, visibly', async () => {
    await dana.say('deploy shop 2.14.1 to production');
    await button(dana, 'Request 2.14.1', 'Draft', '2.14.1').click();
    await avery
      .card('shop 2.14.0 to production', /Superseded by D\W\d+/)
      .first()
      .waitFor();
    await avery.picture('23-superseded');
    await avery.card('shop 2.14.1 to production', /Waiting/).waitFor();
  });

  it('passes two stages, the first through a delegate, with a reminder and an escalation', async () => {
    await noor.card(/still waiting for your approval/).waitFor();
    await noor.card(/still waiting for approval, so you can now/).waitFor();
    await avery.say('delegate my approvals to Nico Newcomer until Friday');
    await avery.card(/Nico Newcomer can approve requests on your behalf until/).waitFor();
    const nico = await windows.of('nico');
    const approve = button(nico, 'Approve 2.14.1', 'shop 2.14.1 to production', /Waiting/);
    // A busy machine can be too late with the view of somebody who has just opened the channel; anybody can ask for it again.
    await eventually('the button of the delegate', async () => {
      if (await approve.isVisible()) return true;
      await button(nico, 'Update this card', 'shop 2.14.1 to production', /Waiting/).click();
      return approve.waitFor({ timeout: 5_000 }).then(
        () => true,
        () => false,
      );
    });
    await approve.click();
    const second = ada.card('shop 2.14.1 to production', /change board, stage 2 of 2/);
    await second.waitFor();
    await show(second);
    await ada.picture('24-second-stage');
    await second.getByRole('button', { name: 'Approve 2.14.1' }).click();
    await ada.card('shop 2.14.1 to production', /Nico Newcomer and Ada Admin/).waitFor();
    await dana.card('shop 2.14.1 to production', /Succeeded/).waitFor();
    await dana.picture('25-succeeded');
  });

  it('a lock with two in line is passed on, and each is told', async () => {
    await dana.say('lock shop in production because I am testing the tax fix');
    await dana.card(/shop in production is locked/).waitFor();
    await noor.say('lock shop in production because I am next');
    await noor.card(/1\. Noor Operator/).waitFor();
    await ada.say('lock shop in production because I come after');
    await ada.card(/2\. Ada Admin/).waitFor();
    await noor.say('locks');
    await noor.card('Locks', /in line: Noor Operator, Ada Admin/).waitFor();
    await noor.picture('26-locks');
    await dana.say('unlock shop in production');
    await dana.card(/Noor Operator was next in line and has it now/).waitFor();
    const personal = await windows.of('noor', { place: 'a:noor' });
    await personal.card(/The lock on shop in production is yours now/).waitFor();
    await noor.say('unlock shop in production');
    await noor.card(/Ada Admin was next in line and has it now/).waitFor();
    await ada.say('unlock shop in production');
    await ada.card(/shop in production is unlocked/).waitFor();
  });

  it('promotes exactly the release that was verified before, and nothing else', async () => {
    await dana.say('promote search from staging to production');
    await dana.card(/wasn.t verified there/).waitFor();
    await dana.say('deploy shop 2.14.0 to staging');
    await button(dana, 'Deploy 2.14.0', 'Draft', 'shop to staging').click();
    await dana.card('shop 2.14.0 to staging', /Succeeded/).waitFor();
    await dana.say('promote shop from staging to production');
    await button(dana, 'Request 2.14.0', 'Draft', 'shop to production').waitFor();
    await dana.picture('27-promote');
  });

  it('every step is in the audit log', async () => {
    for (const [what, words] of [
      ['freezes.freeze', /froze /],
      ['freezes.unfreeze', /ended the freeze on/],
      ['approvals.delegate my approvals', /approve for them/],
      ['locks.change', /joined the line for/],
    ] as const) {
      await ada.say(`audit what=${what.split('.')[0]}`);
      await ada.card('Audit log', words).waitFor();
    }
    assert.deepEqual([...dana.errors, ...avery.errors, ...noor.errors, ...ada.errors], []);
  });
});
