import { statuses } from '../../../core/card';
import type { ApprovalRule } from '../../../core/catalog';
import { enumerate, plainText } from '../../../core/text';
import { runsAlready } from './facts';
import type { Preview } from './facts';

/** What a picker says would come of a request, and what stands in its way. Pure. */

/**
 * What would come of asking now, in whole sentences, from the very rules that act on the click: the sentence, the button and the field for a reason can't
 * contradict each other. `canAsk`: it can be asked for at all; `overrides`: that takes a reason, because a rule is overridden by it. Pure.
 */
export function outlookOf(rule: ApprovalRule, preview: Preview, act: string) {
  const { obstacles, evidence, release } = preview;
  const refused = (sentence: string) => ({ sentence, canAsk: false, overrides: false });
  if (runsAlready(preview)) return refused(`${nothingYet} That release is already live there. Choose another one.`);
  const barring = obstacles.filter(({ overridable }) => !overridable);
  if (barring.length > 0) return refused(`**You can't ${plainText(act, 200)} now.** ${describeWayOut(barring)}`);
  const lacking = evidence.filter(({ required, holds }) => required && !holds).map(({ words }) => words);
  const but = lacking.length === 0 ? '' : ` No approval counts yet: ${plainText(enumerate(lacking), 300)}.`;
  const then = `${describeStart(rule, preview)}${rule.required > 0 ? but : ''}`;
  if (obstacles.length === 0) return { sentence: `${nothingYet} ${then}`, canAsk: true, overrides: false };
  const sentence = `${nothingYet} You can override this with a reason and request ${plainText(release.version, 60)} anyway. ${then}`;
  return { sentence, canAsk: true, overrides: true };
}

export const nothingYet = '**Nothing has been requested yet.**';

function describeWayOut(barring: Preview['obstacles']): string {
  if (barring.some(({ rule }) => rule === 'freeze')) return 'You can request it once the freeze ends.';
  return barring.some(({ getInLine }) => getInLine !== undefined)
    ? "Get in line, and Gavel tells you when it's your turn."
    : "Gavel tells you when it's your turn.";
}

/** What stands in the way, for the top of a card: raw words for `TextRun`s, and the line that gets this person in line for a lock, else empty. */
export function blocksOf({ obstacles }: Pick<Preview, 'obstacles'>) {
  return {
    blocks: obstacles.map(({ rule, detail, cure, getInLine }) => {
      const { glyph, word, color } = statuses[rule === 'lock' ? 'locked' : 'frozen'];
      return { glyph, color, word, text: getInLine === undefined ? `${detail}. ${cure}` : `${detail}.` };
    }),
    getInLine: obstacles.find(({ getInLine }) => getInLine !== undefined)?.getInLine ?? '',
  };
}

function describeStart({ required }: ApprovalRule, { onItsWay, needsSecondApproval, isPractice }: Preview): string {
  const first = onItsWay ? `, and when D-${onItsWay.number} has ended` : '';
  if (required > 0 && isPractice) return `It starts once Gavel has approved it, for practice${first}.`;
  if (required > 0)
    return `It starts once ${required === 1 ? 'another person has' : `${required} people have`} approved it${first}.`;
  if (needsSecondApproval) return `It is requested once a second person has approved it${first}.`;
  return onItsWay
    ? `It starts when D-${onItsWay.number} has ended. No approval is needed.`
    : 'It starts right away. No approval is needed.';
}
