/** A browser drops the click if a button is redrawn between press and release, so redrawing waits for the release. */

let pressed;
let waiting = [];

const isPress = (event) => event.type === 'pointerdown' || event.key === ' ';

function press(event) {
  if (isPress(event)) pressed = event.target;
}

function release() {
  pressed = undefined;
  const draws = waiting;
  waiting = [];
  // The click comes after the release.
  setTimeout(() => draws.forEach((draw) => draw()), 0);
}

for (const type of ['pointerdown', 'keydown']) window.addEventListener(type, press, true);
for (const type of ['pointerup', 'pointercancel', 'keyup']) window.addEventListener(type, release, true);
// Without capture: only when the window itself loses focus, not a field.
window.addEventListener('blur', release);

/** Calls `draw` now, or once nothing inside the element is pressed anymore. */
export function whenReleased(element, draw) {
  if (pressed && element.contains(pressed)) waiting.push(draw);
  else draw();
}
