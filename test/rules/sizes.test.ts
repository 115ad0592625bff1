import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import ts from 'typescript';
import { filesBelow, textOf } from './source-files';

const maxFilesInFolder = 12;
const maxLinesInFile = 300;
const maxLinesInFunction = 90;

const sources = filesBelow('src', '.ts').map((path) => path.replaceAll('\\', '/'));

function filesInFolders(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return counts;
}

function linesOfFunctions(): Map<string, number> {
  const longest = new Map<string, number>();
  for (const path of sources) {
    const file = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
        const name = `${path} ${nameOf(node)}`;
        const from = file.getLineAndCharacterOfPosition(node.getStart(file)).line;
        const lines = file.getLineAndCharacterOfPosition(node.end).line - from + 1;
        longest.set(name, Math.max(lines, longest.get(name) ?? 0));
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return longest;
}

function nameOf(node: ts.SignatureDeclaration): string {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  return named?.getText() ?? 'a function without a name';
}

function tooLarge(sizes: Map<string, number>, max: number): string[] {
  return [...sizes].filter(([, size]) => size > max).map(([name, size]) => `${name} has grown to ${size}`);
}

describe('the sizes of files, folders and functions', () => {
  it(`stay below ${maxLinesInFile} lines for a source file`, () => {
    for (const path of sources) assert.ok(textOf(path).split('\n').length <= maxLinesInFile, `${path} is too long`);
  });

  it(`stay at ${maxFilesInFolder} files or fewer for a folder`, () => {
    assert.deepEqual(tooLarge(filesInFolders(), maxFilesInFolder), []);
  });

  it(`stay at ${maxLinesInFunction} lines or fewer for a function`, () => {
    assert.deepEqual(tooLarge(linesOfFunctions(), maxLinesInFunction), []);
  });
});
