import ts from 'typescript';
import { renderCard } from '../../src/core/card';
import { filesBelow, textOf } from './source-files';

/** Text that people read, with its source. Values that are only known while Gavel runs are `‹…›`. */
export interface Sentence {
  readonly text: string;
  /** `src/features/locks/text.ts:12`, or a card's sample: `cards/status/status.busy.sample.json`. */
  readonly source: string;
  /** `log`: read by an operator in the log, or only by a developer in a thrown error; `title`: of a fact, a field or a button; otherwise a sentence. */
  readonly kind: 'sentence' | 'title' | 'log' | 'error' | 'docs';
}

const textKeys = new Set(['text', 'value', 'label', 'placeholder', 'errorMessage', 'altText', 'summary', 'tooltip']);
/** What people type. */
const typedKeys = new Set(['synonyms', 'phrasings', 'examples', 'line', 'id', 'verb', 'outcome']);
/** Where samples contain what other systems and people wrote. */
const outsideKeys = new Set(['commits', 'log', 'lines', 'output', 'comment', 'author', 'error']);
const generated = /\.(?:hostile|long|right-to-left)\.|-(?:hostile|long|right-to-left)\./;

/** Every text on the cards with their samples, each once. Samples with foreign, hostile or very long values are left out. */
export function cardSentences(): Sentence[] {
  const found = new Map<string, Sentence>();
  for (const source of filesBelow('cards', '.sample.json')) {
    if (generated.test(source)) continue;
    const data = JSON.parse(textOf(source)) as Record<string, unknown>;
    const outside = new Set(outsideTexts(data, false));
    const name = source.replace(/^cards\//, '').replace(/\..*$/, '');
    for (const { text, kind } of cardTexts(renderCard(name, data))) {
      if (outside.has(text) || found.has(`${kind} ${text}`)) continue;
      found.set(`${kind} ${text}`, { text, source, kind });
    }
  }
  return [...found.values()];
}

function outsideTexts(value: unknown, isOutside: boolean): string[] {
  if (typeof value === 'string') return isOutside ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => outsideTexts(item, isOutside || outsideKeys.has(key)));
}

function cardTexts(value: unknown): Pick<Sentence, 'text' | 'kind'>[] {
  if (Array.isArray(value)) {
    const isRun = value.every((each) => (each as { type?: unknown } | null)?.type === 'TextRun');
    if (!isRun) return value.flatMap(cardTexts);
    const text = value.map((each) => String((each as { text: unknown }).text)).join('');
    return [{ text, kind: 'sentence' }];
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]): Pick<Sentence, 'text' | 'kind'>[] => {
    if (key === 'fallback' || key === 'data' || key === 'fallbackText') return [];
    if (typeof item !== 'string') return cardTexts(item);
    if (item.trim() === '') return [];
    if (key === 'title') return [{ text: item, kind: 'title' }];
    return textKeys.has(key) ? [{ text: item, kind: 'sentence' }] : [];
  });
}

