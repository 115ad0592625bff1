import type { Activity } from './activities';

/** Reads the bot's answer to a click, as strictly as Teams. */

/** A card only for this person, a short message, a dialog, the end of a dialog, nothing at all, or an error. */
export type AnswerKind =
  | { readonly kind: 'card'; readonly card: unknown }
  | { readonly kind: 'message'; readonly text: string }
  | DialogAnswer
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'nothing' };

interface DialogAnswer {
  readonly kind: 'dialog';
  readonly title: string;
  readonly card: unknown;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

export interface BotAnswer {
  /** 0 if the bot couldn't be reached or didn't answer in time. */
  readonly status: number;
  readonly body: unknown;
}

const unreachable = { kind: 'error', text: 'Unable to reach app. Please try again.' } as const;
const broken = { kind: 'error', text: 'Something went wrong. Please try again.' } as const;

/** Reads an invoke response of any kind. https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model */
export function readReply({ status, body }: BotAnswer, { name }: Activity): AnswerKind {
  if (status === 0) return unreachable;
  if (name === 'task/fetch' || name === 'task/submit') return status === 200 ? readDialog(name, body) : broken;
  const answer = body as { statusCode?: number; type?: string; value?: unknown } | undefined;
  if (status !== 200 || !answer?.type) return broken;
  if (answer.type === cardType) return { kind: 'card', card: answer.value };
  if (answer.type === 'application/vnd.microsoft.activity.message')
    return { kind: 'message', text: String(answer.value) };
  const error = answer.value as { message?: string } | undefined;
  return { kind: 'error', text: error?.message ?? `The app returned ${answer.statusCode ?? status}.` };
}

const cardType = 'application/vnd.microsoft.card.adaptive';

/** https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots */
function readDialog(name: 'task/fetch' | 'task/submit', body: unknown): AnswerKind {
  // Only an absent body closes the dialog: an empty object lacks its task.
  if (body === undefined) return name === 'task/submit' ? { kind: 'nothing' } : unreachable;
  const { type, value } = (body as { task?: { type?: string; value?: unknown } } | null)?.task ?? {};
  if (type === 'message' && name === 'task/submit' && typeof value === 'string' && value !== '')
    return { kind: 'message', text: value };
  if (type === 'message')
    return { kind: 'error', text: 'This response has no dialog. A message can only close a dialog, not open one.' };
  const { title, card, width, height } = (value ?? {}) as {
    title?: unknown;
    card?: { contentType?: string; content?: unknown };
    width?: unknown;
    height?: unknown;
  };
  if (type !== 'continue' || card?.contentType !== cardType || !card.content) return unreachable;
  if (runsExecute(card.content)) return { kind: 'error', text: 'Action.Execute doesn’t work in a dialog.' };
  const size = { width: pixels(width, 500), height: pixels(height, 400) };
  return { kind: 'dialog', title: typeof title === 'string' ? title : '', card: card.content, ...size };
}

const pixels = (size: unknown, otherwise: number): number => (typeof size === 'number' ? size : otherwise);

function runsExecute(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(runsExecute);
  if (typeof value !== 'object' || value === null) return false;
  if ((value as { type?: unknown }).type === 'Action.Execute') return true;
  return Object.entries(value).some(([key, item]) => key !== 'data' && runsExecute(item));
}
