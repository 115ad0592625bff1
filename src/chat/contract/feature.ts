import type { Action, Command, Door } from './command';
import type { ChatDialog } from './dialog';
import type { PersonalData } from './personal-data';

/** All that a feature offers to people. */
export interface Feature {
  readonly name: string;
  readonly commands?: readonly Command[];
  readonly actions?: readonly Action[];
  readonly dialogs?: readonly (ChatDialog & Pick<Door<string>, 'operation' | 'also'>)[];
  /** What it keeps of people, for `my data`. */
  readonly personalData?: readonly PersonalData[];
}
