// Requests to the gateway, and what can go wrong with them in one shape.

/** An answer that isn't a success, or no answer at all (status 0). */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code the gateway's stable code
   * @param {number} wait milliseconds before which asking again is pointless
   * @param {string} words what the gateway says to whoever has to mend it
   */
  constructor(status, code, wait = 0, words = '') {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.wait = wait;
    this.words = words;
  }

  /** Whether the same request may well succeed later. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** A gateway says at most this; more would be a mistake that silences the chat for too long. */
const LONGEST_WAIT = 120_000;

/**
 * What an unsuccessful response means.
 * @param {Response} response
 */
export async function refusal(response) {
  const body = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get('Retry-After')) || 0;
  const wait = Math.min(Math.max(seconds, 0) * 1000, LONGEST_WAIT);
  const { code = 'unknown', message } = body?.error ?? {};
  return new Refusal(response.status, code, wait, message);
}

/**
 * Whether the gateway says that this page may not use the chat. A browser hides from a page why it
 * was refused, so by itself that looks as if the gateway were away.
 * @param {string} base address of the gateway's /webchat/
 */
export async function isForeign(base) {
  const signal = AbortSignal.timeout(10_000);
  try {
    const response = await fetch(`${base}allowed`, { cache: 'no-store', credentials: 'omit', signal });
    return (await response.json()).allowed === false;
  } catch {
    return false;
  }
}

/**
 * Posts JSON and gives the JSON of the answer, or throws a Refusal.
 * @param {string} url
 * @param {object} body
 * @param {string} [token]
 */
export async function post(url, body, token) {
  const headers = { 'Content-Type': 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      credentials: 'omit',
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    throw new Refusal(0, 'unreachable');
  }
  if (!response.ok) throw await refusal(response);
  return response.json().catch(() => {
    throw new Refusal(0, 'unreadable');
  });
}

/**
 * Exponential backoff with full jitter: many visitors who lost the same replica come back spread
 * over time.
 * @param {number} tries failures in a row, from 1
 * @param {number} [wait] the server's own wish, in milliseconds
 */
export function backoff(tries, wait = 0) {
  const span = Math.min(30_000, 1000 * 2 ** Math.min(tries - 1, 10));
  return wait + Math.random() * span;
}

/** A wait that can be cut short. */
export class Pause {
  /** @param {number} [wait] milliseconds; without any, until it is ended */
  begin(wait) {
    return new Promise((done) => {
      const timer = wait === undefined ? undefined : setTimeout(done, wait);
      this.end = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  /** Goes on at once; without a wait there is nothing to do. */
  end() {}
}
