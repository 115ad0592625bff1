import type { Wishes, When, Work } from './record';

/** What was answered, typed or clicked: both are words and are read alike. Pure. */

const spoken = (answer: string): string =>
  answer
    .toLowerCase()
    .replace(/["'“”‘’`.!?*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

export function readWork(answer: string): Work | undefined {
  const said = spoken(answer);
  if (/^(1|ship|deploy|releas|develop|code|build|program|engineer)|\b(ship|develop|deploy)/.test(said)) return 'ship';
  if (/^(2|decide|approv|review|lead)|\b(decid|approv)/.test(said)) return 'decide';
  if (/^(3|run|operat|on.?call|sre|support|keep)|\b(operat|run things)/.test(said)) return 'run';
  if (/^(4|look|watch|read|see|just)|\b(look|watch)/.test(said)) return 'look';
  return undefined;
}

/** The services that were named; undefined when a word names none. */
export function readServices(answer: string, known: readonly string[]): readonly string[] | undefined {
  const said = spoken(answer);
  if (/^(all|everything|every one|all of them)$/.test(said)) return known;
  if (/^(none|nothing|no|not any)$/.test(said)) return [];
  const words = said.split(/[\s,;&+]+|\band\b/).filter((word) => word !== '' && word !== 'and');
  if (words.length === 0 || words.some((word) => !known.includes(word))) return undefined;
  return known.filter((service) => words.includes(service));
}

export function readWhen(answer: string): When | undefined {
  const said = spoken(answer);
  if (/(at once|immediate|now|straight|directly|as it happens|right away)/.test(said)) return 'at once';
  if (/(digest|daily|once a day|summary|morning|day)/.test(said)) return 'digest';
  if (/(only when i ask|when i ask|never|nothing|none|not at all|no)/.test(said)) return 'only when I ask';
  return undefined;
}

/** `22:00-07:00` from `22-7`, `10pm to 7am` or `from 22:00 to 7:00`; `none`; undefined when it names no two times. */
export function readHours(answer: string): string | undefined {
  const said = spoken(answer);
  if (/^(none|no|never|nothing|no quiet hours)$/.test(said)) return 'none';
  const match =
    /^(?:from |between |at )?(\d{1,2})(?:[:h](\d{2}))? ?(am|pm)? ?(?:-|–|to|until|till|and) ?(\d{1,2})(?:[:h](\d{2}))? ?(am|pm)?$/.exec(
      said,
    );
  if (!match) return undefined;
  const from = timeOf(match[1], match[2], match[3]);
  const to = timeOf(match[4], match[5], match[6]);
  return from === undefined || to === undefined || from === to ? undefined : `${from}-${to}`;
}

function timeOf(hours = '', minutes = '00', half?: string): string | undefined {
  const plain = Number(hours);
  if (half !== undefined && (plain < 1 || plain > 12)) return undefined;
  const hour = half === undefined ? plain % 24 : (plain % 12) + (half === 'pm' ? 12 : 0);
  if (plain > 24 || Number(minutes) > 59) return undefined;
  return `${String(hour).padStart(2, '0')}:${minutes}`;
}

/** `Europe/Berlin` from itself or from `Berlin`; undefined for anything else. */
export function readZone(answer: string): string | undefined {
  const said = answer
    .trim()
    .replace(/[.!]+$/, '')
    .replace(/^(?:i live )?in\s+/i, '')
    .replace(/\s+/g, '_')
    .toLowerCase();
  if (/^(utc|gmt|z|universal_time)$/.test(said)) return 'UTC';
  const all = Intl.supportedValuesOf('timeZone');
  const whole = all.find((zone) => zone.toLowerCase() === said);
  if (whole !== undefined) return whole;
  return said.length < 3 ? undefined : all.find((zone) => zone.toLowerCase().endsWith(`/${said}`));
}

/** A role, a right or a command, where, until when and why. */
export interface AccessWish {
  readonly role: string;
  readonly service?: string;
  readonly environment?: string;
  /** `until Friday`, `for 7 days`. */
  readonly time?: string;
  readonly reason?: string;
}

/** `developer on shop in staging for 7 days because …`; undefined when no known word begins it or a name is unknown. */
export function readAccess(
  answer: string,
  known: {
    readonly roles: readonly string[];
    readonly services: readonly string[];
    readonly environments: readonly string[];
  },
): AccessWish | undefined {
  const line = answer.trim().replace(/^(?:i (?:want|need) |ask for |access |please )+/i, '');
  const [before, reason] = splitAt(line, /\sbecause\b/i);
  const [head, time] = splitAt(before, /\s(?=(?:until|till|for (?:\d|an?\b|one\b)))/i);
  const [role = '', ...rest] = spoken(head)
    .split(' ')
    .filter((word) => !/^(the|a|an|rights?|role|to|as|on|in|of|for)$/.test(word));
  if (!known.roles.includes(role)) return undefined;
  const service = rest.find((word) => known.services.includes(word));
  const environment = rest.find((word) => known.environments.includes(word));
  const extra = rest.filter(
    (word) => word !== service && word !== environment && !/^(every|all|everywhere)/.test(word),
  );
  if (extra.some((word) => !/^(service|environment)s?$/.test(word))) return undefined;
  return {
    role,
    ...(service !== undefined && { service }),
    ...(environment !== undefined && { environment }),
    ...(time !== '' && { time }),
    ...(reason !== '' && { reason }),
  };
}

function splitAt(line: string, sign: RegExp): [before: string, behind: string] {
  const found = sign.exec(line);
  return found ? [line.slice(0, found.index), line.slice(found.index + found[0].length).trim()] : [line, ''];
}

/** Whether a line is meant for the question although a command begins so: `at once`, `in Berlin`, but not `in 2 hours remind me …`. */
export function isAnswer(said: string): boolean {
  const line = spoken(said);
  if (/^(digest|once a day)$/.test(line)) return true;
  if (!/^(at|in|on|every|tomorrow)\b/.test(line) || /\bremind\b|^every hour\b/.test(line)) return false;
  return !/\d/.test(line) || readHours(line) !== undefined;
}

/** Answers that are no answers: what is meant at every question. */
export function readAside(answer: string): 'skip' | 'back' | 'leave' | 'help' | undefined {
  const said = spoken(answer);
  if (/^(cancel|stop|quit|exit|leave|bye|later|go on later)( onboarding)?$/.test(said)) return 'leave';
  if (/^(help|what|huh|i do not understand|)$/.test(said)) return 'help';
  if (/^(skip|skip this|pass|not now|next|go on)$/.test(said)) return 'skip';
  if (/^(back|go back|previous|undo)$/.test(said)) return 'back';
  return undefined;
}

/** Whether somebody wants to hear nothing; what is not answered yet may still become something. */
export function hearsNothing({ services, when }: Wishes): boolean {
  return services?.length === 0 || when === 'only when I ask';
}
