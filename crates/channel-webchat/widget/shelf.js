// What this browser keeps for one gateway: it survives a reload. Where storage is forbidden, the
// page's memory has to do.

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
    try {
      return JSON.parse(window[this.place].getItem(key)) ?? this.memory.get(key);
    } catch {
      return this.memory.get(key);
    }
  }

  /** Keeps a value; `undefined` removes it. */
  set(name, value) {
    const key = this.prefix + name;
    this.memory.delete(key);
    try {
      if (value === undefined) window[this.place].removeItem(key);
      else window[this.place].setItem(key, JSON.stringify(value));
    } catch {
      // Forbidden, or the site's quota is used up. What was kept before must not outlive its change.
      if (value === undefined) return;
      this.set(name, undefined);
      this.memory.set(key, value);
    }
  }

  /** The names that begin so. */
  names(start) {
    const keys = [...this.memory.keys()];
    try {
      keys.push(...Object.keys(window[this.place]));
    } catch {
      // Nothing is kept where storage is forbidden.
    }
    const whole = this.prefix + start;
    return keys.filter((key) => key.startsWith(whole)).map((key) => key.slice(this.prefix.length));
  }

  /** Removes everything whose name begins so. */
  clear(start) {
    for (const name of this.names(start)) this.set(name, undefined);
  }

  /** Calls back with a name that another tab changed. */
  watch(onChange) {
    addEventListener('storage', ({ key }) => {
      if (key?.startsWith(this.prefix)) onChange(key.slice(this.prefix.length));
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
