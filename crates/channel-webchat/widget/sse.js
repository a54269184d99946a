// Server-Sent Events out of a fetch body. The browser's own EventSource can't send the session's
// token in a header, and a token in an address ends up in logs.

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
export async function read(response, onEvent, onBytes) {
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
