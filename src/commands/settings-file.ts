// The settings file of a service, as systemd reads it for `EnvironmentFile=`: comments with # and ;, single and double quotes, a backslash before
// a literal character or at the end of a line that continues.

type SettingsFile = { readonly values: Readonly<Record<string, string>> } | { readonly problems: readonly string[] };

type State = 'key' | 'before value' | 'value' | 'single' | 'double' | 'comment';

const keyForm = /^[A-Za-z_][A-Za-z0-9_]*$/;
const escapedInDouble = '"\\`$';

/** Reads it character by character; a line that systemd would silently skip is a problem here. */
export function parseSettingsFile(text: string): SettingsFile {
  const values = new Map<string, string>();
  const problems: string[] = [];
  let state: State = 'key';
  let key = '';
  let value = '';
  /** The length of the value without trailing white space. */
  let kept = 0;
  let line = 1;

  function end(): void {
    const name = key.trim();
    if (state === 'key' && name !== '') problems.push(`Line ${line} isn’t a setting: it has no =.`);
    else if (state === 'single' || state === 'double')
      problems.push(`The quote in the value of ${name} is never closed.`);
    else if (state !== 'key' && state !== 'comment') {
      if (keyForm.test(name)) values.set(name, value.slice(0, kept));
      else problems.push(`Line ${line} isn’t a setting: "${name}" isn’t a valid name.`);
    }
    [state, key, value, kept] = ['key', '', '', 0];
  }

  const keep = (character: string): void => {
    value += character;
    kept = value.length;
  };

  const source = text.replaceAll('\r\n', '\n');
  for (let index = 0; index < source.length; index++) {
    const character = source.charAt(index);
    const isEscape = character === '\\' && state !== 'key' && state !== 'single';
    if (isEscape) {
      const next = source.charAt(++index);
      if (next === '\n') line += 1;
      else if (state === 'double') keep(escapedInDouble.includes(next) ? next : `\\${next}`);
      else if (state !== 'comment') {
        state = 'value';
        keep(next);
      }
      continue;
    }
    if (character === '\n' && state !== 'single' && state !== 'double') end();
    else if (state === 'key' && key.trim() === '' && (character === '#' || character === ';')) state = 'comment';
    else if (state === 'key' && character === '=') state = 'before value';
    else if (state === 'key') key += character;
    else if (state === 'single' && character === "'") state = 'before value';
    else if (state === 'double' && character === '"') state = 'before value';
    else if (state === 'single' || state === 'double') keep(character);
    else if (state === 'before value' && character === "'") state = 'single';
    else if (state === 'before value' && character === '"') state = 'double';
    else if (state === 'before value' && /\s/.test(character)) continue;
    else if (state === 'before value' || state === 'value') {
      state = 'value';
      value += character;
      if (!/\s/.test(character)) kept = value.length;
    }
    if (character === '\n') line += 1;
  }
  end();
  return problems.length > 0 ? { problems } : { values: Object.fromEntries(values) };
}
