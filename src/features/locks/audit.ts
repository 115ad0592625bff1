import type { DescribeAudit } from '../../chat/contract';
import { lookUp } from '../../core/keys';

/** `locked shop in production: “I migrate its data”`: the lines of the audit log about locks. */
export const describeLockAudit: DescribeAudit = ({ what, target, outcome, detail }) => {
  const sentence = what === 'locks.change' ? lookUp(sentences, outcome)?.(target) : undefined;
  const reason = detail?.['reason'];
  return sentence && (typeof reason === 'string' && reason !== '' ? `${sentence}: “${reason}”` : sentence);
};

const sentences: Readonly<Record<string, (where: string) => string>> = {
  locked: (where) => `locked ${where}`,
  kept: (where) => `changed the lock on ${where}`,
  queued: (where) => `joined the line for ${where}`,
  unlocked: (where) => `unlocked ${where}`,
  broken: (where) => `broke the lock on ${where}`,
  lapsed: (where) => `ended the lock on ${where}, which had expired`,
};
