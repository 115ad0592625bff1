import type { CollectionSpec } from '../../../store/contract';
import type { ReleaseThere } from '../../release-act';

/** A picker while it is open: a short-lived record, so that its card needs to carry nothing but an id. */

/** What has been picked so far; every value was checked against the catalog when it was taken in. */
export interface Choice {
  readonly service?: string;
  readonly environment?: string;
  readonly release?: string;
}

/** What one person saw in full before a button that asks for something was drawn. */
export type Shown = ReleaseThere;

export interface Picker {
  readonly kind: 'deploy' | 'rollback';
  readonly owner: string;
  readonly choice: Choice;
  /** What the owner was shown last. */
  readonly shown: Shown | undefined;
  /** What the message showed when it was posted, which is what everybody else still sees. */
  readonly posted: { readonly choice: Choice; readonly shown: Shown | undefined };
  readonly deploymentId: string | undefined;
  readonly expiresAt: number;
}

const pickerLifeMs = 3_600_000;

export const pickersSpec: CollectionSpec<Picker> = {
  name: 'pickers',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: (picker) => picker.expiresAt,
};

/** A picker as it is posted. */
export function openedPicker(
  kind: Picker['kind'],
  owner: string,
  choice: Choice,
  shown: Shown | undefined,
  now: number,
): Picker {
  return {
    kind,
    owner,
    choice,
    shown,
    posted: { choice, shown },
    deploymentId: undefined,
    expiresAt: now + pickerLifeMs,
  };
}

/** The picker of somebody else who clicked on the posted message: it starts with what that message shows. */
export function forkedPicker(parent: Picker, owner: string, now: number): Picker {
  return openedPicker(parent.kind, owner, parent.posted.choice, parent.posted.shown, now);
}

/** Whether the person was shown exactly this before. */
export function wasShown(picker: Picker, choice: Choice): boolean {
  const { shown } = picker;
  return (
    shown !== undefined &&
    shown.service === choice.service &&
    shown.environment === choice.environment &&
    shown.release === choice.release
  );
}
