// Markdown within a line, as DOM nodes. Whatever isn't understood stays text, and text only ever
// becomes text nodes: nothing that a model or a customer writes is read as HTML.

/** Deeper nesting than this is no writing, it is an attempt. */
const DEEPEST = 6;
const MARKERS = ['**', '__', '*', '_'];
const WORD = /[\p{L}\p{N}_]/u;
const ESCAPED = /[!-/:-@[-`{-~]/;
/** A link's address may hold brackets, in pairs. */
const TARGET = /\((?:[^()]|\([^()]*\))*\)/y;
const BARE_URL = /https?:\/\/[^\s<>"`]+/iy;

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

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

function link(url, children) {
  const made = element('a', ...children);
  // An address as the words of a link to somewhere else would be a lie.
  const shown = made.textContent.trim();
  if (!shown || (/^(https?:|www\.)/i.test(shown) && hostOf(shown) !== url.host)) {
    made.replaceChildren(url.href);
  }
  made.href = url.href;
  made.target = '_blank';
  made.rel = 'noopener noreferrer nofollow';
  return made;
}

function hostOf(text) {
  try {
    return new URL(text.replace(/^www\./i, 'https://www.')).host;
  } catch {
    return undefined;
  }
}

/**
 * The nodes of a line.
 * @param {string} text
 * @param {{open?: boolean, depth?: number, linked?: boolean}} [how] `open`: more is still to come,
 *   so what is begun is shown as if it were ended; `linked`: already within a link
 * @returns {(Node | string)[]}
 */
export function inline(text, how = {}) {
  const scan = { text, at: 0, plain: '', nodes: [], none: new Set(), depth: 0, ...how };
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
    put(scan, element('br'), at + 1);
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

/** Looks for an end, and remembers when there is none, so that a line is never searched twice. */
function endOf(scan, marker, from, fits) {
  if (scan.none.has(marker)) return -1;
  for (let at = scan.text.indexOf(marker, from); at >= 0; ) {
    if (fits(at)) return at;
    at = scan.text.indexOf(marker, at + 1);
  }
  scan.none.add(marker);
  return -1;
}

function code(scan) {
  const ticks = /`+/y;
  ticks.lastIndex = scan.at;
  const [marker] = ticks.exec(scan.text);
  const from = scan.at + marker.length;
  const alone = (at) => scan.text[at - 1] !== '`' && scan.text[at + marker.length] !== '`';
  const end = endOf(scan, marker, from, alone);
  if (end < 0 && !scan.open) {
    scan.plain += marker;
    scan.at = from;
    return true;
  }
  const inner = scan.text.slice(from, end < 0 ? undefined : end);
  const words = /^ .*[^ ].* $/s.test(inner) ? inner.slice(1, -1) : inner;
  flush(scan);
  if (words) scan.nodes.push(element('code', words));
  scan.at = end < 0 ? scan.text.length : end + marker.length;
  return true;
}

function emphasis(scan) {
  const { text, at } = scan;
  const marker = MARKERS.find((one) => text.startsWith(one, at));
  const from = at + marker.length;
  const under = marker[0] === '_';
  if (scan.depth >= DEEPEST) return false;
  if (scan.open && from >= text.length) {
    // The beginning of an emphasis whose words are still to come.
    scan.at = from;
    return true;
  }
  // `10*20*30 cm` and `a_file_name` are no emphasis.
  const within = (under || marker === '*') && at > 0 && WORD.test(text[at - 1]);
  if (/\s/.test(text[from] ?? ' ') || within) return false;
  const fits = (end) =>
    end > from &&
    !/\s/.test(text[end - 1]) &&
    text[end + marker.length] !== marker[0] &&
    (marker.length > 1 || text[end - 1] !== marker) &&
    !(under && WORD.test(text[end + marker.length] ?? ' '));
  const end = endOf(scan, marker, from, fits);
  if (end < 0 && !scan.open) return false;
  const inner = text.slice(from, end < 0 ? undefined : end);
  const how = { ...shared(scan), open: end < 0 };
  const name = marker.length > 1 ? 'strong' : 'em';
  put(scan, element(name, ...inline(inner, how)), end < 0 ? text.length : end + marker.length);
  return true;
}

const shared = ({ depth, linked }) => ({ depth: depth + 1, linked });

/** A link, or an image: a remote image would tell its host who reads this, so it is linked to. */
function bracket(scan) {
  const { text, at } = scan;
  const image = text[at] === '!';
  const from = at + (image ? 2 : 1);
  if (scan.depth >= DEEPEST || (image && text[at + 1] !== '[')) return false;
  const middle = endOf(scan, '](', from, () => true);
  if (middle < 0) return false;
  const nested = text.indexOf('[', from);
  // `[a] [b](c)`: the inner one is the link. An image within a link's words is allowed.
  if (nested >= 0 && nested < middle && text[nested - 1] !== '!') return false;
  const label = text.slice(from, middle);
  TARGET.lastIndex = middle + 1;
  const target = TARGET.exec(text)?.[0];
  if (!target && !scan.open) return false;
  const url = target && safeUrl(target.slice(1, -1).trim().replace(/^<|>$|\s+["'].*$/gs, ''));
  const words = image ? [label] : inline(label, { ...shared(scan), linked: true });
  flush(scan);
  if (url && !scan.linked) scan.nodes.push(link(url, words));
  else scan.nodes.push(...words);
  scan.at = target ? middle + 1 + target.length : text.length;
  return true;
}

function angle(scan) {
  const found = /<([^\s<>]+)>/y;
  found.lastIndex = scan.at;
  const [whole, address] = found.exec(scan.text.slice(0, scan.at + 2000)) ?? [];
  const url = address && safeUrl(address);
  if (!url || scan.linked) return false;
  put(scan, link(url, [address]), scan.at + whole.length);
  return true;
}

function bare(scan) {
  const { text, at } = scan;
  if (scan.linked || (at > 0 && WORD.test(text[at - 1]))) return false;
  BARE_URL.lastIndex = at;
  let found = BARE_URL.exec(text)?.[0];
  if (!found) return false;
  // What ends a sentence doesn't belong to the address; a bracket does if it was opened in it.
  while (/[.,;:!?'*_\]}]$/.test(found) || (found.endsWith(')') && !found.includes('('))) {
    found = found.slice(0, -1);
  }
  const url = safeUrl(found);
  if (!url) return false;
  put(scan, link(url, [found]), at + found.length);
  return true;
}
