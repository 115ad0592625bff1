import type { Announcements } from '../../announcements';
import type { Action, Command } from '../../../chat/contract';
import type { FeatureDependencies } from '../../contract';
import type { HealthReports } from '../../health';
import type { Policy } from '../../policy';
import type { Deployments } from '../contract';
import { deployCommand, pickerActions } from './deploy';
import type { Desk } from './desk';
import { logActions, logCommand } from './log';
import { pickersSpec } from './record';
import { rollbackActions, rollbackCommand } from './rollback';
import { shortcutCommands } from './shortcuts';
import { whereCommand } from './where';

interface PickerNeeds {
  readonly deployments: Deployments;
  readonly health: HealthReports;
  readonly policy: Policy;
  readonly announcements?: Pick<Announcements, 'placeOf'>;
}

/** What people do around deployments by card: choose one, roll back, see what runs where, read a log. Asks `Deployments` for everything that changes. */
export function createPicker(
  deps: FeatureDependencies,
  needs: PickerNeeds,
): { commands: Command[]; actions: Action[] } {
  const desk: Desk = { deps, ...needs, pickers: deps.store.collection(pickersSpec) };
  return {
    commands: [
      deployCommand(desk),
      rollbackCommand(desk),
      ...shortcutCommands(desk),
      whereCommand(desk),
      logCommand(desk),
    ],
    actions: [...pickerActions(desk), ...rollbackActions(desk), ...logActions(desk)],
  };
}
