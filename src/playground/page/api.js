async function read(response) {
  const text = await response.text();
  const body = text ? JSON.parse(text) : undefined;
  if (!response.ok) throw new Error(body?.error?.message ?? `The playground returned ${response.status}.`);
  return body;
}

/** Reads from the playground's own server. */
export async function ask(path, query = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return read(await fetch(url));
}

/** Writes to the playground's own server; the header proves that this page does it. */
export async function tell(path, body) {
  return read(
    await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gavel-playground': '1' },
      body: JSON.stringify(body),
    }),
  );
}
