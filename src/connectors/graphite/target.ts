import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';

/** Targets of the catalog in Graphite's language, with values in them that stay values. Pure. */

/** Where a word stands in a target. */
type Place = 'path' | 'string' | 'regular expression';

/** A target. What Graphite would cut off without a word, such as everything behind a parenthesis too many, is refused here. */
export const graphiteTarget = text
  .refine((template) => scan(template).isWhole, 'must close every parenthesis, brace, and quote, and no others')
  .refine(
    (template) => scan(template).places.every((place) => place !== 'regular expression'),
    'must not have a word such as {service} behind =~',
  );

/**
 * The text of a target for a service. Graphite can't escape: in a path, everything but letters, digits, `-` and `_` becomes `_`, as most senders do it;
 * in quotes, dots stay.
 */
export function fillTarget(template: Template, values: Parameters<typeof fillTemplate>[1]): string {
  const { places } = scan(template);
  let words = 0;
  return template.pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      const outside = places[words++] === 'path' ? /[^A-Za-z0-9_-]/g : /[^A-Za-z0-9_.-]/g;
      return fillTemplate({ pieces: [piece] }, values, (value) => value.replace(outside, '_'));
    })
    .join('');
}

const eventMarks = /drawAsInfinite\(\s*(events\(((?:"[^"\\]*"|'[^'\\]*'|[\s,])*)\))\s*\)/g;

/** A target whose events are called what they are in the legend of a picture: `deploy marks`, not the call that draws them. */
export function withNamedMarks(target: string): string {
  return target.replace(eventMarks, (_all, events: string, tags: string) => {
    const [tag = 'event'] = (/["']([^"']*)["']/.exec(tags) ?? []).slice(1);
    return `alias(drawAsInfinite(${events}),'${tag} marks')`;
  });
}

/** Whether a line of an answer marks moments, and measures nothing. Graphite names it so, unless the target gives it another name. */
export const isMarks = (line: string): boolean => line.startsWith('drawAsInfinite(');

const closing: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['{', '}'],
]);

/** The place of each word in order, and whether everything that opens closes. */
function scan({ pieces }: Template): { readonly places: readonly Place[]; readonly isWhole: boolean } {
  const places: Place[] = [];
  const open: string[] = [];
  let quote = '';
  let quoted = '';
  let isEscaped = false;
  let isWhole = true;

  function read(sign: string): void {
    if (isEscaped) isEscaped = false;
    else if (sign === '\\') isEscaped = true;
    else if (quote !== '') {
      if (sign === quote) quote = quoted = '';
      else quoted += sign;
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (closing.has(sign)) open.push(closing.get(sign) ?? '');
    else if (sign === ')' || sign === '}') isWhole &&= open.pop() === sign;
    else if (sign === ',' && open.length === 0) isWhole = false;
  }

  for (const piece of pieces) {
    if (typeof piece === 'string') for (const sign of piece) read(sign);
    else {
      if (quote === '') places.push('path');
      else places.push(/^[^=]*=~/.test(quoted) ? 'regular expression' : 'string');
      isEscaped = false;
    }
  }
  return { places, isWhole: isWhole && open.length === 0 && quote === '' };
}
