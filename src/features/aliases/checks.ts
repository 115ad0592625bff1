import { plainText } from '../../core/text';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import { kindOf } from '../scopes';
import type { ScopedEntry, ScopedStore } from '../scopes';

/** Aliases that a command of a later version hides: found by `doctor`, and told to whoever made them. */

/** Whether a line is a command by now. */
type Understands = (line: string) => boolean;

/** An alias that no longer runs, and who can rename it; outside text. */
interface HiddenAlias {
  readonly name: string;
  readonly owner: string;
}

export function createAliasChecks(deps: FeatureDependencies, aliases: Pick<ScopedStore, 'all'>) {
  const hidden = async (understands: Understands): Promise<readonly ScopedEntry[]> =>
    (await aliases.all()).filter(({ name }) => understands(name));
  return {
    /** All that are hidden. Rejects with `StoreUnavailableError`. */
    async findHidden(understands: Understands): Promise<readonly HiddenAlias[]> {
      return (await hidden(understands)).map(({ name, by }) => ({ name, owner: by.name }));
    },
    /** Tells each owner once, however often it is called. Rejects with `StoreUnavailableError`. */
    async tellOwners(understands: Understands): Promise<void> {
      for (const entry of await hidden(understands))
        if (entry.by.id !== '')
          await tellPerson(deps, entry.by.id, `alias-hidden:${entry.scope}:${entry.name}`, {
            text: describeHidden(entry),
          });
    },
  };
}

function describeHidden({ name, text, scope }: ScopedEntry): string {
  const [said, meant] = [plainText(name, 40), plainText(text, 200)];
  const whose = { personal: '', place: ' for a channel', everybody: ' for everybody' }[kindOf(scope)];
  return `**Your alias “${said}”${whose} no longer runs**, because it is a command now, and commands go first. It stood for “${meant}”. To keep it, save it under another name: \`alias my ${said} = …\`. To remove it, type \`alias remove ${said}\`.`;
}
