// The one connection on which the gateway tells what happens: Server-Sent Events, read with fetch,
// since the browser's own EventSource can't send the session's token in a header. It may end at any
// time, when a replica is replaced or the network goes: it is opened again after the last entry, on
// any replica.

import { Pause, backoff, refusal } from './requests.js';

/** The gateway sends a heartbeat every 20 s, so this long a silence means a dead connection. */
const SILENCE = 50_000;
/** A tab that nobody looks at for so long gives its connection back. */
const HIDDEN = 120_000;
/** Between two tries while the system says that there is no network. */
const OFFLINE = 15_000;
/** So many tries without an answer are reason to ask whether the site may connect at all. */
const ASKING = 3;
/** A connection that lasted this long was a good one. */
const LASTING = 5_000;

/** No event is as long as this; a stream that claims so is broken. */
const LONGEST_EVENT = 1_048_576;

/**
 * Takes text as it arrives, cut anywhere, and hands out whole events.
 * @param {(event: {type: string, data: string, id: string | undefined}) => void} onEvent
 * @returns {(chunk: string) => void}
 */
export function parser(onEvent) {
  let rest = '';
  let type = '';
  let data = [];
  let id;
  let size = 0;

  const line = (text) => {
    if (text === '') {
      if (data.length) onEvent({ type: type || 'message', data: data.join('\n'), id });
      type = '';
      data = [];
      id = undefined;
      size = 0;
      return;
    }
    const colon = text.indexOf(':');
    // A line that begins with a colon is a comment: the heartbeat.
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') type = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
    size += text.length;
  };

  return (chunk) => {
    rest += chunk;
    let start = 0;
    for (;;) {
      const end = rest.slice(start).search(/[\r\n]/);
      if (end < 0) break;
      const at = start + end;
      // A carriage return at the very end may be half of a CRLF, so the next chunk decides.
      if (rest[at] === '\r' && at + 1 === rest.length) break;
      line(rest.slice(start, at));
      start = at + (rest.startsWith('\r\n', at) ? 2 : 1);
    }
    rest = rest.slice(start);
    if (rest.length + size > LONGEST_EVENT) throw new Error('an event is too long');
  };
}

/**
 * Reads a response to its end.
 * @param {Response} response
 * @param {Parameters<typeof parser>[0]} onEvent
 * @param {() => void} onBytes called for every chunk, heartbeats included
 */
async function read(response, onEvent, onBytes) {
  const feed = parser(onEvent);
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    feed(decoder.decode(value, { stream: true }));
  }
}

/** Keeps a stream open while the page is of use to somebody. */
export class Stream {
  /**
   * @param {{url: string, session: import('./session.js').Session, last: () => string | undefined,
   *   onEvent: (event: {type: string, data: any, id?: string}) => void,
   *   onLink: (link: 'connecting' | 'open' | 'lost' | 'offline' | 'refused') => void,
   *   isForeign: () => Promise<boolean>, onForeign: () => void}} parts `isForeign` asks whether pages
   *   of the site may not connect, and `onForeign` hears of it, once
   */
  constructor(parts) {
    this.parts = parts;
    this.running = false;
    this.pause = new Pause();
    this.tries = 0;
    /** Whether a connection is wanted at once, also if `run` doesn't pause yet. */
    this.woken = false;
    this.foreign = false;
  }

  /** Begins, and goes on until the page ends. */
  start() {
    if (this.running) return;
    this.running = true;
    addEventListener('online', () => this.hurry());
    addEventListener('offline', () => this.cut());
    // A page that is kept for going back to would keep its connection from the others: a browser has
    // six for one host.
    addEventListener('pagehide', () => this.cut());
    addEventListener('pageshow', () => this.hurry());
    document.addEventListener('visibilitychange', () => this.look());
    this.look();
    this.run();
  }

  /** Ends the connection; `run` decides when the next one begins. That is nobody's failure. */
  cut() {
    if (!this.request) return;
    this.tries = 0;
    this.request.abort();
  }

  /** Goes on at once. A pause that hasn't begun yet can't be ended, so it is left out. */
  wake() {
    this.woken = true;
    this.pause.end();
  }

