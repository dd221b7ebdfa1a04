import { expect, it, vi } from 'vitest';

vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
const { parseEvents } = await import('./events.ts');

it('reads whole events and keeps the beginning of the next one, wherever the stream was cut', () => {
  const stream = 'event: request\nid: 1\ndata: {"uid":"a"}\n\nevent: beat\ndata: {}\n\n';
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const first = parseEvents(stream.slice(0, cut));
    const second = parseEvents(first.unread + stream.slice(cut));
    expect([...first.events, ...second.events], `cut at ${cut}`).toEqual([{ type: 'request', data: '{"uid":"a"}' }, { type: 'beat', data: '{}' }]);
    expect(second.unread).toBe('');
  }
});

it('takes other ends of lines, several lines of data, and events that say nothing', () => {
  expect(parseEvents('data: a\r\ndata: b\r\n\r\n: a comment\n\n').events).toEqual([{ type: 'message', data: 'a\nb' }]);
});
