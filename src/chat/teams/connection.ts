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
import { createTeamsSender } from './out/sender';

/** All that is needed to speak to Teams; hearing comes with `createTeamsBot`. */
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
    async isStillIn(personId: string, placeId: string): Promise<boolean> {
      const known = await roster.find(personId);
      if (!known) return true;
      // Where Teams does not answer nobody is taken for gone.
      return roster.member(placeId, known.teamsId).then(
        (member) => member !== undefined,
        () => true,
      );
    },
  };
  return {
    ...{ options, rule, client, places, roster },
    /** People by their ids, as far as anybody here has met them. */
    people,
    /** Who answers for Gavel in a place, whether it is still there, and who is still a member, as far as Teams tells. */
    members,
    /** Who is in a group of Entra; of no group without a registration. */
    groupMembers: groupMembersFor(options),
    /** How fast Teams may be spoken to; outbox and answers share it. */
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

/** What the Teams side needs to know. Without a registration it is local mode: no tokens, and only addresses of this machine. */
export interface TeamsOptions {
  readonly registration: TeamsRegistration | undefined;
  readonly allowedTenants: readonly string[];
  /** Exact hosts that may get messages and the bot's token, over https. */
  readonly serviceHosts: readonly string[];
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Hears of every call to Teams. */
  readonly telemetry?: Telemetry;
  /** Addresses of this machine are allowed besides; for tests that stand in for Teams. */
  readonly trustsThisMachine?: boolean;
  readonly openIdUrl?: string;
  readonly loginUrl?: string;
  /** Where Microsoft Graph is; the public one unless told. */
  readonly graphUrl?: string;
  /** Where the platform hands out tokens of a managed identity; the instance metadata service unless told. */
  readonly identityEndpoint?: { readonly url: string; readonly header: string };
  /** How long one call to Teams may take; 10000 unless told. */
  readonly timeLimitMs?: number;
}

/** What stands in for the Teams and the sign-in of Microsoft. */
export type TeamsStandIns = Pick<
  TeamsOptions,
  'openIdUrl' | 'loginUrl' | 'graphUrl' | 'trustsThisMachine' | 'timeLimitMs'
>;
