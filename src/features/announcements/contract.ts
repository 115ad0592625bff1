import type { Person, Place } from '../../chat/contract';

export interface Announcements {
  /** The channel that `announce <service> here` chose; undefined when none was. */
  placeOf(service: string): Promise<string | undefined>;
  bind(service: string, place: Place, by: Person): Promise<void>;
}
