import { ESLintUtils } from '@typescript-eslint/utils';
import ts from 'typescript';

/**
 * Finds `people[said]` and `said in people`: a name from outside that reaches a plain object finds `__proto__` and `constructor`, too. Only keys that the
 * compiler knows are allowed; everything else goes through `lookUp` or a Map.
 */
export const ownProperties = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'Look names up with lookUp or in a Map, never by indexing a plain object.' },
    messages: {
      indexed: 'A name that comes from outside finds `__proto__` here. Use lookUp from core/keys, or a Map.',
    },
  },
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    const checker = services.program.getTypeChecker();

    const isKnownKey = (type) =>
      type.isUnion()
        ? type.types.every(isKnownKey)
        : type.isStringLiteral() ||
          (type.flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.ESSymbolLike | ts.TypeFlags.Never)) !== 0;

    /** An object with arbitrary keys: neither an array nor something with its own methods. */
    const isPlainRecord = (type) =>
      type.isUnionOrIntersection()
        ? type.types.some(isPlainRecord)
        : !checker.isArrayLikeType(type) &&
          checker.getIndexInfosOfType(type).some(({ keyType }) => (keyType.flags & ts.TypeFlags.String) !== 0);

    function check(node, object, key) {
      const keyType = services.getTypeAtLocation(key);
      const constraint = checker.getBaseConstraintOfType(keyType) ?? keyType;
      if (isKnownKey(constraint)) return;
      const objectType = checker.getApparentType(services.getTypeAtLocation(object));
      const anyOrUnknown = (objectType.flags & ts.TypeFlags.Any) !== 0;
      if (anyOrUnknown || isPlainRecord(objectType)) context.report({ node, messageId: 'indexed' });
    }

    return {
      MemberExpression(node) {
        if (node.computed) check(node, node.object, node.property);
      },
      BinaryExpression(node) {
        if (node.operator === 'in') check(node, node.right, node.left);
      },
    };
  },
};
