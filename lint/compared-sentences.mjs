import { ESLintUtils } from '@typescript-eslint/utils';
import ts from 'typescript';

/**
 * Finds `trouble === 'nothing is deployed there'` and `reason.startsWith('It failed')`: what people read decides, and the next person who polishes
 * the sentence breaks the decision. A union of literals may have words; the compiler finds the one that is misspelled.
 */
export const comparedSentences = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'Decide by a typed fact, never by the words of a sentence.' },
    messages: {
      compared: 'This decides by words that people read. Keep a typed fact beside them, such as a union of literals.',
    },
  },
  create(context) {
    const services = ESLintUtils.getParserServices(context);

    /** Two words, or an apostrophe: no name, code or path. */
    const isSentence = (text) => /[a-z’]{2,} [a-z’]+|[a-z]’[a-z]/i.test(text);
    /** The audit log keeps these as codes, which stay as they are however they are told. */
    const isCode = (node) => /^(what|outcome|target)$/.test((node.property ?? node).name ?? '');

    function isAnyString(node) {
      const { flags, types = [] } = services.getTypeAtLocation(node);
      return [flags, ...types.map((type) => type.flags)].some((each) => (each & ts.TypeFlags.String) !== 0);
    }

    function check(node, compared, sentence) {
      const isWritten = sentence.type === 'Literal' && typeof sentence.value === 'string';
      if (isWritten && isSentence(sentence.value) && !isCode(compared) && isAnyString(compared))
        context.report({ node, messageId: 'compared' });
    }

    return {
      BinaryExpression(node) {
        if (!/^[!=]==$/.test(node.operator)) return;
        check(node, node.left, node.right);
        check(node, node.right, node.left);
      },
      SwitchCase(node) {
        if (node.test) check(node, node.parent.discriminant, node.test);
      },
      CallExpression(node) {
        const { callee, arguments: given } = node;
        const looksInside = /^(startsWith|endsWith|includes|indexOf|search|match)$/.test(callee.property?.name ?? '');
        if (looksInside && given[0]) check(node, callee.object, given[0]);
      },
    };
  },
};
