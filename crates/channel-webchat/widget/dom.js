// Elements by hand. Nothing here takes HTML or a style attribute, so the strictest
// Content-Security-Policy and Trusted Types have nothing to object to.

/**
 * Makes an element.
 * @param {string} name
 * @param {Record<string, string | boolean | undefined | ((event: Event) => void)>} [attributes]
 *   a function is a listener; `true` an empty attribute; `false` and `undefined` none
 * @param {...(Node | string)} children
 */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Changes text only if it differs: a screen reader reads every change of a status aloud. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Drawings of 24 by 24; each is a line drawn with round ends. */
const drawings = {
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M6 9.5l6 6 6-6',
  send: 'M12 19V5M5.5 11.5L12 5l6.5 6.5',
  stop: 'M8 8h8v8H8z',
  spark: 'M12 3.5c.8 4.7 3.3 7.7 8.5 8.5-5.2.8-7.7 3.8-8.5 8.5-.8-4.7-3.3-7.7-8.5-8.5 5.2-.8 7.7-3.8 8.5-8.5z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.8-3.5 3.8-5.5 7.5-5.5s6.7 2 7.5 5.5',
};

/** @param {keyof typeof drawings} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon i-${name}`);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', drawings[name]);
  svg.append(path);
  return svg;
}
