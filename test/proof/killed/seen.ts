import { textIn } from '../harness';
import type { PostedMessage } from '../teams/open-connector';

/** What people see in a posted message: identified once, when it is posted, because there are thousands. */

export type SeenKind = 'picker' | 'pointer' | 'approval' | 'deployment' | 'health' | 'end' | 'words';

export interface Sight {
  readonly messageId: string;
  readonly conversation: string;
  readonly kind: SeenKind;
  /** The record behind it, if it has one. */
  readonly recordId: string;
  readonly text: string;
}

const verbs: readonly (readonly [SeenKind, RegExp])[] = [
  ['picker', /"verb":"deployments\.request","data":\{"id":"([0-9a-f]{32})"/],
  // A used picker: it shows the request and says where its card is.
  ['pointer', /"verb":"deployments\.requested","data":\{"id":"([0-9a-f]{32})"/],
  ['approval', /"verb":"approvals\.[a-z-]+","data":\{"id":"([0-9a-f]{32})"/],
  ['deployment', /"verb":"deployments\.[a-z-]+","data":\{"id":"([0-9a-f]{32})"/],
  ['health', /"verb":"health\.[a-z-]+"()/],
];

/** The summary comes first; the rest would only use memory. */
const longestText = 300;

/** Reads one posted message as a person would. */
export function sightOf({ id: messageId, conversation, activity }: PostedMessage): Sight {
  const json = JSON.stringify(activity);
  const text = textIn(activity).slice(0, longestText);
  for (const [kind, pattern] of verbs) {
    const recordId = pattern.exec(json)?.[1];
    if (recordId !== undefined) return { messageId, conversation, kind, recordId, text };
  }
  const kind = json.includes('"type":"mention"') ? 'end' : 'words';
  return { messageId, conversation, kind, recordId: '', text };
}
