import type { ApprovalRule } from '../../../core/catalog';
import { enumerate, plainText } from '../../../core/text';
import { capital } from '../../policy';
import { runsAlready } from './preview';
import type { Preview } from './preview';

/**
 * What would come of asking now, from the very rules that act on the click: the sentence, the button and the field for a reason can't
 * contradict each other. Pure.
 */
interface Outlook {
  /** For a TextBlock. */
  readonly sentence: string;
  /** Whether it can be asked for at all. */
  readonly canAsk: boolean;
  /** Whether that takes a reason, because a rule is overridden by it. */
  readonly overrides: boolean;
}

export function outlookOf(rule: ApprovalRule, preview: Preview): Outlook {
  const { obstacles, evidence, release } = preview;
  if (runsAlready(preview))
    return { sentence: 'That release is already live there. Choose another one.', canAsk: false, overrides: false };
  const barring = obstacles.filter(({ overridable }) => !overridable);
  if (barring.length > 0)
    return { sentence: `It can't be requested now: ${said(barring)}.`, canAsk: false, overrides: false };
  const lacking = evidence.filter(({ required, holds }) => required && !holds).map(({ words }) => words);
  const but = lacking.length === 0 ? '' : ` No approval counts yet: ${plainText(enumerate(lacking), 300)}.`;
  const then = `${startWords(rule, preview)}${rule.required > 0 ? but : ''}`;
  if (obstacles.length === 0) return { sentence: then, canAsk: true, overrides: false };
  const sentence = `${capital(said(obstacles))}. You can ask for ${plainText(release.version, 60)} all the same, with a reason. ${then}`;
  return { sentence, canAsk: true, overrides: true };
}

function said(obstacles: Preview['obstacles']): string {
  return plainText(obstacles.map(({ what }) => what).join('; '), 600);
}

function startWords({ required }: ApprovalRule, { onItsWay }: Preview): string {
  const first = onItsWay ? `, and when D-${onItsWay.number} has ended` : '';
  if (required > 0)
    return `It starts once ${required === 1 ? 'another person has' : `${required} people have`} approved${first}.`;
  return onItsWay
    ? `It starts when D-${onItsWay.number} has ended, without an approval.`
    : 'It starts as soon as you ask, without an approval.';
}
