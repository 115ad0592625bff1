import type { Action, Command } from '../../../chat/contract';
import type { FeatureDependencies } from '../../contract';
import { lookActions, lookCommands } from '../look/commands';
import { rollbackActions } from '../rollback/commands';
import { pickerActions } from './actions';
import { pickerCommands } from './commands';
import { pickersSpec } from './store';
import type { PickerParts } from './store';

/** What people do around deployments by card: choose one, roll back, see what runs where, read a log. Asks `Deployments` for everything that changes. */
export function createPicker(
  deps: FeatureDependencies,
  needs: Omit<PickerParts, 'deps' | 'pickers'>,
): { commands: Command[]; actions: Action[] } {
  const parts: PickerParts = { deps, ...needs, pickers: deps.store.collection(pickersSpec) };
  return {
    commands: [...pickerCommands(parts), ...lookCommands(parts)],
    actions: [...pickerActions(parts), ...rollbackActions(parts), ...lookActions(parts)],
  };
}
