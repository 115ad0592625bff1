import { UserError } from './errors';
import { capitalize, enumerate, plainText } from './text';

/** What somebody can't do although others can, in the one form in which it's told. Outside text, except for `why`. */
export interface RefusedAct {
  /** Completes “You can't …”: `unfreeze production`. */
  readonly act: string;
  /** What didn't happen: `nothing was changed`. Empty where nothing would have changed. */
  readonly nothing: string;
  /** What it takes, in sentences in Markdown: `You need the operate permission for production.` */
  readonly why: string;
  /** The names of those who can; empty: nobody yet. */
  readonly able: readonly string[];
  /** What they can do, behind “Can”: `unfreeze`. */
  readonly can: string;
  /** The line that requests access; left out where that doesn't help. */
  readonly asks?: string;
}

/**
 * A refusal with the names of those who can. The message says it in sentences, for whoever clicked and for a channel; a line is answered by a card.
 * `audited` is what the audit log says, if that's more than that it was refused.
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
  // A bare verb says no more than the act.
  const what = can.includes(' ') ? ` ${can}` : '';
  const who = `${enumerate([...names, ...more], 'or') || 'Nobody yet'} can${what}.`;
  const next = asks === undefined ? '' : `Write \`${asks}\` to request access.`;
  return [`You can’t ${plainText(act, 200)}.`, so, why, who, next].filter(Boolean).join(' ');
}
