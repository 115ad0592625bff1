import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { holdsRoleEverywhere, may, mayAnywhere, rightsOfRole } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { withoutEnding } from '../../core/text';
import type { CountStep } from '../../core/text';
import { readClock } from '../../core/time/typed/clock';
import { lineOf } from '../../core/time/typed/line';
import type { FeatureDependencies } from '../contract';
import type { AskedStep } from './text';
import type { IsAsked, Timing, Wishes, Work } from './workflow';

/** What there is for this person to choose from, read anew for each question. */

export interface Facts {
  readonly catalog: Catalog;
  readonly person: Person;
  /** Those that this person may look at. */
  readonly services: readonly string[];
  /** Without those for practice. */
  readonly environments: readonly string[];
  readonly practice: { readonly service: string; readonly environment: string } | undefined;
  readonly isAsked: IsAsked;
}

const roleFor: Readonly<Record<Work, string>> = {
  ship: 'developer',
  decide: 'approver',
  run: 'operator',
  look: 'viewer',
};

export function readFacts(catalog: Catalog, person: Person): Facts {
  const services = Object.keys(catalog.services).filter((service) =>
    mayAnywhere(catalog, person.id, 'view', { service }),
  );
  const environments = Object.keys(catalog.environments).filter(
    (name) => !lookUp(catalog.environments, name)?.practice,
  );
  const practice = practiceFor(catalog, person);
  const facts = { catalog, person, services, environments, practice };
  const isAsked: IsAsked = (step, wishes) => {
    if (step === 'services') return services.length > 0;
    if (step === 'when') return services.length > 0 && wishes.services?.length !== 0;
    if (step === 'hours' || step === 'zone') return services.length > 0 && !wantsNothing(wishes);
    if (step === 'rights') return offersFor(facts, wishes).length > 0;
    if (step === 'practice') return practice !== undefined;
    return true;
  };
  return { ...facts, isAsked };
}

/** Where this person may try a deployment out now. */
function practiceFor(catalog: Catalog, { id }: Person): Facts['practice'] {
  for (const [service, { environments }] of Object.entries(catalog.services))
    for (const environment of environments)
      if (lookUp(catalog.environments, environment)?.practice && may(catalog, id, 'deploy', { service, environment }))
        return { service, environment };
  return undefined;
}

/** The role that goes with what somebody does, when it allows anything here. */
function roleOf({ work = 'ship' }: Wishes, catalog: Catalog): string {
  const role = roleFor[work];
  return rightsOfRole(catalog, role).length > 0 ? role : 'viewer';
}

/** Lines such as `developer on shop in staging` for what this person does not have yet. */
export function offersFor(
  { catalog, person, environments }: Pick<Facts, 'catalog' | 'person' | 'environments'>,
  wishes: Wishes,
): readonly string[] {
  const role = roleOf(wishes, catalog);
  const followed = wishes.services ?? [];
  const services = followed.length === 1 ? followed : undefined;
  const there = services
    ? (lookUp(catalog.services, services[0])?.environments ?? [])
    : Object.keys(catalog.environments);
  const scopes: { words: string; scope: Scope }[] = environments
    .filter((environment) => there.includes(environment))
    .map((environment) => ({ words: ` in ${environment}`, scope: { services, environments: [environment] } }));
  const all = { words: '', scope: { services, environments: undefined } };
  const on = services ? ` on ${services[0]}` : '';
  return [...scopes, ...(scopes.length > 1 ? [all] : [])]
    .filter(({ scope }) => !holdsRoleEverywhere(catalog, person.id, role, scope))
    .map(({ words }) => `${role}${on}${words}`);
}

/** `deploy shop 2.14.0 to practice`: a release that changes something there and is proven elsewhere; without one the picker asks for it. */
export async function suggestPractice(
  { connectorOf, logger }: FeatureDependencies,
  { practice, catalog }: Facts,
): Promise<string | undefined> {
  if (!practice) return undefined;
  const { service, environment } = practice;
  const version = await practiceVersion().catch((error: unknown) => {
    logger.warn({ error, service }, 'No release could be suggested for practice');
    return undefined;
  });
  return `deploy ${service}${version === undefined ? '' : ` ${version}`} to ${environment}`;

  async function practiceVersion(): Promise<string | undefined> {
    const { environments, sourceControl } = connectorOf(service);
    const others = (lookUp(catalog.services, service)?.environments ?? []).filter((each) => each !== environment);
    const running = await environments?.running(service, environment);
    const elsewhere = await Promise.all(others.map(async (each) => environments?.running(service, each)));
    const proven = elsewhere.find((each) => each !== undefined && each.version !== running?.version);
    if (proven) return proven.version;
    const releases = (await sourceControl?.releases(service)) ?? [];
    const at = releases.findIndex(({ version: each }) => each === running?.version);
    // The next one changes little; the newest of all may be the one nobody has tried.
    return (releases[at - 1] ?? releases.find(({ version: each }) => each !== running?.version))?.version;
  }
}

