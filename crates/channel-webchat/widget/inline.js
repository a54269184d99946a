// Markdown within a line, as DOM nodes. Whatever isn't understood stays text, and text only ever
// becomes text nodes: nothing that a model or a customer writes is read as HTML. The time it takes
// grows with the length of the text and no faster: no place is searched twice for the same thing.

import { make } from './dom.js';

/** Deeper nesting than this is no writing, it is an attempt. */
const DEEPEST_INLINE = 6;
const MARKERS = ['**', '__', '*', '_'];
const WORD = /[\p{L}\p{N}_]/u;
const ESCAPED = /[!-/:-@[-`{-~]/;
/** Nobody means a longer address, and nobody quotes code by more ticks. */
const LONGEST_ADDRESS = 2000;
const MOST_TICKS = 9;
const BARE_URL = /https?:\/\/[^\s<>"`]+/iy;
/** What may be the name of a host, wherever it stands. */
const HOST = /(?<![\p{L}\p{N}-])[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const SCHEME = /^https?:\/\/(www\.)?/;
const NAME_OR_NUMBER = /\.[^.]*\p{L}{2}[^.]*$|^\d+(\.\d+){3}$/u;
const DOTS = /[\u3002\u0701\u0702\ua4f8\ua60e]/g;
/** The beginning of an address, up to where its host ends for whoever reads it. */
const ORIGIN = /(?:https?:|(?<![\p{L}\p{N}-])www\.)[\\/]*[^\s\\/?#,;!'"()[\]]*/gu;
const INVISIBLE = /[\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * An address that may be linked to, or undefined.
 * @param {string} text
 */
export function safeUrl(text) {
  // Relative addresses would point into the site that embeds the chat, which no answer means.
  if (!/^(https?:\/\/|mailto:)/i.test(text)) return undefined;
  let url;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  const known = ['http:', 'https:', 'mailto:'].includes(url.protocol);
  // A name before the host only serves to look like another host.
  return known && !url.username && !url.password ? url : undefined;
}

function link(url, children) {
  const made = make('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer nofollow' });
  made.append(...children);
  const words = plainly(made.textContent);
  if (!words) made.replaceChildren(url.href);
  else if (misleads(words, url)) {
    // An address as the words of a link to somewhere else would be a lie.
    if (/^(https?:|www\.)/i.test(words)) made.replaceChildren(url.href);
    else made.append(' (', make('bdi', {}, url.host || url.pathname), ')');
  }
  return made;
}

/** Words as they look: other dots are dots, and neither what is invisible nor accents are there. */
const plainly = (words) =>
  words.normalize('NFKD').replace(INVISIBLE, '').replace(DOTS, '.').trim().toLowerCase();

const plainHost = (host) => host.replace(/^www\.|\.$/g, '');

/** The host that a browser would go to, or undefined. */
function hostOf(origin) {
  try {
    return plainHost(new URL(origin.replace(/^w/, 'http://w')).hostname);
  } catch {
    return undefined;
  }
}

/** Whether words name a host or a mailbox, and the address is another one. */
function misleads(words, url) {
  const shown = words.replace(SCHEME, '');
  // The address itself, or the beginning of it that has at least the whole host.
  if (url.host && shown.includes('/') && url.href.toLowerCase().replace(SCHEME, '').startsWith(shown)) return false;
  const host = plainHost(url.hostname);
  if ((words.match(ORIGIN) ?? []).some((origin) => hostOf(origin) !== host)) return true;
  const mailbox = url.host ? '' : url.pathname.toLowerCase();
  if (mailbox && words.includes('@')) return !words.includes(mailbox);
  const leads = `.${url.hostname || mailbox.replace(/^.*@/, '')}`;
  const named = (words.match(HOST) ?? []).filter((name) => NAME_OR_NUMBER.test(name));
  return named.some((name) => !leads.endsWith(`.${name.replace(/^www\./, '')}`));
}

/**
 * The nodes of a line.
 * @param {string} text
 * @param {{open?: boolean, depth?: number, linked?: boolean}} [how] `open`: more is still to come,
 *   so what is begun is shown as if it were ended; `linked`: already within a link
 * @returns {(Node | string)[]}
 */
export function inline(text, how = {}) {
  const scan = { text, at: 0, plain: '', nodes: [], ends: {}, depth: 0, ...how };
  while (scan.at < text.length) step(scan);
  flush(scan);
  return scan.nodes;
}

function flush(scan) {
  if (scan.plain) scan.nodes.push(scan.plain);
  scan.plain = '';
}

function put(scan, node, end) {
  flush(scan);
  scan.nodes.push(node);
  scan.at = end;
}

function step(scan) {
  const { text, at } = scan;
  const char = text[at];
  if (char === '\\' && ESCAPED.test(text[at + 1] ?? '')) {
    scan.plain += text[at + 1];
    scan.at += 2;
  } else if (char === '\n') {
    put(scan, make('br'), at + 1);
  } else if (
    !(
      (char === '`' && code(scan)) ||
      ((char === '*' || char === '_') && emphasis(scan)) ||
      ((char === '[' || char === '!') && bracket(scan)) ||
      (char === '<' && angle(scan)) ||
      ((char === 'h' || char === 'H') && bare(scan))
    )
  ) {
    scan.plain += char;
    scan.at += 1;
  }
}

/** The next end that fits, or -1. What was found is remembered until the scan is past it. */
function endOf(scan, marker, from, fits) {
  const known = scan.ends[marker];
  if (known === -1 || known >= from) return known;
  let at = scan.text.indexOf(marker, from);
  while (at >= 0 && !fits(at)) at = scan.text.indexOf(marker, at + 1);
  scan.ends[marker] = at;
  return at;
}

function code(scan) {
  const { text, at } = scan;
  let from = at;
  while (text[from] === '`') from += 1;
  const marker = text.slice(at, from);
  const { length } = marker;
  const alone = (end) => text[end - 1] !== '`' && text[end + length] !== '`';
  const end = length > MOST_TICKS ? -1 : endOf(scan, marker, from, alone);
  if (end < 0 && !scan.open) {
    scan.plain += marker;
    scan.at = from;
    return true;
  }
  const inner = text.slice(from, end < 0 ? undefined : end);
  const padded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim();
  flush(scan);
  if (inner) scan.nodes.push(make('code', {}, padded ? inner.slice(1, -1) : inner));
  scan.at = end < 0 ? text.length : end + length;
  return true;
}

function emphasis(scan) {
  const { text, at } = scan;
  const marker = MARKERS.find((one) => text.startsWith(one, at));
  const from = at + marker.length;
  const under = marker[0] === '_';
  if (scan.depth >= DEEPEST_INLINE) return false;
  if (scan.open && from >= text.length) {
    // The beginning of an emphasis whose words are still to come.
    scan.at = from;
    return true;
  }
  // `10*20*30 cm` and `a_file_name` are no emphasis.
  const within = (under || marker === '*') && at > 0 && WORD.test(text[at - 1]);
  if (/\s/.test(text[from] ?? ' ') || within) return false;
  const fits = (end) =>
    !/\s/.test(text[end - 1]) &&
    text[end + marker.length] !== marker[0] &&
    (marker.length > 1 || text[end - 1] !== marker) &&
    !(under && WORD.test(text[end + marker.length] ?? ' '));
  const end = endOf(scan, marker, from + 1, fits);
  if (end < 0 && !scan.open) return false;
  const inner = text.slice(from, end < 0 ? undefined : end);
  const how = { ...shared(scan), open: end < 0 };
  const name = marker.length > 1 ? 'strong' : 'em';
  put(scan, make(name, {}, ...inline(inner, how)), end < 0 ? text.length : end + marker.length);
  return true;
}

const shared = ({ depth, linked }) => ({ depth: depth + 1, linked });

/** A link, or an image: a remote image would tell its host who reads this, so it is linked to. */
function bracket(scan) {
  const { text, at } = scan;
  const image = text[at] === '!';
  const from = at + (image ? 2 : 1);
  if (scan.depth >= DEEPEST_INLINE || (image && text[at + 1] !== '[')) return false;
  const middle = endOf(scan, '](', from, () => true);
  if (middle < 0) return false;
  const nested = text.indexOf('[', from);
  // `[a] [b](c)`: the inner one is the link. An image within a link's words is allowed.
  if (nested >= 0 && nested < middle && text[nested - 1] !== '!') return false;
  const label = text.slice(from, middle);
  const end = closing(text, middle + 1);
  const begun = end === text.length;
  if (end < 0 || (begun && !scan.open)) return false;
  const url = begun ? undefined : safeUrl(address(text.slice(middle + 2, end).trim()));
  const words = image ? [label] : inline(label, { ...shared(scan), linked: true });
  flush(scan);
  if (url && !scan.linked) scan.nodes.push(link(url, words));
  else scan.nodes.push(...words);
  scan.at = end + 1;
  return true;
}

/**
 * Where the bracket that opens here is closed: on the same line, and an address may hold brackets,
 * in pairs. The text's end if that comes first, or -1.
 */
function closing(text, from) {
  let open = 0;
  for (let at = from; at < from + LONGEST_ADDRESS; at += 1) {
    if (at === text.length) return at;
    if (text[at] === '\n') return -1;
    if (text[at] === '(') open += 1;
    else if (text[at] === ')' && --open === 0) return at;
  }
  return -1;
}

/** A link's address without what may stand around it: `<address>`, `address "title"`. */
function address(target) {
  const space = target.search(/\s/);
  if (space >= 0 && !/["'(]/.test(target.slice(space).trim()[0])) return '';
  const found = space < 0 ? target : target.slice(0, space);
  return found.startsWith('<') && found.endsWith('>') ? found.slice(1, -1) : found;
}

function angle(scan) {
  const { text, at } = scan;
  const [whole, inner] = /^<([^\s<>]+)>/.exec(text.slice(at, at + LONGEST_ADDRESS)) ?? [];
  const url = inner && safeUrl(inner);
  if (!url || scan.linked) return false;
  put(scan, link(url, [inner]), at + whole.length);
  return true;
}

function bare(scan) {
  const { text, at } = scan;
  if (scan.linked || (at > 0 && WORD.test(text[at - 1]))) return false;
  BARE_URL.lastIndex = at;
  const whole = BARE_URL.exec(text)?.[0];
  if (!whole) return false;
  // What ends a sentence doesn't belong to the address; a bracket does if it was opened in it.
  const bracketed = whole.includes('(');
  let { length } = whole;
  const ends = bracketed ? ".,;:!?'*_]}" : ".,;:!?'*_]})";
  while (ends.includes(whole[length - 1])) length -= 1;
  const found = whole.slice(0, length);
  const url = length > LONGEST_ADDRESS ? undefined : safeUrl(found);
  if (url) put(scan, link(url, [found]), at + length);
  else {
    // No part of it is looked at again.
    scan.plain += found;
    scan.at += length;
  }
  return true;
}
