import { withoutEnding } from '../../core/text';
import type { CountStep } from '../../core/text';
import { readClock } from '../../core/time/typed/clock';
import { lineOf } from '../../core/time/typed/line';
import type { Facts } from './facts';
import type { AskedStep } from './text';
import type { Mentions, Timing, Wishes, Work } from './workflow';

/** Parses typed and clicked answers, which are both words. Pure. */

const spoken = (answer: string): string =>
  answer
    .toLowerCase()
    .replace(/["'“”‘’`.!?*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** The meaning of the first form that matches. */
function firstOf<Value>(answer: string, forms: readonly (readonly [RegExp, Value])[]): Value | undefined {
  const said = spoken(answer);
  return forms.find(([form]) => form.test(said))?.[1];
}

/** What people do, by the words they use; if a sentence has several, the first one counts. */
const workWords: readonly (readonly [RegExp, Work])[] = [
  [/\b(look(ing)? after|tak(e|ing) care|in charge)\b/, 'run'],
  [/\b(ship|deploy|releas|develop|cod(e|er|ing)\b|build|program|engineer|implement|features?\b|writ(e|ing)\b)/, 'ship'],
  [/\b(decid|approv|review|lead|manage|sign(ing)? off|product owner|architect)/, 'decide'],
  [
    /\b(run|operat|on ?call|sre|support|keep|servers?\b|infra|(dev)?ops|admin|maintain|monitor|uptime|incidents?)/,
    'run',
  ],
  [/\b(look|watch|read|see\b|just|only|curious|observe|test)/, 'look'],
];

/** Words before something that somebody doesn't do. */
const denials = /\b(dont|do not|does not|never|not|wont|can ?not|cant|no longer)( \w+){1,2}/g;

export function readWork(answer: string): Work | undefined {
  const numbered = firstOf(answer, [
    [/^1$/, 'ship'],
    [/^2$/, 'decide'],
    [/^3$/, 'run'],
    [/^4$/, 'look'],
  ] as const);
  if (numbered) return numbered;
  const said = spoken(answer).replace(/-/g, ' ').replace(denials, ' ');
  const found = workWords.flatMap(([words, work]) => {
    const at = said.search(words);
    return at === -1 ? [] : [{ at, work }];
  });
  return found.sort((one, other) => one.at - other.at)[0]?.work;
}

/** Words around the names of services. */
const aroundNames = new Set(
  'i we and also the a please only just my our mine us is are service services follow following work on with own for in want to hear of about from them me some one follow'.split(
    ' ',
  ),
);

/** The named services; undefined if a word names none. */
export function readServices(answer: string, known: readonly string[]): readonly string[] | undefined {
  const said = spoken(answer);
  const words = said
    .split(/[\s,;:&+]+/)
    .filter((word) => known.includes(word) || !(word === '' || aroundNames.has(word)));
  const rest = words.join(' ');
  if (/^(all|everything|every|all of|each)$/.test(rest)) return known;
  if (/^(none|nothing|no|not any|none of)$/.test(rest)) return [];
  if (words.length === 0 || words.some((word) => !known.includes(word))) return undefined;
  return known.filter((service) => words.includes(service));
}

export function readWhen(answer: string): Timing | undefined {
  return firstOf(answer, [
    [/\b(at once|immediate|now\b|straight|directly|as it happens|right away)/, 'at once'],
    [/(digest|daily|once a day|summary|morning|day)/, 'digest'],
    [/\b(only when i ask|when i ask|ask myself|never|nothing|none|not at all|no)\b/, 'only when I ask'],
  ]);
}

function readMentions(answer: string): Mentions | undefined {
  return firstOf(answer, [
    [/\b(always|every|each|all)\b/, 'always'],
    [/\b(fail|fails|failures?|only|problems?)\b/, 'failures'],
  ]);
}

/** `22:00-07:00` from `22-7`, `10pm to 7am` or `from 22:00 to 7:00`; `none`; undefined without two times. */
export function readHours(answer: string, count?: CountStep): string | undefined {
  const said = spoken(answer);
  if (/^(none|no|never|nothing|no quiet hours)( please| thanks)?$/.test(said)) return 'none';
  const line = lineOf(answer.replace(/[-–—]/g, ' to '), count);
  // A sentence can come before the times: "I sleep from 22 to 7".
  const starts = line.words
    .map((_word, index) => index)
    .filter((index) => /^(from|between|at)$/.test(line.wordAt(index)));
  for (const index of [0, ...starts.map((start) => start + 1)]) {
    const hours = hoursAt(line, index);
    if (hours !== undefined) return hours;
  }
  return undefined;
}

function hoursAt(line: ReturnType<typeof lineOf>, index: number): string | undefined {
  const from = readClock(line, index);
  if (!from || !['to', 'until', 'till', 'and'].includes(line.wordAt(from.next))) return undefined;
  const to = readClock(line, from.next + 1);
  if (!to || to.next < line.words.length || from.value.zone !== undefined || to.value.zone !== undefined)
    return undefined;
  const [begin, end] = [from, to].map(({ value }) => formatClock(value.ms));
  return begin === end ? undefined : `${begin}-${end}`;
}

function formatClock(ms: number): string {
  const minutes = Math.floor(ms / 60_000) % 1_440;
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** `Europe/Berlin` from itself or from `Berlin`; undefined for anything else. */
export function readZone(answer: string): string | undefined {
  const words = withoutEnding(answer.trim(), '.!')
    .replace(/^(?:(?:i(?:['’]m| am| live| work)|we(?:['’]re| are)|my (?:time ?)?zone is|it['’]?s) )?(?:in\s+)?/i, '')
    .split(/[\s,]+/);
  const last = words.findLastIndex((word) => !/^(time|zone|please|)$/i.test(word));
  const said = words
    .slice(0, last + 1)
    .join('_')
    .toLowerCase();
  if (/^(utc|gmt|z|universal_time)$/.test(said)) return 'UTC';
  const all = Intl.supportedValuesOf('timeZone');
  const whole = all.find((zone) => zone.toLowerCase() === said);
  if (whole !== undefined) return whole;
  return said.length < 3 ? undefined : all.find((zone) => zone.toLowerCase().endsWith(`/${said}`));
}

const readers: Readonly<Record<AskedStep, (answer: string, facts: Facts) => Wishes[keyof Wishes]>> = {
  work: readWork,
  services: (answer, { services }) => readServices(answer, services),
  when: readWhen,
  hours: (answer) => readHours(answer),
  zone: readZone,
  mentions: readMentions,
  rights: () => undefined,
};

/** The choices in this answer; undefined if it can't be understood. */
export function readAnswer(step: AskedStep, answer: string, facts: Facts): Wishes | undefined {
  const wish = readers[step](answer, facts);
  return wish === undefined ? undefined : { [step]: wish };
}

/** `developer on shop in staging for 7 days because …`; undefined if it doesn't begin with a known word or contains an unknown name. */
export function readAccess(
  answer: string,
  known: Readonly<Record<'roles' | 'services' | 'environments', readonly string[]>>,
) {
  const line = answer.trim().replace(/^(?:i (?:want|need) |ask for |access |please )+/i, '');
  const [before, reason] = splitAt(line, /\sbecause\b/i);
  const [head, time] = splitAt(before, /\s(?=(?:until|till|for (?:\d|an?\b|one\b)))/i);
  const [role = '', ...rest] = spoken(head)
    .split(' ')
    .filter((word) => !/^(the|a|an|rights?|role|to|as|on|in|of|for)$/.test(word));
  if (!known.roles.includes(role)) return undefined;
  const service = rest.find((word) => known.services.includes(word));
  const environment = rest.find((word) => known.environments.includes(word));
  const filler = /^((service|environment)s?$|every|all)/;
  if (rest.some((word) => word !== service && word !== environment && !filler.test(word))) return undefined;
  return { role, service, environment, time: time || undefined, reason: reason || undefined };
}

function splitAt(line: string, sign: RegExp): [before: string, behind: string] {
  const found = sign.exec(line);
  return found ? [line.slice(0, found.index), line.slice(found.index + found[0].length).trim()] : [line, ''];
}

/** Whether a line answers the question although a command begins like it: `at once`, `in Berlin`, but not `in 2 hours remind me …`. */
export function isAnswer(said: string): boolean {
  const line = spoken(said);
  if (/^(digest|once a day)$/.test(line)) return true;
  // What somebody does, not what they want done: "I deploy things", but not "I want to deploy shop".
  if (/^(i|we) ((mostly|mainly|just|only) )?(deploy|ship|release|approve|review|run|operate|look|watch)\b/.test(line))
    return true;
  if (!/^(at|in|on|every|tomorrow)\b/.test(line) || /\bremind\b|^every hour\b/.test(line)) return false;
  return !/\d/.test(line) || readHours(line) !== undefined;
}

/** Replies that mean the same at every question, such as skip or back. */
export function readAside(answer: string): 'skip' | 'back' | 'leave' | 'help' | undefined {
  return firstOf(answer, [
    [/^(cancel|stop|quit|exit|leave|bye|later|go on later)( onboarding)?$/, 'leave'],
    [/^(help|what|huh|i do not understand|)$/, 'help'],
    [/^(skip|skip this|pass|not now|next|go on)$/, 'skip'],
    [/^(back|go back|previous|undo)$/, 'back'],
  ]);
}
