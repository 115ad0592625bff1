import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { Window } from './windows';

/** The checks of a playground page, and how to use it without a mouse. */

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** axe's findings, as lines; https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md explains each rule. */
export async function violationsIn(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run(document)')) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** Controls whose clickable area is smaller than this: the label if there's a checkbox. Links within a sentence are as high as its line. */
export async function smallTargets(page: Page, sizePx: number, inside = 'body'): Promise<string[]> {
  return page.evaluate(`(() => {
    const reach = (element, x, y) => {
      const hit = document.elementFromPoint(x, y);
      return hit !== null && element.contains(hit);
    };
    const half = ${sizePx} / 2 - 1;
    return [...document.querySelector("${inside}").querySelectorAll('button, a[href], select, textarea, input, [role=button], [role=option]')]
      .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !each.closest('p, .skip'))
      .map((each) => (each.matches('[type=radio], [type=checkbox]') ? each.labels[0] : each))
      .flatMap((each) => {
        each.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = each.getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        const wide = width >= ${sizePx} || (reach(each, x - half, y) && reach(each, x + half, y));
        const high = height >= ${sizePx} || (reach(each, x, y - half) && reach(each, x, y + half));
        return wide && high ? [] : [Math.round(width) + ' x ' + Math.round(height) + ': ' + each.outerHTML.slice(0, 160)];
      });
  })()`);
}

/** Goes to the message box from the top of the page, types a line and sends it. */
export async function type(window: Window, text: string): Promise<void> {
  const { page } = window;
  await page.keyboard.press('Tab');
  await page.getByRole('link', { name: 'Skip to the message box' }).press('Enter');
  await page.keyboard.type(text);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
}

/** Goes back from the message box with Shift+Tab until a button with that name has the focus, and clicks it. */
export async function press({ page }: Window, name: string): Promise<void> {
  await page.getByRole('button', { name }).last().waitFor();
  await page.getByRole('textbox', { name: 'Message' }).first().focus();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('Shift+Tab');
    const focused = (await page.evaluate('document.activeElement.textContent.trim()')) as string;
    if (focused === name) return page.keyboard.press('Enter');
  }
  throw new Error(`no button ${name} can be reached with the keyboard`);
}
