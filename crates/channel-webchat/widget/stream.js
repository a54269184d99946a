// The one connection on which the gateway tells what happens. It may end at any time, when a
// replica is replaced or the network goes: it is opened again after the last entry, on any replica.

import { Refusal, backoff, refusal } from './requests.js';
import { read } from './sse.js';

/** The gateway sends a heartbeat every 20 s, so this long a silence means a dead connection. */
const SILENCE = 50_000;
/** A tab that nobody looks at for so long gives its connection back. */
const HIDDEN = 120_000;
/** A connection that lasted this long was a good one. */
const LASTING = 5_000;

/** Keeps a stream open while the page is of use to somebody. */
export class Stream {
  /**
   * @param {{url: string, session: import('./session.js').Session, last: () => string | undefined,
   *   onEvent: (event: {type: string, data: any, id?: string}) => void,
   *   onLink: (link: 'connecting' | 'open' | 'lost' | 'offline' | 'refused') => void}} parts
   */
  constructor(parts) {
    this.parts = parts;
    this.running = false;
    this.tries = 0;
  }

  /** Begins, and goes on until the page ends. */
  start() {
    if (this.running) return;
    this.running = true;
    addEventListener('online', () => this.hurry());
    addEventListener('offline', () => this.cut());
    addEventListener('pageshow', () => this.hurry());
    document.addEventListener('visibilitychange', () => this.look());
    this.look();
    this.run();
  }

  /** Ends the connection; `run` decides when the next one begins. */
  cut() {
    this.request?.abort();
  }

  /** Opens again at once if the connection is away or seems so. */
  hurry() {
    if (this.request && performance.now() - this.heard > SILENCE / 2) this.cut();
    if (performance.now() >= (this.notBefore ?? 0)) this.wake?.();
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
    this.wake?.();
  }

  get idle() {
    // A timer may fire a little early.
    const hidden = performance.now() - this.hiddenSince > HIDDEN - 1000;
    return navigator.onLine === false || hidden;
  }

  async run() {
    for (;;) {
      let wait = 0;
      this.parts.onLink('connecting');
      try {
        await this.connect();
      } catch (error) {
        wait = error.wait ?? 0;
        this.refused = error instanceof Refusal && error.status === 403;
      }
      const lasted = this.opened && performance.now() - this.opened > LASTING;
      this.tries = lasted ? 1 : this.tries + 1;
      this.report();
      this.notBefore = performance.now() + wait;
      await this.pause(this.idle ? undefined : backoff(this.tries, wait));
    }
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
    const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
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

  /** @param {number} [wait] without one, until something wakes it */
  pause(wait) {
    return new Promise((done) => {
      const timer = wait === undefined ? undefined : setTimeout(done, wait);
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
