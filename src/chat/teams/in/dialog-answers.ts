import type { InvokeResponse } from 'botbuilder';
import type { CardJson } from '../../../core/card';
import { cleanText } from '../../../core/text';
import { adaptiveCardType, stripMarkdown } from '../out/sender';

/** Answers to Teams about a dialog, and what the client sends from one. Pure. */

/** Body of an answer to `task/fetch` or `task/submit`. Without a task, an open dialog is closed. */
export interface DialogAnswer {
  readonly task?: { readonly type: 'message'; readonly value: string } | { readonly type: 'continue'; value: object };
}

export function dialogResponse(answer: DialogAnswer): InvokeResponse {
  // An empty object isn't enough: Teams closes a dialog only if there is no body at all.
  return answer.task ? { status: 200, body: answer } : { status: 200 };
}

/** Shows a card in the dialog. Its buttons have to be of the kind that works there: `forDialog`. */
export function showInDialog(title: string, card: CardJson): DialogAnswer {
  const height = heightOf(card);
  const content = { contentType: adaptiveCardType, content: card };
  return { task: { type: 'continue', value: { title: cleanText(title, 120), width, height, card: content } } };
}

/**
 * A Markdown sentence where a dialog should open: for a plain message, Teams would show an empty dialog
 * (https://github.com/MicrosoftDocs/msteams-docs/issues/6740).
 */
export function sayInNewDialog(sentence: string): DialogAnswer {
  const body = [{ type: 'TextBlock', text: sentence, wrap: true }];
  return showInDialog('Gavel', {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    ...{ type: 'AdaptiveCard', version: '1.5', fallbackText: stripMarkdown(sentence), body },
  });
}

/** A Markdown sentence that replaces the content of the open dialog. */
export function sayInDialog(sentence: string): DialogAnswer {
  return { task: { type: 'message', value: stripMarkdown(sentence) } };
}

/** Wide enough for a card as a channel shows it. A phone shows every dialog full screen. */
const width = 500;
const heights = { least: 160, most: 640, margin: 60, perLine: 22, charactersPerLine: 60 };

/** The approximate height in pixels; higher content scrolls. */
function heightOf(card: CardJson): number {
  const { least, most, margin, perLine } = heights;
  return Math.min(most, Math.max(least, margin + linesOf(card['body']) * perLine));
}

function linesOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + linesOf(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  const { type, text, items, columns, facts, choices, isMultiline } = value as Record<string, unknown>;
  const count = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
  if (type === 'TextBlock') return 0.5 + Math.ceil(String(text).length / heights.charactersPerLine);
  if (type === 'ActionSet') return 2.5;
  if (type === 'FactSet') return 1 + count(facts);
  if (type === 'Input.Text') return isMultiline === true ? 5 : 3;
  if (type === 'Input.ChoiceSet') return (value as { style?: unknown }).style === 'expanded' ? 2 + count(choices) : 3;
  if (Array.isArray(columns)) return Math.max(0, ...columns.map(linesOf));
  return 0.5 + Math.max(linesOf(items), 1);
}

/**
 * The same card with buttons that work in a dialog: Teams runs no `Action.Execute` there, and a card in a dialog doesn't refresh. Each answer carries
 * the dialog's `form`.
 */
export function forDialog({ refresh: _refresh, ...card }: CardJson, form: string): CardJson {
  return withSubmits(card, form) as CardJson;
}

function withSubmits(value: unknown, form: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withSubmits(each, form));
  if (typeof value !== 'object' || value === null) return value;
  const { type, verb, data, fallback: _fallback, ...rest } = value as Record<string, unknown>;
  if (type === 'Action.Execute')
    return { ...rest, type: 'Action.Submit', data: { ...(data as object | undefined), verb, form } };
  if (type === 'Action.Submit') return { ...rest, type, data: { ...(data as object | undefined), form } };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withSubmits(item, form)]));
}

/** What a button sent from a card or a dialog. */
export interface DialogOrder {
  readonly verb: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The question that it answers; undefined if the client sent no valid form. */
  readonly form?: string;
  /** Whether it should open a dialog. */
  readonly opens: boolean;
}

/** Undefined for data that no button sends. */
export function orderIn(data: unknown): DialogOrder | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { verb, msteams, form, ...input } = data as Record<string, unknown>;
  if (typeof verb !== 'string' || verb.length > 100) return undefined;
  const opens = (msteams as { type?: unknown } | null | undefined)?.type === 'task/fetch';
  return { verb, input, opens, ...(isForm(form) && { form }) };
}

export function isForm(form: unknown): form is string {
  return typeof form === 'string' && /^[0-9a-f]{32}$/.test(form);
}
