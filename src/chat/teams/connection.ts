import type { Telemetry } from '../../core/telemetry';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Store } from '../../store/contract';
import { createRateLimit } from '../rate-limit';
import type { PeopleFinder } from '../router/people';
import { createBotToken } from './auth/authentication';
import { createPlaces } from './directory/places';
import { createRoster, groupMembersFor } from './directory/roster';
import type { AddressRule } from './in/inbound';
import { createConnectorClient } from './out/connector-client';
import { createMessageLinks } from './out/links';
import { createTeamsSender } from './out/sender';

/** Everything that sending to Teams needs; `createTeamsBot` adds receiving. */
export type TeamsConnection = ReturnType<typeof createTeamsConnection>;

export function createTeamsConnection(options: TeamsOptions) {
  const { store, clock, logger, timeLimitMs, telemetry } = options;
  const local = options.registration === undefined || options.trustsThisMachine === true;
  const rule: AddressRule = { local, hosts: options.serviceHosts };
  const rateLimit = createRateLimit();
  const client = createConnectorClient({
    ...{ rule, rateLimit, clock, timeLimitMs, telemetry },
    token: createBotToken(options),
  });
  const places = createPlaces({ store, client, clock, logger, rule });
  const roster = createRoster({ places, client, clock });
  const people: PeopleFinder = {
    async find(personId) {
      const known = await roster.find(personId);
      return known && { id: personId, name: known.name };
    },
  };
  const members = {
    ownerOf: places.ownerOf,
    isGone: places.isGone,
    placeName: places.nameOf,
    isPersonal: places.isPersonal,
    // Without Teams, its addresses lead nowhere.
    ...(options.registration && { messageLink: createMessageLinks(store, places) }),
    async isStillIn(personId: string, placeId: string): Promise<boolean> {
      const known = await roster.find(personId);
      if (!known) return true;
      // While Teams doesn't answer, everybody counts as still there.
      return roster.member(placeId, known.teamsId).then(
        (member) => member !== undefined,
        () => true,
      );
    },
  };
  return {
    ...{ options, rule, client, places, roster },
    /** People by their ids, if this Gavel has ever met them. */
    people,
    /** Who is responsible for Gavel in a place, whether Gavel is still there, and who is still a member, as far as Teams says. */
    members,
    /** The members of an Entra group; nobody without a registration. */
    groupMembers: groupMembersFor(options),
    /** The limits of Teams; outbox and answers share them. */
    rateLimit,
    /** What the outbox sends with. */
    sender: createTeamsSender({ client, places, roster }),
  };
}

/** The identity of the bot in Teams. */
export interface TeamsRegistration {
  readonly appType: 'SingleTenant' | 'UserAssignedMSI';
  readonly appId: string;
  readonly tenantId: string;
  readonly password: string | undefined;
}

/** What the Teams side needs. Without a registration, it is local mode: no tokens, and only addresses on this machine. */
export interface TeamsOptions {
  readonly registration: TeamsRegistration | undefined;
  readonly allowedTenants: readonly string[];
  /** Exact hosts that can get messages and the bot's token, over https. */
  readonly serviceHosts: readonly string[];
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Records every call to Teams. */
  readonly telemetry?: Telemetry;
  /** Also allows addresses on this machine, for tests that replace Teams. */
  readonly trustsThisMachine?: boolean;
  readonly openIdUrl?: string;
  readonly loginUrl?: string;
  /** The address of Microsoft Graph; the public one by default. */
  readonly graphUrl?: string;
  /** Where the platform issues tokens of a managed identity; the instance metadata service by default. */
  readonly identityEndpoint?: { readonly url: string; readonly header: string };
  /** The time limit of one call to Teams; 10000 by default. */
  readonly timeLimitMs?: number;
}

/** Replaces Microsoft's Teams and sign-in in tests. */
export type TeamsStandIns = Pick<
  TeamsOptions,
  'openIdUrl' | 'loginUrl' | 'graphUrl' | 'trustsThisMachine' | 'timeLimitMs'
>;
