// Markdown's blocks as DOM nodes, good for text that is still being written: a block that didn't
// change keeps its nodes, so a long answer doesn't flicker and its selection survives.

import { inline } from './inline.js';

// Each of these has one way only to fit, so a line that doesn't is given up after one look.
const FENCE = /^ {0,3}(```|~~~)/;
const HEADING = /^ {0,3}#{1,6}\s/;
const QUOTE = /^ {0,3}>\s?/;
const ITEM = /^(\s*)([-*+•]|\d{1,9}[.)])(\s+|$)/;
/** Lists and quotes within each other go no deeper. */
const DEEPEST_BLOCK = 4;
/** No answer is as long; what is beyond it is shown as it stands. */
const LONGEST_TEXT = 40_000;

/**
 * The blocks of a text, by their lines.
 * @returns {{type: string, lines: string[], note?: string}[]}
 */
export function blocks(text) {
  const lines = text.split('\n');
  const found = [];
  for (let at = 0; at < lines.length; ) {
    const block = next(lines, at);
    if (block.type !== 'blank') found.push(block);
    at = block.end;
  }
  return found;
}

function next(lines, at) {
  const line = lines[at];
  if (!line.trim()) return { type: 'blank', end: at + 1 };
  const fence = fenceOf(line);
  if (fence) return fenced(lines, at, fence);
  if (isRule(line)) return { type: 'rule', lines: [line], end: at + 1 };
  if (HEADING.test(line)) return { type: 'heading', lines: [heading(line)], end: at + 1 };
  if (line.includes('|') && isBetween(lines[at + 1] ?? '')) return table(lines, at);
  const type = QUOTE.test(line) ? 'quote' : ITEM.test(line) ? 'list' : 'paragraph';
  let end = at + 1;
  while (end < lines.length && goesOn(type, lines, end)) end += 1;
  return { type, lines: lines.slice(at, end), end };
}

/** The ticks or tildes that begin a block of code, or undefined. */
function fenceOf(line) {
  if (!FENCE.test(line)) return undefined;
  const rest = line.trimStart();
  let length = 3;
  while (rest[length] === rest[0]) length += 1;
  return rest.includes('`', length) ? undefined : rest.slice(0, length);
}

function isRule(line) {
  const marks = line.replace(/\s/g, '');
  const alike = marks.length > 2 && '-*_'.includes(marks[0]) && !marks.replaceAll(marks[0], '');
  return alike && line.search(/\S/) < 4;
}

/** A heading's words, without the signs before and behind them. */
function heading(line) {
  const words = line.trim().replace(/^#+\s+/, '');
  let end = words.length;
  while (words[end - 1] === '#') end -= 1;
  return end === 0 || words[end - 1].trim() === '' ? words.slice(0, end).trimEnd() : words;
}

/** Whether a line is the one between a table's head and body. */
const isBetween = (line) =>
  line.includes('|') &&
  bareRow(line)
    .split('|')
    .every((cell) => /^:?-+:?$/.test(cell.trim()));

/** A table's row without the lines at its ends. */
const bareRow = (line) => line.trim().replace(/^\|/, '').replace(/\|$/, '');

function fenced(lines, at, marker) {
  let end = at + 1;
  const closes = (line) => line.trim().startsWith(marker) && !line.trim().replaceAll(marker[0], '');
  while (end < lines.length && !closes(lines[end])) end += 1;
  return { type: 'code', lines: lines.slice(at + 1, end), end: end + 1 };
}

function table(lines, at) {
  let end = at + 2;
  while (lines[end]?.includes('|')) end += 1;
  return { type: 'table', lines: [lines[at], ...lines.slice(at + 2, end)], end };
}

function goesOn(type, lines, at) {
  const line = lines[at];
  if (type === 'quote') return QUOTE.test(line);
  if (type === 'list') {
    if (ITEM.test(line) || /^\s{2,}\S/.test(line)) return !isRule(line);
    // One empty line may stand between two items.
    if (!line.trim()) return /^\s{2,}\S/.test(lines[at + 1] ?? '') || ITEM.test(lines[at + 1] ?? '');
    return Boolean(lines[at - 1].trim()) && !begins(line);
  }
  return Boolean(line.trim()) && !begins(line);
}

const begins = (line) =>
  fenceOf(line) || isRule(line) || [HEADING, QUOTE, ITEM].some((form) => form.test(line));

function build({ type, lines }, open, depth) {
  switch (type) {
    case 'code':
      return box('pre', [box('code', [lines.join('\n')])]);
    case 'rule':
      return box('hr', []);
    case 'heading':
      return box('p', [box('strong', inline(lines[0], { open }))]);
    case 'quote': {
      const inner = lines.map((line) => line.replace(QUOTE, '')).join('\n');
      return box('blockquote', nested(inner, open, depth));
    }
    case 'table':
      return box('table', lines.map((line, row) => box('tr', cells(line, row ? 'td' : 'th'))));
    case 'list':
      return list(lines, open, depth);
    default:
      return box('p', inline(lines.map((line) => line.trim()).join('\n'), { open }));
  }
}

function cells(line, name) {
  return bareRow(line).split(/(?<!\\)\|/).map((cell) => box(name, inline(cell.trim())));
}

function nested(text, open, depth) {
  if (depth >= DEEPEST_BLOCK) return [text];
  const inner = blocks(text);
  return inner.map((block, at) => build(block, open && at === inner.length - 1, depth + 1));
}

/** An item's lines, without the indentation that made them its own. */
function list(lines, open, depth) {
  const [, indent, first] = ITEM.exec(lines[0]);
  const items = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item && item[1].length <= indent.length + 1) items.push([line.slice(item[0].length)]);
    else items.at(-1).push(line.slice(Math.min(line.search(/\S|$/), indent.length + first.length + 1)));
  }
  const made = box(
    /\d/.test(first) ? 'ol' : 'ul',
    items.map((item, at) => {
      const children = nested(item.join('\n'), open && at === items.length - 1, depth);
      // An item of one paragraph is set without the paragraph's margins.
      if (children[0]?.localName === 'p') children.splice(0, 1, ...children[0].childNodes);
      return box('li', children);
    }),
  );
  if (/\d/.test(first) && parseInt(first, 10) !== 1) made.start = parseInt(first, 10);
  return made;
}

function box(name, children) {
  const made = document.createElement(name);
  made.append(...children);
  if (name === 'pre') made.dir = 'ltr';
  // Each block has the direction of its own words.
  else if (name !== 'hr' && name !== 'code' && name !== 'strong') made.dir = 'auto';
  return made;
}

const drawn = new WeakMap();

/**
 * Shows a text in a container that nothing else writes to.
 * @param {Element} container
 * @param {string} text
 * @param {{open?: boolean}} [how] `open`: more is still to come
 */
export function draw(container, text, { open = false } = {}) {
  const found = blocks(text.slice(0, LONGEST_TEXT).replace(/\r\n?/g, '\n'));
  if (text.length > LONGEST_TEXT) found.push({ type: 'code', lines: [text.slice(LONGEST_TEXT)] });
  const before = drawn.get(container) ?? [];
  const keys = found.map(({ type, lines }, at) => {
    const last = open && at === found.length - 1;
    return `${type} ${last} ${lines.join('\n')}`;
  });
  let same = 0;
  while (same < keys.length && keys[same] === before[same]) same += 1;
  while (container.childNodes.length > same) container.lastChild.remove();
  for (let at = same; at < found.length; at += 1) {
    container.append(build(found[at], open && at === found.length - 1, 0));
  }
  drawn.set(container, keys);
}
