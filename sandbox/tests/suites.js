'use strict';
// What the test suites of the sandbox check. Each check gets answers of the service and throws if one is wrong.

const assert = require('node:assert/strict');

const slowestAnswerMs = 5_000;

async function answerOf({ get }, url) {
  const answer = await get(url);
  assert.ok(answer, `GET ${url} wasn’t answered`);
  return answer;
}

async function expectOk(context, url) {
  const answer = await answerOf(context, url);
  const { reason, error } = answer.code === 200 ? {} : answer.json();
  assert.equal(answer.code, 200, `GET ${url} answered ${answer.code}: ${reason ?? error}`);
  return answer;
}

const checks = {
  smoke: [
    { name: 'is healthy', check: (context) => expectOk(context, '/healthz') },
    {
      name: 'says its version',
      async check(context) {
        const { version, environment } = (await expectOk(context, '/version')).json();
        assert.match(version, /^\d+\.\d+\.\d+/, `the version is ${version}`);
        assert.equal(environment, context.environment, `it says it’s in ${environment}`);
      },
    },
    {
      name: 'answers in time',
      async check(context) {
        const began = Date.now();
        await answerOf(context, '/');
        const tookMs = Date.now() - began;
        assert.ok(tookMs < slowestAnswerMs, `GET / took ${tookMs} ms`);
      },
    },
    {
      name: 'has metrics',
      async check(context) {
        const { text } = await expectOk(context, '/metrics');
        assert.ok(text.includes('http_requests_total'), 'http_requests_total is missing');
      },
    },
    {
      name: 'knows no other pages',
      async check(context) {
        const { code } = await answerOf(context, '/no-such-page');
        assert.equal(code, 404, `GET /no-such-page answered ${code}`);
      },
    },
  ],
  checkout: [
    { name: 'reaches the price cache', check: (context) => expectOk(context, '/healthz') },
    {
      name: 'shows the cart',
      async check(context) {
        const { cart } = (await expectOk(context, `/checkout?cart=show-${context.token}`)).json();
        assert.equal(cart.length, 1, `the cart has ${cart.length} products`);
      },
    },
    {
      name: 'adds shipping to small orders',
      async check(context) {
        // Asked twice, as the page does.
        await answerOf(context, `/checkout?cart=total-${context.token}`);
        const { totalCents } = (await expectOk(context, `/checkout?cart=total-${context.token}`)).json();
        assert.equal(totalCents, 3973, `the total is ${totalCents} cents`);
      },
    },
    {
      name: 'takes a test card',
      // Only real cards are charged there.
      skips: ({ environment }) => environment === 'production',
      async check(context) {
        await answerOf(context, `/checkout?cart=pay-${context.token}`);
        const { totalCents } = (await expectOk(context, `/checkout?cart=pay-${context.token}`)).json();
        assert.ok(totalCents > 0, 'there is nothing to pay');
      },
    },
  ],
};

module.exports = { suites: new Map(Object.entries(checks)) };
