import { ACTION_NAMES } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { ANSWER_SCHEMA, readAnswer } from './answer.ts';

const whole = { cause: 'c', confidence: 0.5, cites: [], actions: [{ action: 'setReplicas', replicas: 2 }] };

describe('the schema that a server holds a model to', () => {
  it('knows every action of the catalogue by its name', () => {
    const text = JSON.stringify(ANSWER_SCHEMA.schema);
    for (const name of ACTION_NAMES) expect(text).toMatch(new RegExp(`"${name}"`));
  });

  it('asks for every field of every object, and closes each, as the strict subset wants it', () => {
    const objects: { properties: object; required: string[]; additionalProperties: unknown }[] = [];
    const look = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && 'type' in node) objects.push(node as unknown as (typeof objects)[number]);
      Object.values(node).forEach(look);
    };
    look(ANSWER_SCHEMA.schema);
    expect(objects.length).toBeGreaterThan(6);
    for (const { properties, required, additionalProperties } of objects) expect({ required, additionalProperties }).toEqual({ required: Object.keys(properties), additionalProperties: false });
  });
});

describe('an answer', () => {
  it('may leave a field out by null', () => {
    expect(readAnswer(JSON.stringify({ ...whole, actions: [{ action: 'setResources', container: 'app', requests: null, limits: { cpu: null, memory: '1Gi' } }] }))).toEqual({
      answer: { ...whole, actions: [{ action: 'setResources', container: 'app', limits: { memory: '1Gi' } }] },
    });
  });

  it.each([
    ['nothing', '', 'no whole JSON object'],
    ['half of one', '{"cause": "c", "confidence": 0.5', 'no whole JSON object'],
    ['no action', JSON.stringify({ ...whole, actions: [] }), 'actions: too_small'],
    ['too many', JSON.stringify({ ...whole, actions: Array.from({ length: 4 }, () => whole.actions[0]) }), 'actions: too_big'],
    ['confidence beyond measure', JSON.stringify({ ...whole, confidence: 12 }), 'confidence: too_big'],
    ['another action', JSON.stringify({ ...whole, actions: [{ action: 'deleteNamespace', name: 'hunter2-9f8e7d' }] }), 'actions.0'],
  ])('that is %s has a problem that names the field and no value', (_, text, words) => {
    const read = readAnswer(text);
    expect(read).toMatchObject({ problem: expect.stringContaining(words) });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});
