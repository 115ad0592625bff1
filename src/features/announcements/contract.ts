import type { Person, Place } from '../../chat/contract';

export interface Announcements {
  /** The channel that `announce <service> here` chose; undefined when none was. */
  placeOf(service: string): Promise<string | undefined>;
  /** Every channel that was chosen for some service, each once. */
  places(): Promise<readonly string[]>;
  bind(service: string, place: Place, by: Person): Promise<void>;
}
