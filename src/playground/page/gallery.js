import { drawCard } from './card-view.js';
import { byId, el } from './dom.js';
import { faintWords, flaws } from './gallery-checks.js';

/** Draws every sample in light and dark, wide and narrow, as Microsoft's tools fill it, and as Gavel fills it if that differs. Clicks do nothing. */

const looks = ['light', 'dark'].flatMap((theme) => ['wide', 'narrow'].map((width) => ({ theme, width })));

const kibibytes = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

function frame(card, { theme, width }, by = '') {
  return el(
    'div',
    { class: `frame ${width}`, 'data-theme': theme },
    el('h3', {}, `${theme}, ${width}${by}`),
    drawCard(card, () => undefined),
  );
}

function drawSample({ name, state, card, own, outside, weightBytes, limitBytes, problem }) {
  const title = state ? `${name} (${state})` : name;
  return el(
    'section',
    {
      class: `sample${card?.msteams?.width === 'Full' ? ' full' : ''}`,
      'data-name': title,
      'data-outside': JSON.stringify(outside),
    },
    el(
      'h2',
      {},
      title,
      el(
        'small',
        {},
        card
          ? `${kibibytes(weightBytes)} of ${kibibytes(limitBytes)} · ${own ? 'Gavel draws it differently, see below' : 'Gavel draws it the same'} · ${card.fallbackText}`
          : '',
      ),
    ),
    card
      ? el('div', { class: 'frames' }, ...looks.map((look) => frame(card, look)))
      : el('p', { class: 'problem' }, problem),
    own ? el('div', { class: 'frames own' }, ...looks.map((look) => frame(own, look, ', by Gavel'))) : '',
  );
}

const samples = await (await fetch('/api/cards')).json();
byId('cards').replaceChildren(...samples.map(drawSample));
byId('count').textContent = `${samples.length} samples of ${new Set(samples.map(({ name }) => name)).size} cards`;
byId('flaws').replaceChildren(...[...flaws(), ...faintWords()].map((flaw) => el('li', {}, flaw)));
document.body.dataset.drawn = 'yes';
byId('filter').addEventListener('input', ({ target }) => {
  for (const section of document.querySelectorAll('.sample'))
    section.hidden = !section.dataset.name.includes(target.value.trim());
});
