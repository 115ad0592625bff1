'use strict';
// A team's WebDriver suite, as one would write it: it opens the checkout of a service of the sandbox in a browser of the Grid.
// node webdriver-suite.js <selenium-webdriver> <data folder> [--only <name>]…
// It writes results/junit.xml below the folder where it runs, with a screenshot of each test that fails. A file `hold` there makes it wait with its browser
// open, and `leave` makes it end without closing it.

const fs = require('node:fs');
const path = require('node:path');

const [client = '', dataFolder = '', ...words] = process.argv.slice(2);
const only = words.filter((word) => word !== '--only');
const { Builder, By } = require(client);
const { GAVEL_SERVICE: service, GAVEL_ENVIRONMENT: environment, GAVEL_SESSION_NAME: sessionName } = process.env;

function address() {
  const ports = JSON.parse(fs.readFileSync(path.join(dataFolder, 'sandbox/ports.json'), 'utf8'));
  return `http://127.0.0.1:${new Map(Object.entries(ports)).get(`${service}.${environment}`)}`;
}

/** What the page says, as a person reads it. */
async function read(driver, url) {
  await driver.get(`${address()}${url}`);
  return driver.findElement(By.css('body')).getText();
}

const tests = {
  async 'the checkout shows a total'(driver) {
    const text = await read(driver, `/checkout?cart=${process.pid}`);
    if (!text.includes('totalCents')) throw new Error(`the page says ${text}`);
  },
  async 'the page says where it is'(driver) {
    const text = await read(driver, '/version');
    if (!text.includes(environment)) throw new Error(`the page says ${text}`);
  },
};

async function main() {
  fs.appendFileSync('starts.txt', 'started\n');
  // Its address and credential are in SELENIUM_REMOTE_URL.
  const driver = await new Builder()
    .withCapabilities({
      browserName: 'chrome',
      'se:name': `Checkout of ${service} ${sessionName}`,
      'goog:chromeOptions': { args: ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage'] },
    })
    .build();
  console.log('the browser is open');
  while (fs.existsSync('hold')) await new Promise((resolve) => setTimeout(resolve, 50));
  const results = [];
  for (const [name, test] of Object.entries(tests).filter(([each]) => only.length === 0 || only.includes(each)))
    results.push(await perform(driver, name, test));
  if (!fs.existsSync('leave')) await driver.quit();
  fs.mkdirSync('results', { recursive: true });
  fs.writeFileSync('results/junit.xml', `<testsuite name="checkout">${results.join('')}</testsuite>`);
  process.exit(results.some((each) => each.includes('<failure')) ? 1 : 0);
}

async function perform(driver, name, test) {
  const began = Date.now();
  try {
    await test(driver);
    return `<testcase classname="checkout" name="${name}" time="${(Date.now() - began) / 1000}"/>`;
  } catch (error) {
    const file = `${name.replaceAll(' ', '-')}.png`;
    fs.mkdirSync('results', { recursive: true });
    fs.writeFileSync(path.join('results', file), await driver.takeScreenshot(), 'base64');
    const message = error.message.replaceAll(/["&<]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const output = `<system-out>[[ATTACHMENT|${file}]]</system-out>`;
    return `<testcase classname="checkout" name="${name}"><failure message="${message}"/>${output}</testcase>`;
  }
}

void main();
