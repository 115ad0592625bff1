import { findSecret, maskSecrets, redactSecrets } from '../../core/text/secrets';
import { jsonIn } from '../../core/text';

/** Makes what a system answered fit to be kept in a repository: without credentials, people and machines. Pure. */

/** What was replaced, and how often. */
export type Masked = ReadonlyMap<MaskedKind, number>;
type MaskedKind = 'secret' | 'host' | 'e-mail address' | 'name' | 'variable';

/** Fields whose whole value is a secret, whatever it looks like. */
const secretField =
  /pass(?:word|wd|phrase)?$|secret|token|credential|cookie|session|authorization|(?:api|private|write)[-_]?key|form_?id/i;
/** Fields that name a person. */
const personField =
  /^(?:author|created_?by|updated_?by|changed_?by|user|user_?name|login|owner|assignee|reporter|display_?name|full_?name|real_?name|contact(?:_name)?|started_?by|requested_?by|silenced_?by_?name)$/i;
/** Fields that name a machine. */
const hostField = /^(?:host|host_?name|instance|node|machine|server|address|fqdn|cluster_?name|__address__)$/i;

const emailForm = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;
const urlHostForm = /(?<=\b[a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@"'<>]*@)?([a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?/gi;
const addressForm = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\d.])/g;
/** `web01:9100`, as legends and queries name what is measured. */
const machineForm = /(?<![\w.-])[a-z][\w.-]{0,99}:\d{3,5}(?![\w.])/gi;

/** A variable of a process, as logs list them: `  PATH=/usr/bin`, with the letter that Buildbot puts before each line. */
const variableForm = /^([a-z]?[ \t]{1,8}[A-Za-z_]\w{0,99}=)\S.*$/gm;

interface MaskOptions {
  /** Names of machines that are known before, such as the one of the connection. */
  readonly hosts: readonly string[];
  /** Names of people that are known before, such as those of the catalog. */
  readonly people: readonly string[];
}

/** The same name has the same stand-in in everything that one mask has seen. */
export function createMask({ hosts, people }: MaskOptions) {
  const counts = new Map<MaskedKind, number>();
  const standIns = new Map<string, string>();

  function count(kind: MaskedKind): void {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  function standIn(kind: Exclude<MaskedKind, 'secret' | 'variable'>, value: string): string {
    count(kind);
    const key = `${kind} ${value.toLowerCase()}`;
    const known = standIns.get(key);
    if (known !== undefined) return known;
    const number = [...standIns.keys()].filter((each) => each.startsWith(`${kind} `)).length + 1;
    const made = nameStandIn(kind, number);
    standIns.set(key, made);
    return made;
  }
  const isStandIn = (value: string): boolean => [...standIns.values()].includes(value);

  /** Longer names first: one that contains another is replaced as a whole. */
  const known = (kind: 'host' | 'name', names: readonly string[]) =>
    [...new Set(names)]
      .filter((name) => name.trim().length >= 3)
      .sort((one, other) => other.length - one.length)
      .map((name) => ({ kind, name }));
  const knownNames = [...known('host', hosts), ...known('name', people)];

  function text(given: string): string {
    const found = maskSecrets(given);
    if (found.kinds.length > 0) count('secret');
    const withoutVariables = found.text.replace(variableForm, (_, name: string) => {
      count('variable');
      return `${name}[secret]`;
    });
    let masked = withoutVariables.replace(emailForm, (each) => standIn('e-mail address', each));
    for (const { kind, name } of knownNames) masked = replaceAll(masked, name, () => standIn(kind, name));
    masked = masked.replace(urlHostForm, (whole, host: string) => (isStandIn(host) ? whole : standIn('host', host)));
    masked = masked.replace(addressForm, (each) => standIn('host', each));
    return masked.replace(machineForm, (each) => standIn('host', each));
  }

  function field(name: string, value: string): string {
    if (value.trim() === '') return value;
    if (secretField.test(name)) {
      count('secret');
      return '[secret]';
    }
    const masked = text(value);
    if (masked !== value) return masked;
    if (personField.test(name)) return standIn('name', value);
    return hostField.test(name) && /[a-z]/i.test(value) ? standIn('host', value) : masked;
  }

  function json(value: unknown, name = ''): unknown {
    if (typeof value === 'string') return field(name, value);
    if (Array.isArray(value)) return value.map((each) => json(each, name));
    if (typeof value !== 'object' || value === null)
      return secretField.test(name) && value !== null && typeof value !== 'boolean'
        ? field(name, String(value))
        : value;
    const file = textOfFile(value);
    if (file !== undefined) return json({ ...value, content: file, encoding: 'utf-8' });
    const masked = (key: string, each: unknown): unknown => {
      if (key === 'name' && 'email' in value && typeof each === 'string') return field('author', each);
      return key === 'fullName' && isFormField(value) && typeof each === 'string' ? text(each) : json(each, key);
    };
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [text(key), masked(key, each)]));
  }

  return {
    /** JSON by its fields, anything else as text. */
    body(given: string): unknown {
      const value = jsonIn(given);
      return typeof value === 'object' && value !== null ? json(value) : text(given);
    },
    /** The path and query of a request. */
    path(given: string): string {
      const [path = '', query] = given.split('?', 2);
      if (query === undefined) return text(path);
      const fields = [...new URLSearchParams(query)].map(([name, value]): [string, string] => [
        name,
        field(name, value),
      ]);
      const written = new URLSearchParams(fields).toString().replaceAll(encodeURIComponent('[secret]'), '[secret]');
      // A list of names stays one that can be read: an encoded comma makes a long name look random.
      return `${text(path)}?${written.replaceAll('%2C', ',')}`;
    },
    masked: (): Masked => counts,
  };
}

function nameStandIn(kind: MaskedKind, number: number): string {
  if (kind === 'host') return `host-${number}.example`;
  return kind === 'name' ? `Person ${number}` : `person-${number}@mail.example`;
}

/** The text of a file in base64, behind which a name would look like none; undefined for anything else. */
function textOfFile(value: object): string | undefined {
  const { content, encoding } = value as { readonly content?: unknown; readonly encoding?: unknown };
  if (encoding !== 'base64' || typeof content !== 'string') return undefined;
  const text = Buffer.from(content, 'base64').toString('utf8');
  return text.includes('\uFFFD') ? undefined : text;
}

/** What a tool asks people for, whose `fullName` isn't that of a person. */
const isFormField = (value: object): boolean => 'label' in value && 'type' in value;

function replaceAll(given: string, name: string, replace: () => string): string {
  const escaped = name.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return given.replace(new RegExp(`(?<![\\w])${escaped}(?![\\w])`, 'gi'), replace);
}

/** What a text that was masked still shows, in words; undefined if it shows nothing. The text is what would be written, with its keys and escapes. */
export function findLeak(written: string): string | undefined {
  if (redactSecrets(written) !== written) return 'a secret of this installation';
  for (const line of written.split('\n')) {
    // What stands for a secret isn't one, with or without quotes.
    // A brace opens what has values of its own, such as the secret that a volume of a pod is from.
    const masked = line.replace(/: [[{]$/, ':').replaceAll(/\\?"\[secret\]\\?"/g, '[secret]');
    const found = findSecret(masked) ?? findSecret(unescape(masked));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Without the escapes of JSON, behind which a secret would look like none. */
function unescape(line: string): string {
  return line
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\(["\\/])/g, '$1');
}
