import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import { describeNeededApprovals, neededApprovals } from '../../../src/core/catalog/needed-approvals';
import { sampleCatalogText } from '../../features/fakes';

describe('the approvals that a request needs, in words', () => {
  const mark = (operation: string, more = ''): string =>
    `fourEyes: [{ operation: ${operation}, environments: [staging, production], approval: { required: 1, role: admin${more} } }]\n`;
  const table: [string, string, Parameters<typeof neededApprovals>[1], string, string][] = [
    ['neither a rule nor a mark', '', 'deploy', 'staging', ''],
    ['a rule', '', 'deploy', 'production', 'The deployment needs 1\u00A0approval from an approver other than you.'],
    [
      'a rule that the requester can meet',
      '',
      'rollback',
      'production',
      'The rollback needs 1\u00A0approval from an approver.',
    ],
    [
      'a mark',
      mark('deploy'),
      'deploy',
      'staging',
      'The deployment needs 1\u00A0approval from an admin other than you.',
    ],
    ['a mark on something else', mark('restart'), 'deploy', 'staging', ''],
    [
      'a mark and a rule',
      mark('restart', ', requesterMayApprove: true'),
      'restart',
      'production',
      'The restart first needs 1\u00A0approval from an admin, then 1\u00A0approval from an approver other than you.',
    ],
  ];
  for (const [what, marks, operation, environment, words] of table)
    it(what, () => {
      const parsed = parseCatalog(sampleCatalogText + marks);
      const catalog = 'catalog' in parsed ? parsed.catalog : assert.fail(JSON.stringify(parsed));
      const needed = neededApprovals(catalog, operation, { service: 'shop', environment });
      const noun = operation === 'deploy' ? 'deployment' : operation;
      assert.equal(describeNeededApprovals(needed, noun), words);
      const seenByOthers = words.replaceAll('than you', 'than the requester');
      assert.equal(describeNeededApprovals(needed, noun, 'the requester'), seenByOthers);
    });
});
