import type { Arguments, Turn } from '../../chat/contract';
import { changedSinceAsked, describeActs } from '../../core/operations';
import type { Act } from '../../core/operations';
import { enumerate, plainText, withFullStop } from '../../core/text';
import type { Freeze } from './contract';
import { readDeclaration, readEnding, targetOf } from './parse';
import type { FreezeParts } from './parse';
import { affectedBy, covers, isOn } from './policy';
import { describeEnd, describeFreeze, describeExtent } from './text';
import { freezeOf } from './workflow';

/** What commands about freezes would change. */

export async function previewFreeze({ deps }: FreezeParts, turn: Turn, args: Arguments): Promise<string> {
  const { record, end } = await readDeclaration(deps, turn, args);
  return `Nobody deploys ${enumerate(affectedBy(deps.catalog(), record))} to ${record.environment} ${end}, but for those who may override it with a reason.`;
}

/** Ending the very freezes that stand now: one that is declared later was never looked at. */
export async function unfreezeAct(parts: FreezeParts, turn: Turn, args: Arguments): Promise<Act> {
  const { meant } = await readEnding(parts, turn, args);
  const { service, environment } = targetOf(parts.deps, turn, args);
  const reach = { ...(service !== undefined && { service }), ...(environment !== undefined && { environment }) };
  const thing = idsOf(meant);
  return { operation: 'unfreeze', reach, thing, details: { freezes: thing } };
}

/** Throws unless these are the freezes that were approved to end; nothing is compared when no approval was needed. */
export function refuseOtherFreezes(
  approved: readonly Act[] | undefined,
  meant: readonly { readonly id: string }[],
): void {
  const [act] = approved ?? [];
  if (act?.details !== undefined && act.details['freezes'] !== idsOf(meant))
    throw changedSinceAsked(plainText(describeActs([{ ...act, thing: undefined }]), 160));
}

const idsOf = (freezes: readonly { readonly id: string }[]): string =>
  freezes
    .map(({ id }) => id)
    .sort()
    .join(' ');

export async function previewUnfreeze(parts: FreezeParts, turn: Turn, args: Arguments): Promise<string> {
  const { deps, freezes } = parts;
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const { meant } = await readEnding(parts, turn, args);
  const ends = meant.map(({ value }) => {
    const scope = describeExtent(freezeOf(value));
    return `Ends the freeze of ${scope} ${describeEnd(value.until, now, timeZone)}, by ${plainText(value.by.name, 60)}: ${withFullStop(plainText(value.reason, 200))}`;
  });
  const ended = new Set(meant.map(({ value }) => nameOf(freezeOf(value))));
  const target = { service: args['service'], environment: args['environment'] ?? '' };
  const there = affectedBy(deps.catalog(), target).map((service) => ({ ...target, service }));
  const stand = (await freezes.upcoming()).filter(
    (each) => isOn(each, now) && !ended.has(nameOf(each)) && there.some((place) => covers(each, place)),
  );
  if (stand.length === 0) return [...ends, 'Deployments go there again at once.'].join(' ');
  const others = stand.map((each) => `${plainText(describeFreeze(each, now, timeZone), 200)}.`);
  return [...ends, 'It stays frozen all the same:', ...others].join(' ');
}

const nameOf = ({ by, from, services }: Freeze): string => JSON.stringify([by, from, services]);
