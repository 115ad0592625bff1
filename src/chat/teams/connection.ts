import { createRateLimit } from '../rate-limit';
import type { RateLimit } from '../rate-limit';
import type { PeopleFinder } from '../router/people';
import { createBotToken } from './auth/bot-token';
import { createChannelNames } from './directory/channel-names';
import type { ChannelNames } from './directory/channel-names';
import { createConnectorClient, observedClient } from './out/connector-client';
import type { ConnectorClient } from './out/connector-client';
import { groupMembersFor } from './directory/group-members';
import type { GroupMembers } from './directory/group-members';
import type { TeamsOptions } from './options';
import { createPlaces } from './directory/places';
import type { Places } from './directory/places';
import { createRoster } from './directory/roster';
import type { Roster } from './directory/roster';
import type { AddressRule } from './auth/authentication';
import { createTeamsSender } from './out/sender';
import type { TeamsSender } from './out/sender';

/** All that is needed to speak to Teams; hearing comes with `createTeamsBot`. */
export interface TeamsConnection {
  readonly options: TeamsOptions;
  readonly rule: AddressRule;
  readonly client: ConnectorClient;
  readonly places: Places;
  /** How channels are called. */
  readonly channelNames: ChannelNames;
  readonly roster: Roster;
  /** People by their ids, as far as anybody here has met them. */
  readonly people: PeopleFinder;
  /** Who answers for Gavel in a place, and who is still a member of it, as far as Teams tells. */
  readonly members: {
    readonly ownerOf: Places['ownerOf'];
    readonly isStillIn: (personId: string, placeId: string) => Promise<boolean>;
    /** Whether Gavel was removed from a place, or the place is gone. */
    readonly isGone: Places['isGone'];
  };
  /** Who is in a group of Entra; of no group without a registration. */
  readonly groupMembers: GroupMembers;
  /** How fast Teams may be spoken to; outbox and answers share it. */
  readonly rateLimit: RateLimit;
  /** What the outbox sends with. */
  readonly sender: TeamsSender;
}

export function createTeamsConnection(options: TeamsOptions): TeamsConnection {
  const { store, clock, timeLimitMs } = options;
  const local = options.registration === undefined || options.trustsThisMachine === true;
  const rule: AddressRule = { local, hosts: options.serviceHosts };
  const rateLimit = createRateLimit();
  const bare = createConnectorClient({ rule, token: createBotToken(options), rateLimit, clock, timeLimitMs });
  const client = options.telemetry ? observedClient(bare, options.telemetry, clock) : bare;
  const places = createPlaces({ store, clock, rule });
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
    async isStillIn(personId: string, placeId: string) {
      const known = await roster.find(personId);
      if (!known) return true;
      // Where Teams does not answer nobody is taken for gone.
      return roster.member(placeId, known.teamsId).then(
        (member) => member !== undefined,
        () => true,
      );
    },
  };
  const channelNames = createChannelNames({ client, places, clock, logger: options.logger });
  const groupMembers = groupMembersFor(options);
  const sender = createTeamsSender({ client, places, roster });
  return { options, rule, client, places, channelNames, roster, people, members, groupMembers, rateLimit, sender };
}
