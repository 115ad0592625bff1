import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { TestReport } from '../../../src/connectors/contract';
import { judge } from '../../../src/connectors/machine/tests';
import { readJunitXml } from '../../../src/connectors/test-results/junit-xml';
import { reportOf } from '../../../src/connectors/test-results/outcomes';
import { readPlaywrightJson } from '../../../src/connectors/test-results/playwright-json';

/** In pieces of a few characters, so that every element is cut somewhere. */
async function reportOfXml(xml: string, size = 7): Promise<TestReport | undefined> {
  const pieces = xml.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return reportOf(await readJunitXml(Readable.from(pieces), 'results.xml'), (path) => path);
}

const countsOf = ({ total, passed, failed, flaky, skipped }: TestReport): object => ({
  ...{ total, passed, failed, flaky, skipped },
});
const suiteOf = (cases: string): string => `<testsuite name="checkout" tests="99" failures="98">${cases}</testsuite>`;

describe('results in JUnit’s XML', () => {
  for (const { title, cases, expected } of [
    {
      title: 'count the tests themselves, not what the suite says about them',
      cases: '<testcase name="a"/><testcase name="b"><failure/></testcase><testcase name="c"><skipped/></testcase>',
      expected: { total: 3, passed: 1, failed: 1, flaky: 0, skipped: 1 },
    },
    {
      title: 'of Surefire: flakyFailure has passed in the end, rerunFailure never has',
      cases: `<testcase name="a"><flakyFailure message="slow"/></testcase>
        <testcase name="b"><failure message="no"/><rerunFailure message="no"/></testcase>
        <testcase name="c"><flakyError message="reset"/></testcase>`,
      expected: { total: 3, passed: 0, failed: 1, flaky: 2, skipped: 0 },
    },
    {
      title: 'of Prow: the same test twice, first failed and then passed, is flaky',
      cases: `<testcase classname="shop" name="a"><failure message="slow"/></testcase>
        <testcase classname="shop" name="a"/>
        <testcase classname="shop" name="b"><error message="no"/></testcase>
        <testcase classname="shop" name="b"><error message="no"/></testcase>`,
      expected: { total: 2, passed: 0, failed: 1, flaky: 1, skipped: 0 },
    },
    {
      title: 'with several passed tests of one name count each',
      cases: '<testcase name="a"/><testcase name="a"/>',
      expected: { total: 2, passed: 2, failed: 0, flaky: 0, skipped: 0 },
    },
    {
      title: 'with an error or a test that wasn’t run',
      cases: '<testcase name="a"><error type="TypeError"/></testcase><testcase name="b" status="notrun"/>',
      expected: { total: 2, passed: 0, failed: 1, flaky: 0, skipped: 1 },
    },
  ])
    it(title, async () => {
      const report = await reportOfXml(suiteOf(cases));
      assert.ok(report);
      assert.deepEqual(countsOf(report), expected);
    });

  it('keep the same test of two browsers apart', async () => {
    const suite = (browser: string, inner: string): string =>
      `<testsuite name="cart" hostname="${browser}"><testcase name="pays">${inner}</testcase></testsuite>`;
    const report = await reportOfXml(
      `<testsuites>${suite('firefox', '<failure/>')}${suite('chromium', '')}</testsuites>`,
    );
    assert.ok(report);
    assert.deepEqual(countsOf(report), { total: 2, passed: 1, failed: 1, flaky: 0, skipped: 0 });
  });

  it('say why a test failed, in one line and in all of them, with its time, its attempts and its newest picture', async () => {
    const report = await reportOfXml(
      suiteOf(`<testcase classname="shop.Cart" name="adds &lt;b&gt; up" time="1,001.25" file="cart.ts">
        <failure message="\u001B[31mexpected 3\u001B[0m&#10;but got 4"><![CDATA[\n\nAssertionError: expected 3\n    at cart.ts:4\n\n]]></failure>
        <rerunFailure message="again"/>
        <system-out>[[ATTACHMENT|a.png]]\n<![CDATA[[[ATTACHMENT|b/c.png]]]]></system-out>
      </testcase>`),
      // A color isn't cut in the middle.
      65_536,
    );
    assert.deepEqual(report?.cases, [
      {
        ...{ id: 'shop.Cart › adds <b> up', name: 'adds <b> up', outcome: 'failed', file: 'cart.ts' },
        message: 'expected 3',
        detail: ['AssertionError: expected 3', '    at cart.ts:4'],
        ...{ durationMs: 1_001_250, attempts: 2, picture: 'b/c.png' },
      },
    ]);
  });

  it('of any depth of suites count, and those without a test give no report', async () => {
    const nested = '<testsuites><testsuite><testsuite><testcase name="a"/></testsuite></testsuite></testsuites>';
    assert.equal((await reportOfXml(nested))?.total, 1);
    assert.equal(await reportOfXml('<testsuites><testsuite tests="5"/></testsuites>'), undefined);
  });

  for (const { title, xml, problem } of [
    {
      title: 'an entity of its own',
      xml: '<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite><testcase name="&a;"/></testsuite>',
      problem: /document type/,
    },
    { title: 'an entity that nobody knows', xml: suiteOf('<testcase name="&secret;"/>'), problem: /entity/ },
    { title: 'an end that is missing', xml: '<testsuite><testcase name="a">', problem: /unclosed/ },
    { title: 'another kind of XML', xml: '<html><testcase name="a"/></html>', problem: /no test suites/ },
    { title: 'no end to its depth', xml: '<testsuite>'.repeat(100), problem: /nested/ },
    { title: 'no XML', xml: 'all is well', problem: /./ },
  ])
    it(`are refused with ${title}`, () => assert.rejects(reportOfXml(xml), problem));

  it('of 50,000 tests are read, and at most 200 cases are listed', async () => {
    const cases = Array.from({ length: 50_000 }, (_, index) =>
      index % 100 === 0
        ? `<testcase name="${index}"><failure message="no"/></testcase>`
        : `<testcase name="${index}"/>`,
    );
    const report = await reportOfXml(suiteOf(cases.join('')), 65_536);
    assert.deepEqual([report?.total, report?.failed, report?.cases.length], [50_000, 500, 200]);
  });

  it('with hostile text stay text of limited length', async () => {
    const long = 'x'.repeat(200_000);
    const report = await reportOfXml(
      suiteOf(
        `<testcase name="${long}"><failure message="{{DATE(2026)}} ${long}">${`${long}\n`.repeat(3)}</failure></testcase>`,
      ),
      65_536,
    );
    const [first] = report?.cases ?? [];
    assert.ok(first && first.name.length <= 300 && first.message.length <= 300 && !first.message.includes('{{DATE'));
    assert.ok(first.detail.every((line) => line.length <= 300));
  });
});

describe('results in Playwright’s JSON', () => {
  it('that are none are refused', () => {
    for (const content of ['', '[]', '{"suites": 1}', '{"suites": [{"specs": [{"title": "a"}]}]}'])
      assert.throws(() => readPlaywrightJson(content), /isn’t a JSON report/);
  });
});

describe('how a test run ended', () => {
  const status = {
    ...{ id: '1', steps: [], progress: 1, startedAt: 1, endedAt: 2, lastLines: [], logReadAt: 3 },
  };
  const results = { report: undefined, problem: '2 of 5 tests failed' };
  for (const [state, found, expected] of [
    ['succeeded', results, ['failed', '2 of 5 tests failed']],
    ['failed', results, ['failed', '2 of 5 tests failed']],
    ['canceled', results, ['canceled', undefined]],
    ['running', results, ['running', undefined]],
    ['succeeded', { report: undefined, problem: undefined }, ['succeeded', undefined]],
    ['succeeded', undefined, ['succeeded', undefined]],
  ] as const)
    it(`${state} with ${found ? (found.problem ?? 'no problem') : 'no results'}: ${expected[0]}`, () => {
      const judged = judge({ ...status, state }, found);
      assert.deepEqual([judged.state, judged.reason], expected);
    });
});
