import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Arguments, Outcome, Turn } from '../../chat/contract';
import { lacksRight, requireEnvironment, requireService } from '../../core/catalog/refusals';
import { may } from '../../core/catalog/rights';
import { MissingWordError, UserError } from '../../core/errors';
import { changedSinceAsked, describeActs } from '../../core/operations';
import type { Act } from '../../core/operations';
import { cleanText, plainText, quote } from '../../core/text';
import { describeWhen } from '../../core/time/clock';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { Freeze } from '.';
import { affectedBy, covers, describeExtent, describeFreeze, describeFreezeEnd, isOn } from './store';
import type { FreezeStore } from './store';
import { freezeOf } from './workflow';
import type { DeclaredFreeze, FreezeNotice } from './workflow';

/** Ending freezes early: by a typed line, or with the button of a list. */

export interface FreezeParts {
  readonly deps: FeatureDependencies;
  readonly freezes: FreezeStore;
}

/** The button that ends one freeze. It asks for the reason. */
export function endAction(parts: FreezeParts): Action {
  return defineAction({
    verb: 'freezes.end',
    operation: 'unfreeze',
    input: z.object({
      id: z.string().regex(/^[0-9a-f]{32}$/),
      why: z.string().trim().min(1, 'Enter a reason for ending the freeze.').max(500),
    }),
    freeText: ['why'],
    acts: async (turn, { id, why }) => [await unfreezeAct(parts, turn, await endingOne(parts, id, why))],
    preview: async (turn, { id, why }) => previewUnfreeze(parts, turn, await endingOne(parts, id, why)),
    async asks(turn, id) {
      const args = await endingOne(parts, id, '-');
      const { scope } = await readEnding(parts, turn, args);
      return {
        title: `End the freeze on ${scope}?`,
        sentence: await previewUnfreeze(parts, turn, args),
        fields: [{ name: 'why', label: 'Reason', error: 'Enter a reason.' }],
        go: 'End freeze',
      };
    },
    async run(turn, { id, why }, approved) {
      const { text, audit } = await unfreeze(parts, turn, await endingOne(parts, id, why), approved);
      return { notice: text.replaceAll('**', ''), audit };
    },
  });
}

/** The freeze with this id, as `unfreeze` takes it. */
async function endingOne({ freezes }: FreezeParts, id: string, reason: string): Promise<Arguments> {
  const found = (await freezes.declared()).find((each) => each.id === id);
  if (!found) throw new UserError('That freeze has already ended. Nothing was changed.');
  const { environment, service } = found.value;
  return { environment, ...(service !== undefined && { service }), id, reason };
}

/**
 * Ends the current freezes there, or the one with the `id` in the arguments, but only those that were approved to end; without an approval, nothing is
 * compared.
 */
export async function unfreeze(
  parts: FreezeParts,
  turn: Turn,
  args: Arguments,
  [act]: readonly Act[] = [],
): Promise<{ readonly text: string; readonly audit: Outcome }> {
  const { scope, meant, reason, reach } = await readEnding(parts, turn, { ...args, ...act?.reach });
  if (act?.details !== undefined && act.details['freezes'] !== idsOf(meant))
    throw changedSinceAsked(plainText(describeActs([{ ...act, thing: undefined }]), 160));
  const by = { id: turn.person.id, name: turn.person.name };
  const others = await othersThere(parts, meant, reach);
  const sentence =
    others.length === 0
      ? `**${scope} is no longer frozen**: ${quote(reason)}.`
      : `**The freeze on ${scope} has ended**: ${quote(reason)}. Another freeze still applies there.`;
  const notice = noticeOf(turn, `${sentence} Ended by ${plainText(by.name, 60)}.`);
  for (const { id } of meant) await parts.freezes.apply(id, { type: 'end', by, reason, notice });
  return { text: sentence, audit: { target: scope, outcome: 'opened again', detail: { reason } } };
}

/** Ending exactly the current freezes: nobody has seen one that is declared later. */
export async function unfreezeAct(parts: FreezeParts, turn: Turn, args: Arguments): Promise<Act> {
  const { reach, meant } = await readEnding(parts, turn, args);
  const thing = idsOf(meant);
  return { operation: 'unfreeze', reach, thing, details: { freezes: thing } };
}

const idsOf = (freezes: readonly { readonly id: string }[]): string =>
  freezes
    .map(({ id }) => id)
    .sort()
    .join(' ');