  /** Opens again at once if the connection is away or seems so. */
  hurry() {
    clearTimeout(this.soon);
    if (this.request) {
      if (performance.now() - this.heard < SILENCE / 2) return;
      this.cut();
    }
    // Before that it would be too soon, but then nobody may be there to ask for it again.
    const wait = (this.notBefore ?? 0) - performance.now();
    if (wait > 0) this.soon = setTimeout(() => this.hurry(), wait + 1);
    else this.wake();
  }

  look() {
    clearTimeout(this.hiding);
    this.hiddenSince = document.hidden ? performance.now() : undefined;
    if (document.hidden) this.hiding = setTimeout(() => this.cut(), HIDDEN);
    else this.hurry();
  }

  /** Opens a connection for another conversation. */
  renew() {
    this.cut();
    this.wake();
  }

  /** How long to wait for the next try; undefined until something wakes it. */
  patience(wait) {
    // A timer may fire a little early.
    if (performance.now() - this.hiddenSince > HIDDEN - 1000) return undefined;
    // Some systems say that they are offline when they aren't, so trying goes on slowly.
    return navigator.onLine === false ? OFFLINE : backoff(this.tries, wait);
  }

  async run() {
    for (;;) {
      let wait = 0;
      this.woken = false;
      this.parts.onLink(this.refused ? 'refused' : 'connecting');
      try {
        await this.connect();
      } catch (error) {
        wait = error.wait ?? 0;
        this.refused = await this.isUnwelcome(error);
      }
      const lasted = this.opened && performance.now() - this.opened > LASTING;
      this.tries = lasted ? 1 : this.tries + 1;
      this.report();
      this.notBefore = performance.now() + wait;
      // What the gateway wishes counts more.
      if (this.woken && !wait) continue;
      await this.pause.begin(this.patience(wait));
    }
  }

  /** Whether we are kept out. Why is hidden from most pages, and a gateway that is away doesn't say. */
  async isUnwelcome({ name, status, code }) {
    if (status) {
      if (code === 'origin_not_allowed') this.keptOut();
      return status === 403;
    }
    const odd = !this.welcome && name !== 'AbortError' && navigator.onLine !== false;
    if (odd && !this.foreign && this.tries < ASKING && (await this.parts.isForeign())) this.keptOut();
    return odd && this.foreign;
  }

  /** Pages of the site may not connect. */
  keptOut() {
    if (!this.foreign) this.parts.onForeign();
    this.foreign = true;
  }

  report() {
    const { onLink } = this.parts;
    if (navigator.onLine === false) onLink('offline');
    else onLink(this.refused ? 'refused' : 'lost');
  }

  async connect() {
    const { url, session, last, onLink } = this.parts;
    this.opened = undefined;
    const { token } = await session.ensure();
    // Whatever was wanted until now is this connection.
    this.woken = false;
    const headers = { Authorization: `Bearer ${token}` };
    const after = last();
    if (after) headers['Last-Event-ID'] = after;
    const request = new AbortController();
    this.request = request;
    const watch = setInterval(() => {
      if (performance.now() - this.heard > SILENCE) this.cut();
    }, 5000);
    this.heard = performance.now();
    try {
      const response = await fetch(url, {
        headers,
        cache: 'no-store',
        credentials: 'omit',
        signal: request.signal,
      });
      if (response.status === 401) return void (await session.renew(token));
      if (!response.ok) throw await refusal(response);
      this.opened = performance.now();
      this.welcome = true;
      this.refused = false;
      onLink('open');
      const onBytes = () => (this.heard = performance.now());
      // What was read before a cut may belong to a conversation that isn't this one any more.
      await read(response, (event) => request.signal.aborted || this.hand(event), onBytes);
    } finally {
      clearInterval(watch);
      request.abort();
      this.request = undefined;
    }
  }

  hand({ type, data, id }) {
    let parsed;
    try {
      parsed = JSON.parse(data);
    } catch {
      // An event that can't be read is like one that isn't known.
      return;
    }
    this.parts.onEvent({ type, data: parsed, id });
  }
}
