/** Misbehavior that tests switch on: the protocol server then does what a bad day of Teams does. */

export const faultKinds = [
  'slow',
  'hang',
  '403',
  '412',
  '429',
  '500',
  '502',
  '503',
  '504',
  'reset',
  'lost-reply',
] as const;
type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Upper case; any when absent. */
  readonly method?: string;
  readonly pathIncludes?: string;
  /** How often it strikes; once unless told. */
  readonly times?: number;
  /** For `slow`: the delay; for `429`: the Retry-After, in milliseconds. */
  readonly ms?: number;
}

export type Duplication = 'off' | 'same-id' | 'new-id';

export interface Faults {
  add(fault: Fault): void;
  /** The fault that strikes this request, counted down. */
  strike(method: string, path: string): Fault | undefined;
  /** Every invoke is delivered a second time, with the same or a new activity id. */
  duplicateInvokes(how: Duplication): void;
  duplication(): Duplication;
  clear(): void;
}

export function createFaults(): Faults {
  let active: { fault: Fault; left: number }[] = [];
  let how: Duplication = 'off';
  return {
    add: (fault) => void active.push({ fault, left: fault.times ?? 1 }),
    strike(method, path) {
      const hit = active.find(
        ({ fault }) => (fault.method ?? method) === method && path.includes(fault.pathIncludes ?? ''),
      );
      if (!hit) return undefined;
      hit.left -= 1;
      if (hit.left <= 0) active = active.filter((each) => each !== hit);
      return hit.fault;
    },
    duplicateInvokes: (next) => void (how = next),
    duplication: () => how,
    clear() {
      active = [];
      how = 'off';
    },
  };
}
