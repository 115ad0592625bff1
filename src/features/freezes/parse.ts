import type { Arguments, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { may } from '../../core/catalog/rights';
import { momentInZone } from '../../core/time/clock';
import { cleanText, plainText } from '../../core/text';
import { describeUnread, readTerm } from '../../core/time/typed/term';
import { requireEnvironment, requireService } from '../../core/catalog/refusals';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { timeZoneOf } from '../contract';
import { describeFreezeEnd, isOn } from './store';
import type { FreezeStore } from './store';
import type { DeclaredFreeze } from './workflow';

/** What is typed about freezes, checked against the catalog and against what is frozen. */

export interface FreezeParts {
  readonly deps: FeatureDependencies;
  readonly freezes: FreezeStore;
}

/** The freeze that is typed, with its reason and, for the answer, its end by the clock of whoever says it. */
export async function readDeclaration(
  deps: FeatureDependencies,
  turn: Turn,
  args: Arguments,
): Promise<{ readonly record: DeclaredFreeze; readonly end: string }> {
  const { environment = '', service } = targetOf(deps, turn, args);
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const term = readTerm(args, { now, timeZone });
  const examples = '`until Monday 8:00`, `until 2026-12-24` or `2h`';
  if (term.unread) throw new UserError(describeUnread(term.unread, 'nothing was frozen', examples));
  if (term.reason === '')
    throw new UserError(
      `A freeze needs its reason, so nothing was frozen. Write \`freeze ${environment} until Monday 8:00 because …\`.`,
    );
  const record: DeclaredFreeze = {
    environment,
    service,
    from: now,
    until: term.until,
    reason: cleanText(term.reason, 200),
    by: { id: turn.person.id, name: turn.person.name },
    placeId: turn.place.id,
  };
  return { record, end: describeFreezeEnd(term.until, now, timeZone, momentInZone) };
}

/** What is to be open again. */
interface Ending {
  readonly reach: Arguments;
  readonly scope: string;
  readonly meant: readonly Stored<DeclaredFreeze>[];
  readonly reason: string;
}

/** The freezes that are to end before their time, and why. */
export async function readEnding(parts: FreezeParts, turn: Turn, args: Arguments): Promise<Ending> {
  const { deps, freezes } = parts;
  const reach = targetOf(deps, turn, args);
  const { environment = '', service } = reach;
  const now = deps.clock.now();
  const reason = cleanText(args['reason'] ?? '', 200);
  const meant = (await freezes.declared()).filter(
    ({ value }) =>
      value.environment === environment && (service === undefined || value.service === service) && isOn(value, now),
  );
  const scope = service === undefined ? environment : `${service} in ${environment}`;
  if (meant.length === 0) throw new UserError(await nothingToEnd(parts, environment, scope));
  if (reason === '')
    throw new UserError(`Ending a freeze needs a reason, so it stands. Write \`unfreeze ${environment} because …\`.`);
  return { reach, scope, meant, reason };
}

async function nothingToEnd({ deps, freezes }: FreezeParts, environment: string, scope: string): Promise<string> {
  const now = deps.clock.now();
  const fixed = (await freezes.upcoming()).find(
    (each) => each.by === undefined && each.environments.includes(environment) && isOn(each, now),
  );
  if (!fixed) return `${scope} is not frozen, so nothing was changed.`;
  return `“${plainText(fixed.name, 60)}” stands in the catalog and ends ${describeFreezeEnd(fixed.until, now, deps.catalog().timeZone).replace('until ', 'at ')}. Nothing was changed; whoever may override it deploys with a reason.`;
}

/** The environment and service, known and this person's to freeze. */
function targetOf(deps: FeatureDependencies, turn: Turn, args: Arguments): Arguments {
  const { environment = '', service } = args;
  const catalog = deps.catalog();
  requireEnvironment(catalog, environment, 'nothing was changed');
  if (service !== undefined) requireService(catalog, service, 'nothing was changed');
  const target = { environment, ...(service !== undefined && { service }) };
  const services = service === undefined ? Object.keys(catalog.services) : [service];
  const missing = services.find((each) => !may(catalog, turn.person.id, 'operate', { service: each, environment }));
  if (missing)
    throw new UserError(
      `You may not freeze ${missing} in ${environment}, so nothing was changed. Name a service that is yours.`,
    );
  return target;
}
