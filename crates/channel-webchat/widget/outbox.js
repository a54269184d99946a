// Messages on their way to the gateway. They are kept until its transcript shows them, so neither
// a reload nor being offline loses one; their client-made ids make sending again harmless.

import { Pause, Refusal, backoff } from './requests.js';

/** As many messages may wait at a time. */
export const MOST_WAITING = 20;
/** So many tries in a row, then the visitor is told and may decide. */
const TRIES = 5;
/** What is older was meant for a moment that has passed: it is sent only when asked to. */
const STALE = 86_400_000;
/** How often it is looked whether something is. */
const LOOK = 20_000;

/** A new id, unguessable and of the allowed characters; works on plain http, too. */
const freshId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/**
 * The messages of one visitor. Each is on the shelf by itself, as `USER:out:ID`, so two tabs that
 * write at the same moment don't undo each other's work.
 * @typedef {{id: string, text: string, at: number, since: number,
 *   state: 'sending' | 'sent' | 'failed', final?: boolean}} Waiting `at` is the gateway's time, and
 *   decides the order; `since` is this device's, whose clock may be wrong by days, and decides what
 *   is stale; `final`: trying again by itself would not help
 */
export class Outbox {
  /**
   * @param {import('./shelf.js').Shelf} shelf
   * @param {string} user
   * @param {(message: Waiting) => Promise<unknown>} send posts one message, throws a Refusal
   * @param {() => boolean} online whether trying is of use
   * @param {() => boolean} ailing whether the gateway says that it is in trouble
   * @param {() => void} onChange
   */
  constructor(shelf, user, send, online, ailing, onChange) {
    this.shelf = shelf;
    this.name = `${user}:out:`;
    this.send = send;
    this.online = online;
    this.ailing = ailing;
    this.onChange = onChange;
    this.tries = 0;
    this.pause = new Pause();
    this.expire();
    this.looking = setInterval(() => this.expire(), LOOK);
  }

  /** What waited for too long is sent only when asked to. */
  expire() {
    const old = Date.now() - STALE;
    for (const message of this.list) {
      if ((message.since ?? message.at) > old || message.final) continue;
      if (message.state === 'sent') this.put(message.id, undefined);
      else this.put(message.id, { ...message, state: 'failed', final: true });
    }
  }

  /** @returns {Waiting[]} in the order of writing */
  get list() {
    const kept = this.shelf.names(this.name).map((name) => this.shelf.get(name));
    return kept.filter((message) => message?.id).sort((one, other) => one.at - other.at);
  }

  get full() {
    return this.list.filter(({ state, final }) => state !== 'sent' && !final).length >= MOST_WAITING;
  }

  /** Whether something was tried and isn't sent yet. */
  get behind() {
    return this.list.some(({ state }) => state === 'failed' || (state === 'sending' && this.tries));
  }

  put(id, message) {
    this.shelf.set(this.name + id, message);
    this.onChange();
  }

  /** Changes a message, unless another tab has removed it. */
  change(id, change) {
    const message = this.shelf.get(this.name + id);
    if (message) this.put(id, { ...message, ...change });
  }

  /** Takes a message and begins to send it. */
  add(text, at) {
    const id = freshId();
    this.put(id, { id, text, ...this.times(at), state: 'sending' });
    this.flush();
  }

  /** Tries a failed message again, under the same id. */
  retry(id, at) {
    this.change(id, { state: 'sending', final: undefined, ...this.times(at) });
    this.hurry();
  }

  /** The times of a message that is the newest: two of the same millisecond keep their order. */
  times(at) {
    return { at: Math.max(at, (this.list.at(-1)?.at ?? 0) + 1), since: Date.now() };
  }

  /** There is a connection again: what failed for want of one goes out by itself. */
  revive() {
    for (const { id, state, final } of this.list) {
      if (state === 'failed' && !final) this.change(id, { state: 'sending' });
    }
    this.hurry();
  }

  /** The transcript has these now. */
  settle(isThere) {
    for (const { id } of this.list) if (isThere(id)) this.put(id, undefined);
  }

  /** Tries at once what waits for its next try. */
  hurry() {
    this.tries = 0;
    this.pause.end();
    this.flush();
  }

  /** Sends what is to be sent, one after the other, so that the order stays. */
  async flush() {
    if (this.busy || this.closed) return;
    this.busy = true;
    try {
      while (!this.closed && this.online()) {
        this.expire();
        const next = this.list.find(({ state }) => state === 'sending');
        if (!next) break;
        const wait = await this.shelf.alone(this.name, () => this.deliver(next.id));
        // Whatever keeps a message here, it isn't posted again without a pause.
        const stays = this.shelf.get(this.name + next.id)?.state === 'sending';
        if (wait || stays) await this.pause.begin(wait || backoff(TRIES, 1000));
      }
    } finally {
      this.busy = false;
    }
  }

  /** @returns {Promise<number>} milliseconds to wait before the next try */
  async deliver(id) {
    // Another tab may have sent it while this one waited for its turn.
    const message = this.shelf.get(this.name + id);
    if (message?.state !== 'sending') return 0;
    try {
      await this.send(message);
      this.tries = 0;
      this.change(id, { state: 'sent' });
      return 0;
    } catch (error) {
      const passing = !(error instanceof Refusal) || error.passing;
      if (!passing) this.change(id, { state: 'failed', final: true });
      if (!passing || this.closed) return 0;
      // A gateway in trouble says when it is well again, so there is no need to ask the visitor.
      if (++this.tries >= TRIES && !this.ailing()) {
        this.tries = 0;
        this.giveUp();
        return 0;
      }
      this.onChange();
      return backoff(this.tries, error.wait);
    }
  }

  /** Later messages would overtake the one that failed, so they stop with it. */
  giveUp() {
    for (const { id, state } of this.list) {
      if (state === 'sending') this.change(id, { state: 'failed' });
    }
  }

  /** The conversation is another one now. */
  close() {
    this.closed = true;
    clearInterval(this.looking);
    this.pause.end();
  }
}

/**
 * The same visitor has another conversation now: what waits goes there.
 * @param {{shelf: import('./shelf.js').Shelf, user: string}} from
 * @param {{shelf: import('./shelf.js').Shelf, user: string}} to
 */
export function inherit(from, to) {
  if (from.user === to.user && from.shelf === to.shelf) return;
  for (const name of from.shelf.names(`${from.user}:out:`)) {
    const message = from.shelf.get(name);
    if (message && message.state !== 'sent') to.shelf.set(`${to.user}:out:${message.id}`, message);
  }
  from.shelf.clear(`${from.user}:`);
}
