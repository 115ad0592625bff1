import type { FeatureDependencies } from '../contract';
import { timeZoneOf } from '../time-zone';
import type { AccessRequest, Said } from './access-record';
import { narrowed } from './narrow';
import type { Narrowed, Wanted } from './narrow';

/** What approvers wrote with their approvals of a request for a role, by the clock of each and of its moment. */

export async function readSaid(deps: FeatureDependencies, wanted: Wanted, { by, at, note }: Said): Promise<Narrowed> {
  const { services, environments } = deps.catalog();
  const names = { services: Object.keys(services), environments: Object.keys(environments) };
  return narrowed(wanted, note, names, { now: at, timeZone: await timeZoneOf(deps, by.id) });
}

/** All of them together: each can only give less. Undefined where they can't be read or leave nothing. */
export async function givenBy(
  deps: FeatureDependencies,
  { services, environments, until }: AccessRequest,
  said: readonly Said[],
): Promise<Wanted | undefined> {
  let given: Wanted = { services, environments, until };
  for (const each of said) {
    const read = await readSaid(deps, given, each);
    if ('unread' in read) return undefined;
    given = read.given;
  }
  return given;
}
