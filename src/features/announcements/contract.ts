import type { Person, Place } from '../../chat/contract';

/** A service whose messages were to go to a place where Gavel isn't any more. */
export interface LostAnnouncement {
  readonly service: string;
  readonly placeName: string;
}

/** Which channel the messages of a service go to. */
export interface Announcements {
  /** The channel that `announce <service> here` chose; undefined when none was, and while Gavel isn't there any more. */
  placeOf(service: string): Promise<string | undefined>;
  /** Every channel that was chosen for some service and where Gavel is, each once. */
  places(): Promise<readonly string[]>;
  /** Chooses this channel for a service, whatever was chosen before. */
  bind(service: string, place: Place, by: Person): Promise<void>;
}
