import type { ApprovalRule, Catalog } from '../../../core/catalog';
import { UserError } from '../../../core/errors';
import { may, mayAnywhere, whoMayAnywhere } from '../../../core/catalog/rights';
import { capitalize, cleanText, enumerate, plainText } from '../../../core/text';
import { requireEnvironment, requirePlace, requireService } from '../../../core/catalog/refusals';
import type { Preview } from './facts';
import type { ReleaseChoice } from './store';

/** What one person may pick, what of what they want is offered, and what would come of asking. Pure. */

export interface Offer {
  readonly service: string;
  readonly environments: readonly string[];
}

/** Services with the environments this person may deploy them to, in catalog order. */
export function listOffers(catalog: Catalog, personId: string): Offer[] {
  return Object.entries(catalog.services)
    .map(([service, { environments }]) => ({
      service,
      environments: environments.filter((environment) => may(catalog, personId, 'deploy', { service, environment })),
    }))
    .filter((offer) => offer.environments.length > 0);
}

/** The environments to choose from: those of the chosen service, else all that are offered. */
export function environmentsOf(offers: readonly Offer[], service: string | undefined): string[] {
  const open = service === undefined ? offers : offers.filter((offer) => offer.service === service);
  return [...new Set(open.flatMap((offer) => offer.environments))];
}

/** Refuses a person who may deploy nothing at all, and says who may. */
export function refuseWithoutOffers(catalog: Catalog, offers: readonly Offer[]): void {
  if (offers.length > 0) return;
  throw new UserError(`You may not deploy here. ${whoCan(catalog)}`);
}

/** Refuses what was named where this person may deploy nothing of it; says who may. The request itself checks the whole target. */
export function refuseTarget(catalog: Catalog, personId: string, choice: ReleaseChoice): void {
  const { service, environment } = choice;
  if (service !== undefined) requireService(catalog, service);
  if (environment !== undefined) requireEnvironment(catalog, environment);
  if (service !== undefined && environment !== undefined) requirePlace(catalog, service, environment);
  const target = { ...(service && { service }), ...(environment && { environment }) };
  if (mayAnywhere(catalog, personId, 'deploy', target)) return;
  const what = [service ?? 'anything', environment && `to ${environment}`].filter(Boolean).join(' ');
  throw new UserError(`You may not deploy ${what}. ${whoCan(catalog, target)}`);
}

/** Keeps what is offered of what is wanted; the connector checks the release later. `dropped` says in words what was not kept. */
export function narrow(offers: readonly Offer[], wanted: ReleaseChoice): { choice: ReleaseChoice; dropped: string } {
  const offer = offers.find((each) => each.service === wanted.service) ?? (offers.length === 1 ? offers[0] : undefined);
  const service = offer?.service;
  const open = environmentsOf(offers, service);
  const environment =
    wanted.environment !== undefined && open.includes(wanted.environment)
      ? wanted.environment
      : open.length === 1
        ? open[0]
        : undefined;
  const choice = {
    ...(service !== undefined && { service }),
    ...(environment !== undefined && { environment }),
    ...(service !== undefined &&
      service === wanted.service &&
      wanted.release !== undefined && { release: wanted.release }),
  };
  const dropped =
    service !== undefined && wanted.environment !== undefined && environment !== wanted.environment
      ? `You can't deploy ${service} to ${quoted(wanted.environment)}.`
      : '';
  return { choice, dropped };
}

/** `Ada Admin and Dana Developer can.` */
function whoCan(catalog: Catalog, target: { service?: string; environment?: string } = {}): string {
  const names = whoMayAnywhere(catalog, 'deploy', target).map((person) => cleanText(person.name, 60));
  if (names.length === 0) return 'Nobody can yet: an admin gives that right with grant.';
  const more = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return `${enumerate(more)} can.`;
}

/** A word somebody typed, repeated only when it can do no harm. */
export function quoted(word: string): string {
  return /^[\w.-]{1,40}$/.test(word) ? word : 'that';
}

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
  const then = `${describeStart(rule, preview)}${rule.required > 0 ? but : ''}`;
  if (obstacles.length === 0) return { sentence: then, canAsk: true, overrides: false };
  const sentence = `${capitalize(said(obstacles))}. You can ask for ${plainText(release.version, 60)} all the same, with a reason. ${then}`;
  return { sentence, canAsk: true, overrides: true };
}

function said(obstacles: Preview['obstacles']): string {
  return plainText(obstacles.map(({ what }) => what).join('; '), 600);
}

function describeStart({ required }: ApprovalRule, { onItsWay }: Preview): string {
  const first = onItsWay ? `, and when D-${onItsWay.number} has ended` : '';
  if (required > 0)
    return `It starts once ${required === 1 ? 'another person has' : `${required} people have`} approved${first}.`;
  return onItsWay
    ? `It starts when D-${onItsWay.number} has ended, without an approval.`
    : 'It starts as soon as you ask, without an approval.';
}

/** The very same release and commit serve there: there is nothing to ask for. */
export function runsAlready({ release, running }: Pick<Preview, 'release' | 'running'>): boolean {
  return running?.version === release.version && running.commit === release.commit;
}