/** What was answered, typed or clicked: both are words and are read alike. Pure. */

const spoken = (answer: string): string =>
  answer
    .toLowerCase()
    .replace(/["'“”‘’`.!?*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** What the first form that fits stands for. */
function firstOf<Value>(answer: string, forms: readonly (readonly [RegExp, Value])[]): Value | undefined {
  const said = spoken(answer);
  return forms.find(([form]) => form.test(said))?.[1];
}

export function readWork(answer: string): Work | undefined {
  return firstOf(answer, [
    [/^(1|ship|deploy|releas|develop|code|build|program|engineer)|\b(ship|develop|deploy)/, 'ship'],
    [/^(2|decide|approv|review|lead)|\b(decid|approv)/, 'decide'],
    [/^(3|run|operat|on.?call|sre|support|keep)|\b(operat|run things)/, 'run'],
    [/^(4|look|watch|read|see|just)|\b(look|watch)/, 'look'],
  ]);
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

export function readWhen(answer: string): Timing | undefined {
  return firstOf(answer, [
    [/(at once|immediate|now|straight|directly|as it happens|right away)/, 'at once'],
    [/(digest|daily|once a day|summary|morning|day)/, 'digest'],
    [/(only when i ask|when i ask|never|nothing|none|not at all|no)/, 'only when I ask'],
  ]);
}

/** `22:00-07:00` from `22-7`, `10pm to 7am` or `from 22:00 to 7:00`; `none`; undefined when it names no two times. */
export function readHours(answer: string, count?: CountStep): string | undefined {
  const said = spoken(answer);
  if (/^(none|no|never|nothing|no quiet hours)$/.test(said)) return 'none';
  const line = lineOf(answer.replace(/[-–—]/g, ' to '), count);
  const from = readClock(line, ['from', 'between', 'at'].includes(line.wordAt(0)) ? 1 : 0);
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
  const said = withoutEnding(answer.trim(), '.!')
    .replace(/^(?:i live )?in\s+/i, '')
    .replace(/\s+/g, '_')
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
  rights: () => undefined,
};

/** The wishes that this answer makes; undefined when it can't be read. */
export function readAnswer(step: AskedStep, answer: string, facts: Facts): Wishes | undefined {
  const wish = readers[step](answer, facts);
  return wish === undefined ? undefined : { [step]: wish };
}

/** `developer on shop in staging for 7 days because …`; undefined when no known word begins it or a name is unknown. */
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

/** Whether a line is meant for the question although a command begins so: `at once`, `in Berlin`, but not `in 2 hours remind me …`. */
export function isAnswer(said: string): boolean {
  const line = spoken(said);
  if (/^(digest|once a day)$/.test(line)) return true;
  if (!/^(at|in|on|every|tomorrow)\b/.test(line) || /\bremind\b|^every hour\b/.test(line)) return false;
  return !/\d/.test(line) || readHours(line) !== undefined;
}

/** Answers that are no answers: what is meant at every question. */
export function readAside(answer: string): 'skip' | 'back' | 'leave' | 'help' | undefined {
  return firstOf(answer, [
    [/^(cancel|stop|quit|exit|leave|bye|later|go on later)( onboarding)?$/, 'leave'],
    [/^(help|what|huh|i do not understand|)$/, 'help'],
    [/^(skip|skip this|pass|not now|next|go on)$/, 'skip'],
    [/^(back|go back|previous|undo)$/, 'back'],
  ]);
}

/** Whether somebody wants no notifications; what is not answered yet may still become something. */
function wantsNothing({ services, when }: Wishes): boolean {
  return services?.length === 0 || when === 'only when I ask';
}