export async function previewUnfreeze(parts: FreezeParts, turn: Turn, args: Arguments): Promise<string> {
  const { deps } = parts;
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const { meant } = await readEnding(parts, turn, args);
  const ends = meant.map(({ value }) => {
    const scope = describeExtent(freezeOf(value));
    return `Ends the freeze on ${scope}. ${plainText(value.by.name, 60)} set it to last ${describeFreezeEnd(value.until, now, timeZone)}: ${quote(value.reason)}.`;
  });
  const stand = await othersThere(parts, meant, args);
  if (stand.length === 0) return [...ends, 'Deployments can start there again right away.'].join(' ');
  const others = stand.map((each) => `${plainText(describeFreeze(each, now, timeZone), 200)}.`);
  return [...ends, stand.length === 1 ? 'Another freeze still applies:' : 'Other freezes still apply:', ...others].join(
    ' ',
  );
}

/** The other freezes that apply there now. */
async function othersThere(
  { deps, freezes }: FreezeParts,
  meant: Ending['meant'],
  { service, environment = '' }: Arguments,
): Promise<Freeze[]> {
  const ended = new Set(meant.map(({ value }) => nameOf(freezeOf(value))));
  const target = { service, environment };
  const there = affectedBy(deps.catalog(), target).map((each) => ({ ...target, service: each }));
  const now = deps.clock.now();
  return (await freezes.upcoming()).filter(
    (each) => isOn(each, now) && !ended.has(nameOf(each)) && there.some((place) => covers(each, place)),
  );
}

const nameOf = ({ by, from, services }: Freeze): string => JSON.stringify([by, from, services]);

/** What to open again. */
interface Ending {
  readonly reach: Arguments;
  readonly scope: string;
  readonly meant: readonly Stored<DeclaredFreeze>[];
  readonly reason: string;
}

async function readEnding(parts: FreezeParts, turn: Turn, args: Arguments): Promise<Ending> {
  const { deps, freezes } = parts;
  const reach = requireFreezable(deps, turn, args, 'unfreeze');
  const { environment = '', service } = reach;
  const now = deps.clock.now();
  const reason = cleanText(args['reason'] ?? '', 200);
  const meant = (await freezes.declared()).filter(
    ({ id, value }) =>
      (args['id'] === undefined || args['id'] === id) &&
      value.environment === environment &&
      (service === undefined || value.service === service) &&
      isOn(value, now),
  );
  const scope = service === undefined ? environment : `${service} in ${environment}`;
  if (meant.length === 0) throw new UserError(await nothingToEnd(parts, environment, scope));
  if (reason === '')
    throw new MissingWordError(
      'reason',
      `Ending a freeze needs a reason. Nothing was changed. Type \`unfreeze ${scope} because …\`.`,
    );
  return { reach, scope, meant, reason };
}

async function nothingToEnd({ deps, freezes }: FreezeParts, environment: string, scope: string): Promise<string> {
  const now = deps.clock.now();
  const fixed = (await freezes.upcoming()).find(
    (each) => each.by === undefined && each.environments.includes(environment) && isOn(each, now),
  );
  if (!fixed) return `${scope} isn’t frozen. Nothing was changed.`;
  return `Nothing was changed. The freeze “${plainText(fixed.name, 60)}” is set in the catalog, so you can’t end it in chat. It ends ${fixed.until === undefined ? 'when someone removes it' : describeWhen(fixed.until, now, deps.catalog().timeZone)}. People who can override it can deploy with a reason.`;
}

/** The environment and service, if they exist and this person can freeze them. */
export function requireFreezable(
  deps: FeatureDependencies,
  turn: Turn,
  args: Arguments,
  verb: 'freeze' | 'unfreeze',
): Arguments {
  const { environment = '', service } = args;
  const catalog = deps.catalog();
  requireEnvironment(catalog, environment, 'nothing was changed');
  if (service !== undefined) requireService(catalog, service, 'nothing was changed');
  const target = { environment, ...(service !== undefined && { service }) };
  const services = service === undefined ? Object.keys(catalog.services) : [service];
  const missing = services.find((each) => !may(catalog, turn.person.id, 'operate', { service: each, environment }));
  if (missing)
    throw lacksRight(catalog, {
      ...{ right: 'operate', reach: { service: missing, environment }, act: `${verb} ${missing} in ${environment}` },
      ...(service === undefined && { why: `You need the operate permission for every service in ${environment}.` }),
    });
  return target;
}

/** What the channels of the affected services are told. */
export function noticeOf(turn: Turn, text: string): FreezeNotice {
  return { text, saidIn: turn.place.id, turn: turn.correlationId };
}
