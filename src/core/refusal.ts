import { UserError } from './errors';
import { capitalize, enumerate, plainText } from './text';

/** Something that this person can't do but others can, in the one form for refusals. Outside text, except for `why`. */
export interface RefusedAct {
  /** Completes “You can't …”: `unfreeze production`. */
  readonly act: string;
  /** What didn't happen: `nothing was changed`. Empty if nothing would have changed. */
  readonly nothing: string;
  /** The requirement, in Markdown sentences: `You need the operate permission for production.` */
  readonly why: string;
  /** The names of people who can; empty: nobody yet. */
  readonly able: readonly string[];
  /** What they can do, after “Can”: `unfreeze`. */
  readonly can: string;
  /** The line that requests access; omitted if that doesn't help. */
  readonly asks?: string;
}

/**
 * A refusal with the names of people who can. The message says it in sentences, for people who clicked and for a channel; a line is answered with a
 * card. `audited` is what the audit log says, if that's more than the refusal itself.
 */
export class RefusalError extends UserError {
  constructor(
    readonly refusal: RefusedAct,
    readonly audited?: { readonly target: string; readonly outcome: string },
  ) {
    super(describeRefusal(refusal));
  }
}

const maxNamed = 4;

/** `You can't unfreeze production. Nothing was changed. You need the operate permission there. Ada Admin or Noor Operator can.` */
function describeRefusal({ act, nothing, why, able, can, asks }: RefusedAct): string {
  const so = nothing === '' ? '' : `${capitalize(nothing)}.`;
  const names = able.slice(0, maxNamed).map((name) => plainText(name, 60));
  const more = able.length > names.length ? [`${able.length - names.length} more`] : [];
  // A verb alone adds nothing to the act.
  const what = can.includes(' ') ? ` ${can}` : '';
  const who = names.length === 0 ? `Nobody can${what} yet.` : `${enumerate([...names, ...more], 'or')} can${what}.`;
  const next = asks === undefined ? '' : `Type \`${asks}\` to request access.`;
  return [`You can’t ${plainText(act, 200)}.`, so, why, who, next].filter(Boolean).join(' ');
}
