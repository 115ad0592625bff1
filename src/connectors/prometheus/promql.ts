import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';

/** Queries of the catalog in Prometheus' language, with values in them that stay values. Pure. */

/** Where a word stands in a query. */
type Place = 'string' | 'regular expression' | 'elsewhere';

/** A query. A word stands for a value only inside "…" or '…'; anywhere else it could change what the query means. */
export const promql = text.refine(
  (template) => placesOf(template).every((place) => place !== 'elsewhere'),
  'must have each word such as {service} in quotes: job="{service}"',
);

/**
 * The text of a query for a target. `$__rate_interval`, as dashboards of Grafana have it, is the time that one number stands for, in seconds and at least
 * a minute, so that it has several samples.
 */
export function fillQuery(template: Template, values: Parameters<typeof fillTemplate>[1], overMs: number): string {
  const places = placesOf(template);
  const interval = `${Math.max(minIntervalSeconds, Math.ceil(overMs / 1_000))}s`;
  let words = 0;
  return template.pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece.replaceAll('$__rate_interval', interval);
      const encode = places[words++] === 'regular expression' ? encodeInPattern : encodeInString;
      return fillTemplate({ pieces: [piece] }, values, encode);
    })
    .join('');
}

const minIntervalSeconds = 60;

/** The place of each word, in order. */
function placesOf({ pieces }: Template): Place[] {
  const places: Place[] = [];
  const scanner = createScanner();
  for (const piece of pieces) {
    if (typeof piece === 'string') scanner.read(piece);
    else places.push(scanner.place());
  }
  return places;
}

/** Follows the quotes of a query, which can begin and end in different pieces. */
function createScanner() {
  let quote = '';
  let isPattern = false;
  let isComment = false;
  let isEscaped = false;
  /** The last two signs outside quotes that aren't spaces. */
  let before = '';

  function readQuoted(sign: string): void {
    if (isEscaped) isEscaped = false;
    else if (sign === '\\' && quote !== '`') isEscaped = true;
    else if (sign === quote) quote = '';
  }

  function readOutside(sign: string): void {
    if (sign === '#') isComment = true;
    else if (sign === '"' || sign === "'" || sign === '`') {
      quote = sign;
      isPattern = before === '=~' || before === '!~';
    }
    if (sign.trim() !== '') before = `${before}${sign}`.slice(-2);
  }

  return {
    read(piece: string): void {
      for (const sign of piece) {
        if (isComment) isComment = sign !== '\n';
        else if (quote !== '') readQuoted(sign);
        else readOutside(sign);
      }
    },
    /** Nothing can be escaped between backticks, nor right behind a backslash. */
    place(): Place {
      if (quote === '' || quote === '`' || isEscaped) return 'elsewhere';
      return isPattern ? 'regular expression' : 'string';
    },
  };
}

/** By number, because neither kind of quotes lets the other be escaped. https://github.com/prometheus/prometheus/blob/main/util/strutil/quote.go */
function encodeInString(value: string): string {
  return value.replace(
    /[\\"'`\u0000-\u001F\u007F]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const encodeInPattern = (value: string): string => encodeInString(value.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&'));
