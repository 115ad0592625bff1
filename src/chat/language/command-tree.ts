import type { CountStep } from '../../core/text/steps';
import type { Command } from '../contract';
import { isEmoji } from './argument-ends';
import type { Token } from './tokens';

/** The words of all commands as a tree: finding one costs the length of its words, however many commands there are. Pure. */

export interface WordNode {
  command?: Command;
  readonly next: Map<string, WordNode>;
}

export function plant(root: WordNode, words: readonly string[], command: Command): void {
  let node = root;
  for (const word of words) {
    let next = node.next.get(word);
    if (!next) node.next.set(word, (next = { next: new Map() }));
    node = next;
  }
  node.command = command;
}

/** The command whose words begin at a token; the longest, where one begins another. */
export function longestMatch(
  root: WordNode,
  tokens: readonly Token[],
  start: number,
  count: CountStep,
): { command: Command; from: number } | undefined {
  let node: WordNode | undefined = root;
  let found: { command: Command; from: number } | undefined;
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index];
    count();
    node = token && token.key === undefined ? node.next.get(plainWord(token, index, tokens)) : undefined;
    if (!node) break;
    if (node.command) found = { command: node.command, from: index + 1 };
  }
  return found;
}

/** `Hello, Gavel` is a hello: a comma, a colon or an emoji at a command word doesn't count. */
function plainWord(token: Token, index: number, tokens: readonly Token[]): string {
  const word = token.text.toLowerCase();
  if (index === tokens.length - 1 && word.length === 1) return word;
  const signs = Array.from(word);
  const from = signs.findIndex((sign) => sign !== '`' && !isEmoji(sign));
  let end = signs.length;
  while (end > from && isAround(signs[end - 1] ?? '')) end--;
  return from < 0 || end <= from ? word : signs.slice(from, end).join('');
}

const isAround = (sign: string): boolean => ',:;.!?…`'.includes(sign) || isEmoji(sign);

/** Words that lead to a request and change nothing about it. */
const politeStart = new Set(
  'please pls plz kindly can could would will you ok okay so and hey hi hello hallo dear gavel good morning afternoon evening thanks thank thx'.split(
    ' ',
  ),
);

/** The index of the first token that doesn't only lead to what is wanted; -1 when all of them do. */
export function firstWanted(tokens: readonly Token[], count: CountStep): number {
  return tokens.findIndex((token) => {
    count();
    return !isPoliteStart(token);
  });
}

function isPoliteStart({ text, quoted, key }: Token): boolean {
  return (
    !quoted &&
    key === undefined &&
    (politeStart.has(text.toLowerCase().replace(/^@|[,:;.!?]{1,5}$/g, '')) || isEmoji(text))
  );
}
