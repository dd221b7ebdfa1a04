import { isPermanent } from '@fleetmend/kernel';
import { describe, expect, it } from 'vitest';
import { at, type Json } from '../json.ts';
import { testApi } from '../spec-support/test-api.ts';

const rule = (text: string, message: string): Json => ({ rule: text, message });

function definition(spec: Json = {}, rules: readonly Json[] = []): Json {
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object', required: ['mode'], 'x-kubernetes-validations': rules,
        properties: {
          mode: { type: 'string', enum: ['Observe', 'Propose'] }, budget: { type: 'integer', minimum: 1, maximum: 9, default: 3 }, name: { type: 'string', maxLength: 5, pattern: '^[a-z]+$' },
          hosts: { type: 'array', maxItems: 2, items: { type: 'string' } }, cancel: { type: 'boolean', default: false }, ...spec,
        },
      },
      status: { type: 'object', properties: { phase: { type: 'string' } } },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'tools.example.dev' },
    spec: {
      group: 'example.dev', scope: 'Namespaced', names: { plural: 'tools', kind: 'Tool', shortNames: ['tl'], categories: ['all'] },
      versions: [{
        name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema }, selectableFields: [{ jsonPath: '.spec.mode' }],
        additionalPrinterColumns: [{ name: 'Mode', type: 'string', jsonPath: '.spec.mode' }, { name: 'Phase', type: 'string', jsonPath: '.status.phase' }, { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
      }],
    },
  };
}

const TOOLS = '/apis/example.dev/v1/namespaces/default/tools';
const tool = (spec: Json): Json => ({ apiVersion: 'example.dev/v1', kind: 'Tool', metadata: { name: 'a' }, spec });
const MERGE = 'application/merge-patch+json';