/** Every text in a TypeScript file that reads as words: its string and template literals, joined where the source joins them. */
export function sourceSentences(path: string, content = textOf(path)): Sentence[] {
  const file = ts.createSourceFile(path, content, ts.ScriptTarget.ES2022, true);
  const found: Sentence[] = [];
  const visit = (node: ts.Node): void => {
    if (isText(node) && !isKey(node)) {
      const text = textIn(node);
      const kind = kindOf(node);
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      if (kind === 'title' ? /[A-Za-z]/.test(text) : readsAsWords(text))
        found.push({ text, source: `${path}:${line}`, kind });
      // An inserted value can itself contain texts: the two sides of a condition.
      partsPutInto(node).forEach(visit);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isText(node: ts.Node): node is ts.Expression {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node))
    return !ts.isTaggedTemplateExpression(node.parent);
  return isJoined(node) && (isText(node.left) || isText(node.right));
}

function isJoined(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

/** Names of modules, keys and types, strings that are only compared, and what people type aren't shown. */
function isKey(node: ts.Node): boolean {
  const { parent } = node;
  for (let outer = parent; ts.isArrayLiteralExpression(outer) || ts.isPropertyAssignment(outer); outer = outer.parent)
    if (ts.isPropertyAssignment(outer) && typedKeys.has(outer.name.getText())) return true;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true;
  if (ts.isElementAccessExpression(parent) || ts.isCaseClause(parent) || ts.isPropertySignature(parent)) return true;
  if (ts.isBinaryExpression(parent)) return /^[!=]==$/.test(parent.operatorToken.getText());
  return false;
}

function textIn(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (isJoined(node)) return textIn(node.left) + textIn(node.right);
  if (ts.isParenthesizedExpression(node)) return textIn(node.expression);
  if (!ts.isTemplateExpression(node)) return `‹${nameIn(node)}›`;
  return node.head.text + node.templateSpans.map((span) => textIn(span.expression) + span.literal.text).join('');
}

/** The short name of a value: `run.environment`, the called function, or nothing for a condition. */
function nameIn(node: ts.Expression): string {
  if (ts.isCallExpression(node)) return nameIn(node.expression);
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) ? node.getText().replace(/\s+/g, '') : '';
}

function partsPutInto(node: ts.Expression): ts.Node[] {
  if (ts.isStringLiteralLike(node)) return [];
  if (isJoined(node)) return [node.left, node.right].flatMap((side) => (isText(side) ? partsPutInto(side) : [side]));
  return ts.isTemplateExpression(node) ? node.templateSpans.map((span) => span.expression) : [];
}

const logMethods = /(?:^|\.)(?:log|logger)\.(?:trace|debug|info|warn|error|fatal)$/;

function kindOf(node: ts.Node): Sentence['kind'] {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) && /^(?:title|label|word)$/.test(parent.name.getText())) return 'title';
  for (let outer = parent; !ts.isStatement(outer) && !ts.isSourceFile(outer); outer = outer.parent) {
    if (ts.isCallExpression(outer) && logMethods.test(outer.expression.getText())) return 'log';
    if (ts.isNewExpression(outer) && /^(?:Type|Range)?Error$/.test(outer.expression.getText())) return 'error';
  }
  return 'sentence';
}

/** Two words in a row at least, and none of the signs of code. */
function readsAsWords(text: string): boolean {
  return (
    /\p{L}[\p{L}’']*[,.:;]?[ \u00A0][\p{L}‹“"*]/u.test(text) &&
    !/^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|ALTER|BEGIN|WITH|WHERE|ORDER|event:)[ \n]|^CAST\(/.test(text)
  );
}

/** The playground answers some requests in Teams' words. */
const teamsWords = 'src/playground/protocol/';
/** Files with lists of words that people type, in lower case. */
const typedWords = new Set([
  ...['argument-specs', 'phrasings', 'suggestions'].map((name) => `src/chat/language/${name}.ts`),
  'src/features/onboarding/parse.ts',
  'src/features/subscriptions/commands.ts',
]);

/** Every sentence of the source, in the order of its files. */
export function allSourceSentences(): Sentence[] {
  return filesBelow('src', '.ts')
    .filter((path) => !path.startsWith(teamsWords))
    .flatMap((path) => sourceSentences(path))
    .filter(({ text, source }) => !(/^[a-z]/.test(text) && typedWords.has(source.replace(/:\d+$/, ''))));
}

/** The sandbox's history is what other people wrote. */
const othersWords = 'sandbox/history.js';

/** Every sentence of the programs that Gavel starts: what they say is on cards as the progress and the end of a run. */
export function programSentences(): Sentence[] {
  return ['sandbox', 'detached']
    .flatMap((folder) => filesBelow(folder, '.js'))
    .filter((path) => path !== othersWords)
    .flatMap((path) => sourceSentences(path))
    .map((sentence) => ({ ...sentence, kind: 'sentence' }));
}

/** The prose of the docs, the README and the newest part of the changelog, paragraph by paragraph, without code. */
export function docSentences(): Sentence[] {
  const pages = ['README.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')];
  return pages.flatMap((page) => {
    const all = textOf(page).replace(/```[\s\S]*?```/g, '');
    const text = page === 'CHANGELOG.md' ? (all.split(/^## /m)[1] ?? '') : all;
    return text
      .split('\n')
      .filter((line) => /\p{L} \p{L}/u.test(line))
      .map((line) => ({ text: line, source: page, kind: 'docs' }) as const);
  });
}
