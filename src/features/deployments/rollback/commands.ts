import type { Command } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { newId } from '../../../core/keys';
import { refuseTarget } from '../picker/policy';
import { openedPicker } from '../picker/store';
import type { PickerParts } from '../picker/store';
import { drawRollback } from './cards';

/** `rollback <service> in <environment>`: names the release it would restore, and asks first. */
export function rollbackCommand(parts: PickerParts): Command {
  const first = Object.entries(parts.deps.catalog().services)[0];
  const example = first ? `rollback ${first[0]} in ${first[1].environments.at(-1)}` : 'rollback shop in production';
  return {
    name: 'rollback',
    operation: 'rollback',
    synonyms: ['roll back', 'revert', 'undo'],
    summary: 'Puts back the release that served well before',
    topic: 'Ship',
    arguments: [
      { name: 'service', kind: 'service', summary: 'what to roll back', required: true },
      { name: 'release', kind: 'release', summary: 'which release, if not the one before', keyword: 'to' },
      { name: 'environment', kind: 'environment', summary: 'where', keyword: 'in', required: true },
    ],
    examples: [example],
    right: 'deploy',
    asksFirst: true,
    inManifest: true,
    async run(turn, args) {
      const { service, environment, release } = args;
      if (service === undefined || environment === undefined)
        throw new UserError('Say what to roll back and where, for example: ' + example);
      refuseTarget(parts.deps.catalog(), turn.person.id, { service, environment });
      const target = { service, environment };
      const id = newId();
      const drawn = await drawRollback(parts, turn, id, target, release);
      const now = parts.deps.clock.now();
      await parts.pickers.insert(id, openedPicker('rollback', turn.person.id, drawn.shown, drawn.shown, now));
      return drawn.content;
    },
  };
}
