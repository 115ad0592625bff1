import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { filesBelow, root, textOf } from './source-files';

/** One thing that a file exports under its own name. */
export interface Declared {
  readonly file: string;
  readonly name: string;
  readonly isType: boolean;
  /** Its text without spaces. */
  readonly text: string;
  readonly hasDocstring: boolean;
}

/** Who imports what from where, read from the import and export lines of all TypeScript files. */
export interface ExportGraph {
  readonly declared: readonly Declared[];
  /** The files that import it, including through index files. */
  importersOf(declared: Declared): readonly string[];
  /** The index files that pass it on. */
  passedOnBy(declared: Declared): readonly string[];
  /** `<index file> <name>` for each name that an index file passes on to nobody. */
  readonly passedOnToNobody: readonly string[];
}

interface Passing {
  readonly from: string;
  readonly name: string;
}

export function readExportGraph(folders: readonly string[]): ExportGraph {
  const declared: Declared[] = [];
  const passedOn = new Map<string, Passing>();
  const whollyPassedOn = new Map<string, Set<string>>();
  const imported = new Map<string, Set<string>>();
  const wholly = new Map<string, Set<string>>();
  const files = folders.flatMap((folder) => filesBelow(folder, '.ts')).map((path) => path.replaceAll('\\', '/'));

  for (const file of files) {
    const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true);
    const target = (said: ts.Node | undefined): string | undefined =>
      said && ts.isStringLiteralLike(said) ? resolved(file, said.text) : undefined;
    for (const statement of source.statements) {
      if (ts.isImportDeclaration(statement)) {
        const from = target(statement.moduleSpecifier);
        const bindings = statement.importClause?.namedBindings;
        if (from === undefined) continue;
        if (bindings && ts.isNamedImports(bindings))
          for (const { propertyName, name } of bindings.elements)
            addTo(imported, `${from} ${(propertyName ?? name).text}`, file);
        else addTo(wholly, from, file);
      } else if (ts.isExportDeclaration(statement)) {
        const from = target(statement.moduleSpecifier);
        if (from !== undefined && !statement.exportClause) addTo(whollyPassedOn, from, file);
        if (from === undefined || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) continue;
        for (const { propertyName, name } of statement.exportClause.elements)
          passedOn.set(`${file} ${name.text}`, { from, name: (propertyName ?? name).text });
      } else declared.push(...declarationsIn(statement, file));
    }
    const visit = (node: ts.Node): void => {
      const loads = ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText());
      const names =
        ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
      const from = target(loads ? node.arguments[0] : names);
      if (from !== undefined) addTo(wholly, from, file);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }

  const waysTo = ({ file, name }: Declared): string[] => {
    const ways = [`${file} ${name}`];
    for (const way of ways) {
      for (const [key, { from, name: other }] of passedOn) if (`${from} ${other}` === way) ways.push(key);
      const [from = '', last = ''] = way.split(' ');
      for (const index of whollyPassedOn.get(from) ?? []) ways.push(`${index} ${last}`);
    }
    return ways;
  };
  return {
    declared,
    importersOf: (one) => [
      ...new Set(waysTo(one).flatMap((way) => [...(imported.get(way) ?? []), ...(wholly.get(fileOf(way)) ?? [])])),
    ],
    passedOnBy: (one) => waysTo(one).slice(1).map(fileOf),
    passedOnToNobody: [...passedOn.keys()].filter(
      (key) =>
        !imported.has(key) &&
        !wholly.has(fileOf(key)) &&
        ![...passedOn.values()].some(({ from, name }) => `${from} ${name}` === key),
    ),
  };
}

const fileOf = (way: string): string => way.slice(0, way.indexOf(' '));

function declarationsIn(statement: ts.Statement, file: string): Declared[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported) return [];
  const text = statement.getText().replaceAll(/\s+/g, ' ');
  const hasDocstring = ts.getJSDocCommentsAndTags(statement).length > 0;
  const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => ({
      ...{ file, name: name.getText(), isType, text, hasDocstring },
    }));
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
  return name ? [{ file, name: name.text, isType, text, hasDocstring }] : [];
}

function resolved(file: string, said: string): string | undefined {
  if (!said.startsWith('.')) return undefined;
  const path = join(dirname(file), said).replaceAll('\\', '/');
  return [`${path}.ts`, `${path}/index.ts`, path].find((each) => each.endsWith('.ts') && existsSync(join(root, each)));
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value));
}
