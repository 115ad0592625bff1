/** Rendering rules for cards: the gallery shows violations, and a test fails on them. */

/** The problems of the drawn cards, each with its card and theme. */
export function flaws() {
  const found = [];
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  for (const sample of document.querySelectorAll('.sample')) {
    const add = (frame, what) =>
      found.push(`${sample.dataset.name}, ${frame?.querySelector('h3')?.textContent ?? ''}: ${what}`);
    const frames = [...sample.querySelectorAll('.frames:not(.own) .frame')];
    if (sample.querySelector('.own')) add(undefined, 'is drawn differently by Gavel than by adaptivecards-tools');
    if (frames.length !== 4) add(undefined, 'isn’t drawn in four looks');
    for (const frame of frames) {
      const card = frame.querySelector('.card');
      if (!card || card.querySelector('.broken')) {
        add(frame, 'couldn’t be drawn');
        continue;
      }
      const edge = card.getBoundingClientRect();
      for (const element of card.querySelectorAll('*')) {
        const box = element.getBoundingClientRect();
        if (visible(element) && (box.right > edge.right + 1 || box.left < edge.left - 1))
          add(frame, `${element.tagName} ${element.textContent?.slice(0, 40)} is out of bounds`);
        const words = [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.textContent : ''));
        if (visible(element) && words.join('').trim().length > 8 && box.width < 40 && box.height > 60)
          add(frame, `${words.join('').trim().slice(0, 40)} has no room beside its neighbor`);
      }
      const outside = new Set(JSON.parse(sample.dataset.outside ?? '[]'));
      const unresolved = (card.textContent?.match(/\$\{[^}$]*\}/g) ?? []).find((text) => !outside.has(text));
      if (unresolved) add(frame, `has an unresolved ${unresolved}`);
      for (const image of card.querySelectorAll('img')) if (!image.alt) add(frame, 'has a picture without alt text');
      for (const button of card.querySelectorAll('button'))
        if (!(button.textContent?.trim() || button.getAttribute('aria-label')))
          add(frame, 'has a button without words');
      for (const field of card.querySelectorAll('input, select, textarea')) {
        const named = field.getAttribute('aria-labelledby') ?? field.getAttribute('aria-label') ?? field.labels?.length;
        if (!named) add(frame, `has a field without a label: ${field.outerHTML.slice(0, 80)}`);
      }
    }
  }
  return found;
}

/** Words with a contrast below 4.5 to 1, or below 3 to 1 for large ones. */
export function faintWords() {
  const parse = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = parse(window.getComputedStyle(each).backgroundColor);
      if (color.length < 4 || (color[3] ?? 1) === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const card of document.querySelectorAll('.frame .card')) {
    const walker = document.createTreeWalker(card, window.NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const words = node.textContent?.trim() ?? '';
      // A single glyph or bar repeats what the words next to it say.
      if (
        !element ||
        !/[\p{L}\p{N}]/u.test(words) ||
        element.closest('option') ||
        element.getClientRects().length === 0
      )
        continue;
      const style = window.getComputedStyle(element);
      const [light, dark] = [luminance(parse(style.color)), luminance(behind(element))].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.5 && Number(style.fontWeight) >= 600);
      if (ratio < (large ? 3 : 4.5)) {
        const sample = element.closest('.sample')?.dataset.name;
        const look = element.closest('.frame')?.querySelector('h3')?.textContent;
        found.add(`${sample}, ${look}: “${words.slice(0, 30)}” ${ratio.toFixed(1)}`);
      }
    }
  }
  return [...found];
}
