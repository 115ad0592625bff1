import { describeSeat } from '../../core/catalog/approval-rule';
import { cleanText, plural } from '../../core/text';
import { describeMoment, timeOfDay } from '../../core/time/words';
import type { Approval } from './record';
import type { Standing } from './stage';

/** The rows of an approval card: who approved, whose vote no longer counts, who is still missing. Pure. */

export interface Clockwork {
  readonly zone: string;
  readonly now: number;
}

export function rowsOf(
  approval: Approval,
  { stage, stages, index }: Standing,
  deciders: readonly { id: string }[],
  { zone, now }: Clockwork,
) {
  const counting = approval.approvals.map((each) => ({
    glyph: '✓',
    color: 'Good',
    weight: 'Default',
    who: cleanText(each.person.name, 60),
    what: `approved${each.onBehalfOf ? ` for ${cleanText(each.onBehalfOf.name, 60)}` : ''}, ${timeOfDay(each.at, zone)}${each.note ? `: ${cleanText(each.note, 500)}` : ''}`,
  }));
  const lapsed = (approval.lapsed ?? []).map((each) => ({
    glyph: '–',
    color: 'Default',
    weight: 'Default',
    who: cleanText(each.person.name, 60),
    what: `approved, ${timeOfDay(each.at, zone)}; no longer counts: ${cleanText(each.why, 200)}`,
  }));
  const yes = [...counting, ...lapsed];
  if (approval.ended)
    return [
      ...yes,
      {
        glyph: approval.state === 'rejected' ? '⊘' : '⊠',
        color: 'Default',
        weight: 'Bolder',
        who: cleanText(approval.ended.person.name, 60),
        what: `${describeMoment(approval.ended.at, now, zone)}${approval.ended.note ? `: ${cleanText(approval.ended.note, 500)}` : ''}`,
      },
    ];
  if (approval.state !== 'waiting') return yes;
  if (approval.request.practice)
    return [{ glyph: '○', color: 'Default', weight: 'Bolder', who: 'Gavel', what: 'plays the approver' }];
  if (!stage) return yes;
  const open = {
    glyph: '○',
    color: 'Default',
    weight: 'Bolder',
    who: stages.length === 1 ? 'Still open' : `${cleanText(stage.name, 40)}, stage ${index + 1} of ${stages.length}`,
    what: `${cleanText(describeSeat(stage), 60)}, ${plural(deciders.length, 'person', 'people')}${escalationWords(approval)}`,
  };
  const later = stages.slice(index + 1).map((each) => ({
    glyph: '–',
    color: 'Default',
    weight: 'Default',
    who: `Then ${cleanText(each.name, 40)}`,
    what: `${each.required} from ${cleanText(describeSeat(each), 60)}`,
  }));
  return [...yes, open, ...later];
}

function escalationWords({ request, escalatedAt }: Approval): string {
  const { escalateTo } = request.rule;
  return escalatedAt !== undefined && escalateTo ? `, and by now ${cleanText(describeSeat(escalateTo), 60)}` : '';
}
