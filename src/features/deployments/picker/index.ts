import type { Announcements } from '../../announcements';
import type { Action, Command, FeatureDependencies } from '../../contract';
import type { HealthReports } from '../../health';
import type { Deployments } from '../contract';
import { deployCommand, pickerActions } from './deploy';
import type { Desk } from './desk';
import { logActions, logCommand } from './log';
import { pickersSpec } from './record';
import { rollbackActions, rollbackCommand } from './rollback';
import { whereCommand } from './where';

/** What people do around deployments by card: choose one, roll back, see what runs where, read a log. Asks `Deployments` for everything that changes. */
export function createPicker(
  deps: FeatureDependencies,
  deployments: Deployments,
  health: HealthReports,
  announcements?: Pick<Announcements, 'placeOf'>,
): { commands: Command[]; actions: Action[] } {
  const desk: Desk = { deps, deployments, health, announcements, pickers: deps.store.collection(pickersSpec) };
  return {
    commands: [deployCommand(desk), rollbackCommand(desk), whereCommand(desk), logCommand(desk)],
    actions: [...pickerActions(desk), ...rollbackActions(desk), ...logActions(desk)],
  };
}
