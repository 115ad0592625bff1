import assert from 'node:assert/strict';
import { describeDemo, describeMissing, serversOn } from './demo-guide';

const prometheus = ['prometheus', 'prometheus-alertmanager'];
const nagios = ['nagios4', 'apache2', 'cmd.cgi'];
const graphite = ['carbon-cache', 'graphite-manage', 'gunicorn', 'python3'];
const machine = (...has: string[]) => ({ hasProgram: (program: string) => has.includes(program) });

describe('the monitoring demo', () => {
  for (const [what, has, there, said] of [
    ['all', [...prometheus, ...nagios, ...graphite], ['Prometheus', 'Nagios', 'Graphite'], /^$/],
    [
      'no Nagios',
      [...prometheus, ...graphite],
      ['Prometheus', 'Graphite'],
      /^The demo runs without Nagios\. To add it, run this as root[^]*\n {2}apt-get install --no-install-recommends apache2-bin nagios4-cgi nagios4-core\n$/,
    ],
    [
      'only Nagios',
      nagios,
      ['Nagios'],
      /^The demo runs without Prometheus with Alertmanager and Graphite with statsd\. To add them, [^]*graphite-carbon graphite-web gunicorn prometheus prometheus-alertmanager python3-minimal\n$/,
    ],
    ['half of a server', [...nagios, 'prometheus'], ['Nagios'], /without Prometheus with Alertmanager and/],
    [
      'nothing',
      ['python3'],
      [],
      /^This demo needs at least one real server\. Missing: Prometheus with Alertmanager, Nagios, Graphite with statsd\.[^]*npm start runs the sandbox alone\.\n$/,
    ],
  ] as const)
    it(`on a machine with ${what} starts ${there.length} and says what is missing`, () => {
      const found = serversOn(machine(...has));
      assert.deepEqual(found.there, there);
      assert.match(describeMissing(found), said);
    });

  it('says what to click for what runs, and nothing else', () => {
    const addresses = [{ name: 'Nagios', url: 'http://127.0.0.1:1/nagios' }];
    const said = describeDemo(['Nagios'], addresses, { user: 'gavel', password: 'x' });
    assert.match(said, /Nagios runs at http:\/\/127\.0\.0\.1:1\/nagios\nSign in as gavel with the password x/);
    assert.match(said, / 1\. Open the playground as Ada[^]* 2\. Type nagios[^]* 4\. Type nagios here again/);
    assert.doesNotMatch(said, /Alertmanager|order picture/);
  });
});
