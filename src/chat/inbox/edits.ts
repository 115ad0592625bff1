/** What becomes of a line that is changed after it was sent. Pure. */

/** How a line ended when it was first heard. */
export interface HandledLine {
  readonly personId: string;
  /** Tells one line from another; the words themselves are not kept. */
  readonly line: string;
  /** Nothing came of it: it was not understood, was refused, or only led to a question. */
  readonly open: boolean;
  /** What the latest change of it led to. */
  readonly edit?: { readonly line: string; readonly verdict: EditVerdict };
}

/** `answer`: as if it had been written so. `late` and `done`: nothing happens, and that is said. `nothing`: silence. */
export type EditVerdict = 'answer' | 'late' | 'done' | 'nothing';

const editableMs = 60_000;

/** The same change again is decided as before; a line is answered anew once, and told of once. */
export function applyEdit(
  heard: HandledLine,
  edit: { readonly personId: string; readonly line: string; readonly afterMs: number },
): HandledLine {
  const before = heard.edit;
  if (before?.line === edit.line) return heard;
  const withVerdict = (verdict: EditVerdict): HandledLine => ({ ...heard, edit: { line: edit.line, verdict } });
  if (heard.personId !== edit.personId) return heard;
  if (before) return withVerdict(before.verdict === 'answer' ? 'done' : 'nothing');
  if (heard.line === edit.line) return heard;
  if (!heard.open) return withVerdict('done');
  return withVerdict(edit.afterMs <= editableMs ? 'answer' : 'late');
}

/** What is said where an edit changes nothing. */
export const editNotices: Readonly<Record<'late' | 'done', string>> = {
  late: 'You changed this line more than a minute after it, so I did nothing with it. Write it as a new line.',
  done: 'I have already answered this line, so changing it does nothing, and nothing is taken back. Write what you want as a new line.',
};