describe('a custom kind', () => {
  it('is served, discovered and explained as soon as its definition is there', async () => {
    const { call } = testApi();
    expect((await call('GET', TOOLS)).status).toBe(404);
    await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: definition() });
    expect((await call('GET', TOOLS)).body['kind']).toBe('ToolList');
    expect(at((await call('GET', '/apis/example.dev/v1')).body, 'resources', 0)).toMatchObject({ name: 'tools', kind: 'Tool', shortNames: ['tl'], categories: ['all'] });
    expect(at((await call('GET', '/openapi/v3/apis/example.dev/v1')).body, 'components', 'schemas', 'dev.example.v1.Tool', 'properties', 'spec', 'properties', 'mode')).toBeDefined();
    const { body } = await call('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tools.example.dev');
    expect(at(body, 'status', 'conditions', 1, 'type')).toBe('Established');
  });

  it('takes defaults, loses what its schema does not know, and says so', async () => {
    const { call } = testApi({ crds: [definition()] });
    const { status, body, warnings } = await call('POST', `${TOOLS}?fieldValidation=Warn`, { body: tool({ mode: 'Observe', colour: 'red' }) });
    expect([status, body['spec'], warnings]).toEqual([201, { mode: 'Observe', budget: 3, cancel: false }, ['unknown field "spec.colour"']]);
  });

  it.each<[string, Json, string]>([
    ['a missing field', {}, 'spec.mode: Required value'],
    ['a value that is not offered', { mode: 'Maybe' }, 'spec.mode: Unsupported value: "Maybe": supported values: "Observe", "Propose"'],
    ['a number too small', { mode: 'Observe', budget: 0 }, 'spec.budget: Invalid value: 0: spec.budget in body should be greater than or equal to 1'],
    ['a wrong type', { mode: 'Observe', budget: 'many' }, 'spec.budget: Invalid value: "string": spec.budget in body must be of type integer: "string"'],
    ['a text too long', { mode: 'Observe', name: 'abcdefg' }, 'spec.name: Too long: may not be more than 5 bytes'],
    ['a text of a wrong form', { mode: 'Observe', name: 'ABC' }, "spec.name: Invalid value: \"ABC\": spec.name in body should match '^[a-z]+$'"],
    ['too many items', { mode: 'Observe', hosts: ['a', 'b', 'c'] }, 'spec.hosts: Too many: 3: must have at most 2 items'],
  ])('refuses %s', async (_what, spec, message) => {
    const { call } = testApi({ crds: [definition()] });
    const { status, body } = await call('POST', TOOLS, { body: tool(spec) });
    expect(status).toBe(422);
    expect(body['message']).toBe(`Tool.example.dev "a" is invalid: ${message}`);
  });

  it('is held to its CEL rules, on change too', async () => {
    const crds = [definition({}, [rule("self.mode != 'Propose' || self.budget <= 5", 'proposing needs a small budget'), rule('!oldSelf.cancel || self.cancel', 'cancel stays')])];
    const { call } = testApi({ crds });
    const refused = await call('POST', TOOLS, { body: tool({ mode: 'Propose', budget: 6 }) });
    expect(refused.body['message']).toBe('Tool.example.dev "a" is invalid: spec: Invalid value: "object": proposing needs a small budget');
    expect((await call('POST', TOOLS, { body: tool({ mode: 'Propose' }) })).status).toBe(201);
    const patch = (spec: Json) => call('PATCH', `${TOOLS}/a`, { body: { spec }, contentType: MERGE });
    expect((await patch({ cancel: true })).status).toBe(200);
    expect((await patch({ cancel: false })).body['message']).toContain('cancel stays');
  });

  it('writes status only through its subresource', async () => {
    const { call } = testApi({ crds: [definition()] });
    await call('POST', TOOLS, { body: { ...tool({ mode: 'Observe' }), status: { phase: 'Done' } } });
    expect((await call('GET', `${TOOLS}/a`)).body['status']).toBeUndefined();
    await call('PATCH', `${TOOLS}/a/status`, { body: { spec: { mode: 'Propose' }, status: { phase: 'Done' } }, contentType: MERGE });
    const { body } = await call('GET', `${TOOLS}/a`);
    expect([at(body, 'spec', 'mode'), at(body, 'status', 'phase'), at(body, 'metadata', 'generation')]).toEqual(['Observe', 'Done', 1]);
  });

  it('is printed in its own columns, and selected by its own fields', async () => {
    const { call, clock } = testApi({ crds: [definition()] });
    await call('POST', TOOLS, { body: tool({ mode: 'Observe' }) });
    await clock.run(65_000);
    const { body } = await call('GET', TOOLS, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    expect(at(body, 'rows', 0, 'cells')).toEqual(['a', 'Observe', null, '65s']);
    expect(at((await call('GET', `${TOOLS}?fieldSelector=spec.mode%3DPropose`)).body, 'items')).toEqual([]);
    expect((await call('GET', `${TOOLS}?fieldSelector=spec.name%3Dx`)).body['message']).toContain('field label not supported: spec.name');
  });

  it('must name its resourceVersion to be replaced', async () => {
    const { call } = testApi({ crds: [definition()] });
    await call('POST', TOOLS, { body: tool({ mode: 'Observe' }) });
    expect((await call('PUT', `${TOOLS}/a`, { body: tool({ mode: 'Propose' }) })).body['message']).toBe('Tool.example.dev "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update');
  });

  it('goes with its definition', async () => {
    const { call, objects } = testApi({ crds: [definition()] });
    await call('POST', TOOLS, { body: tool({ mode: 'Observe' }) });
    objects.delete('apiextensions.k8s.io/v1', 'CustomResourceDefinition', undefined, 'tools.example.dev');
    expect((await call('GET', TOOLS)).status).toBe(404);
  });
});

describe('a definition', () => {
  it.each([
    ['a rule that does not compile', definition({}, [rule('self.mode ==', 'broken')]), 'compilation failed'],
    ['a rule that calls what CEL has not', definition({}, [rule('self.mode.shout()', 'unknown function')]), 'compilation failed'],
    ['a rule that is not a truth', definition({}, [rule('"text"', 'not a bool')]), 'must evaluate to bool'],
  ])('with %s stops the start, naming it', (_what, crd, message) => {
    let error: unknown;
    try {
      testApi({ crds: [crd] });
    } catch (caught) {
      error = caught;
    }
    expect(isPermanent(error) && error.reason).toBe('BadDefinition');
    expect(String(error)).toContain('tools.example.dev');
    expect(String(error)).toContain(message);
  });

  it('with a column that cannot be read is refused', async () => {
    const { call } = testApi();
    const crd = definition();
    const broken = JSON.parse(JSON.stringify(crd).replace('"jsonPath":".status.phase"', '"jsonPath":"$$nope"')) as Json;
    const { status, body } = await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: broken });
    expect(status).toBe(422);
    expect(body['message']).toContain('additionalPrinterColumns[1].jsonPath');
  });
});
