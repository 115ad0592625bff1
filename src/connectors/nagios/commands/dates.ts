/** Dates as a Nagios takes them, which its own `date_format` decides. Pure. */

const writers = {
  iso8601: ({ year, month, day, time }: LocalTime) => `${year}-${month}-${day} ${time}`,
  'strict-iso8601': ({ year, month, day, time }: LocalTime) => `${year}-${month}-${day}T${time}`,
  us: ({ year, month, day, time }: LocalTime) => `${month}-${day}-${year} ${time}`,
  euro: ({ year, month, day, time }: LocalTime) => `${day}-${month}-${year} ${time}`,
} as const;

type DateStyle = keyof typeof writers;

interface LocalTime {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly time: string;
}

/** `2026-11-29 23:05:01` in a style. */
export const writeDate = (local: string, style: DateStyle): string => writers[style](partsOf(local));

const partsOf = (local: string): LocalTime => ({
  ...{ year: local.slice(0, 4), month: local.slice(5, 7), day: local.slice(8, 10) },
  time: local.slice(11),
});

/** The styles that a date of now can be in, given what the same clock shows: two of them on days such as December 12. */
export function stylesOf(sample: string, local: string): DateStyle[] {
  if (/^\d{4}-\d\d-\d\dT/.test(sample)) return ['strict-iso8601'];
  if (/^\d{4}-/.test(sample)) return ['iso8601'];
  const { month } = partsOf(local);
  const either: readonly DateStyle[] = ['us', 'euro'];
  const fitting = either.filter((style) => sample.slice(style === 'us' ? 0 : 3).startsWith(month));
  return fitting.length > 0 ? fitting : [...either];
}
