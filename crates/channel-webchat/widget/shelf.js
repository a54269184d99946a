// What this browser keeps for one gateway: it survives a reload. Where storage is forbidden, the
// page's memory has to do.

/** What the name of a cached transcript ends with. */
export const LOG = ':log';

/** Keys and values under one prefix. */
export class Shelf {
  /**
   * @param {string} prefix
   * @param {'localStorage' | 'sessionStorage'} place the first is seen by the other tabs of the
   *   site; the second ends with the tab
   */
  constructor(prefix, place) {
    this.prefix = prefix;
    this.place = place;
    this.memory = new Map();
  }

  /** @param {string} name */
  get(name) {
    const key = this.prefix + name;
    if (this.memory.has(key)) return this.memory.get(key);
    try {
      return JSON.parse(window[this.place].getItem(key)) ?? undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a value; `undefined` removes it. What was kept before never outlives its change. */
  set(name, value) {
    if (value !== undefined && this.write(name, value)) return;
    this.remove(name);
    if (value !== undefined && !this.write(name, value)) this.memory.set(this.prefix + name, value);
  }

  /** Keeps a value in the place of one that serves as well: where there is no room that one stays. */
  renew(name, value) {
    if (!this.write(name, value)) this.memory.set(this.prefix + name, value);
  }

  remove(name) {
    this.memory.delete(this.prefix + name);
    try {
      window[this.place].removeItem(this.prefix + name);
    } catch {
      // Nothing is kept where storage is forbidden.
    }
  }

  /** Whether there was room, if need be that of transcripts, which the gateway has as well. */
  write(name, value) {
    const key = this.prefix + name;
    const written = this.put(key, value) || (this.makeRoom(), this.put(key, value));
    if (written) this.memory.delete(key);
    return written;
  }

  put(key, value) {
    try {
      window[this.place].setItem(key, JSON.stringify(value));
      return true;
    } catch {
      // Forbidden, or the site's quota is used up.
      return false;
    }
  }

  makeRoom() {
    for (const key of this.stored()) if (key.endsWith(LOG)) window[this.place].removeItem(key);
  }

  /** The keys that this browser keeps. */
  stored() {
    try {
      return Object.keys(window[this.place]).filter((key) => key.startsWith(this.prefix));
    } catch {
      return [];
    }
  }

  /** The names that begin so. */
  names(start) {
    const keys = new Set([...this.memory.keys(), ...this.stored()]);
    const whole = this.prefix + start;
    return [...keys].filter((key) => key.startsWith(whole)).map((key) => key.slice(this.prefix.length));
  }

  /** Removes everything whose name begins so. */
  clear(start) {
    for (const name of this.names(start)) this.set(name, undefined);
  }

  /** Calls back with a name that another tab changed. */
  watch(onChange) {
    addEventListener('storage', ({ key }) => {
      if (!key?.startsWith(this.prefix)) return;
      this.memory.delete(key);
      onChange(key.slice(this.prefix.length));
    });
  }

  /**
   * Runs work while no other tab runs work of that name. Without the Web Locks API (plain http), or
   * where it is forbidden together with storage, tabs may do the same thing twice, which the
   * gateway's deduplication makes harmless.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  alone(name, work) {
    if (!navigator.locks) return work();
    let begun = false;
    const first = () => {
      begun = true;
      return work();
    };
    return navigator.locks.request(this.prefix + name, first).catch((error) => {
      if (begun) throw error;
      return work();
    });
  }
}
