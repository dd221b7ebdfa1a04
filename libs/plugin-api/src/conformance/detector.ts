import { FAILURE_CLASS_NAMES, Finding, groupOf, sameRef, refOf, type KubeObject } from '@fleetmend/model';
import { expect, it } from 'vitest';
import type { Detector, World } from '../detector.ts';

/** A world that holds exactly these objects; events are found by `involvedObject`, by its uid or else its name, newest first by `lastTimestamp`. */
export function worldOf(...objects: readonly KubeObject[]): World {
  const find = (apiVersion: string, kind: string, namespace: string | undefined, name: string) =>
    objects.find((object) => sameRef(refOf(object), { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name }));
  const owners = (object: KubeObject): readonly KubeObject[] => {
    const reference = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const owner = reference && find(reference.apiVersion, reference.kind, object.metadata.namespace, reference.name);
    return owner ? [owner, ...owners(owner)] : [];
  };
  return {
    get: find,
    list: (apiVersion, kind, namespace) => objects.filter((object) => groupOf(object.apiVersion) === groupOf(apiVersion) && object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace)),
    owners,
    events: (object) =>
      objects
        .filter((event) => event.kind === 'Event' && isAbout(event['involvedObject'] as Involved | undefined, object))
        .toSorted((a, b) => String(b['lastTimestamp']).localeCompare(String(a['lastTimestamp']))),
  };
}

interface Involved {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
}

function isAbout(involved: Involved | undefined, { kind, metadata }: KubeObject): boolean {
  if (involved?.uid) return involved.uid === metadata.uid;
  return involved !== undefined && involved.kind === kind && involved.name === metadata.name && (involved.namespace ?? '') === (metadata.namespace ?? '');
}

const FORBIDDEN = ['secrets', 'configmaps', '*', 'serviceaccounts/token', 'pods/exec', 'pods/attach'];
/** What a half-written, foreign or hostile object may look like. */
const ODD_OBJECTS: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare' } },
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'empty', namespace: 'shop' }, spec: {}, status: {} },
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'starting', namespace: 'shop' }, spec: { containers: [{ name: 'app' }] }, status: { phase: 'Pending', containerStatuses: [{ name: 'app', state: {} }] } },
  { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'foreign', namespace: 'shop' }, status: { containerStatuses: [] } },
];

/** What every detector must hold to: declared and harmless rights, known classes, no finding and no exception on odd objects. */
export function detectorConformance({ detector, detectors }: { readonly detector: Detector; readonly detectors: readonly Detector[] }): void {
  it('reports classes that the model knows', () => {
    expect(detector.classes.length).toBeGreaterThan(0);
    for (const name of detector.classes) expect(FAILURE_CLASS_NAMES).toContain(name);
  });

  it('reads what it inspects, and nothing that holds secrets', () => {
    const kinds = detector.reads.map(({ kind }) => kind);
    for (const kind of detector.inspects) expect(kinds, `${detector.kind} inspects ${kind} without reading it`).toContain(kind);
    for (const { resource } of detector.reads) expect(FORBIDDEN).not.toContain(resource);
  });

  it('waits for a time or a number of restarts before it is believed', () => {
    expect(detector.dwell.time > 0 || (detector.dwell.restarts ?? 0) > 0).toBe(true);
  });

  it('is explained only by other detectors that exist', () => {
    for (const kind of detector.explainedBy) {
      expect(kind).not.toBe(detector.kind);
      expect(detectors.map((other) => other.kind)).toContain(kind);
    }
  });

  it.each(ODD_OBJECTS)('says nothing about $kind $metadata.name', (object) => {
    expect(detector.inspect(object, worldOf())).toEqual([]);
  });
}

/** Frozen input, asked twice: the same findings, each a valid Finding of a declared class. Answers them, for the spec's own checks. */
export function inspectPurely(detector: Detector, object: KubeObject, world: World): readonly Finding[] {
  const frozen = freeze(structuredClone(object));
  const findings = detector.inspect(frozen, world);
  expect(detector.inspect(frozen, world)).toEqual(findings);
  for (const finding of findings) {
    expect(Finding.parse(finding)).toEqual(finding);
    expect(detector.classes).toContain(finding.class);
  }
  return findings;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
