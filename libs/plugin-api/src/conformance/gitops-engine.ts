import type { KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import type { EngineContext, GitOpsEngine, ReadObjects } from '../gitops-engine.ts';

/** Three commits of one branch, oldest first, and one of another. */
export const COMMITS = { first: '1'.repeat(40), second: '2'.repeat(40), third: '3'.repeat(40), elsewhere: 'e'.repeat(40) } as const;

/** How things stand with the engine's objects. */
export interface EngineState {
  /** The engine's own object lists the target. */
  readonly owns: boolean;
  /** Commit that was applied last. */
  readonly applied?: string;
  /** Commit whose build or application failed, after `applied`. */
  readonly refused?: { readonly commit: string; readonly message: string };
  readonly suspended?: boolean;
}

/** The engine's world, as its real objects would look. */
export interface EngineWorld {
  /** As it is live, with the marks that the engine leaves on it. */
  readonly target: KubeObject;
  objects(state: EngineState): readonly KubeObject[];
  readonly destination?: EngineContext['destination'];
  /** Where `objects` says that the target's folder lies. */
  readonly path: string;
}

export function readFrom(objects: readonly KubeObject[]): ReadObjects {
  return async ({ apiVersion, kind, namespace, name }) =>
    objects.filter((object) => object.apiVersion === apiVersion && object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace) && (name === undefined || object.metadata.name === name));
}

/** What every GitOps engine must do. */
export function gitOpsEngineConformance({ kind, engine, world }: { readonly kind: string; readonly engine: GitOpsEngine; readonly world: EngineWorld }): void {
  const { first, second, third, elsewhere } = COMMITS;
  const line: readonly string[] = [first, second, third];
  const isAncestor = async (a: string, b: string) => a === b || (line.includes(a) && line.includes(b) && line.indexOf(a) <= line.indexOf(b));
  const contextOf = (state: EngineState | undefined): EngineContext => ({ cluster: 'prod-1', read: readFrom(state ? world.objects(state) : []), destination: world.destination });
  const find = (state: EngineState | undefined) => engine.findApplication(world.target, contextOf(state));
  const rollout = async (state: EngineState, commit: string) => {
    const application = await find({ owns: true });
    if (!application) throw new Error(`${kind} does not find its own application`);
    return engine.readRollout({ application: application.ref, commit, isAncestor }, contextOf(state));
  };

  it('carries the kind of its definition', () => {
    expect(engine.kind).toBe(kind);
  });

  describe('finding the application', () => {
    it('names the object, its source and the applied commit, with evidence', async () => {
      const application = await find({ owns: true, applied: second });
      expect(application).toMatchObject({ engine: kind, applied: second, refused: undefined });
      expect(application?.sources.map(({ path }) => path.replace(/^\.\/|\/$/g, ''))).toEqual([world.path]);
      expect(application?.sources[0]?.repoURL).not.toBe('');
      expect(application?.evidence.length).toBeGreaterThan(0);
    });

    it('does not believe marks on the target that the engine does not confirm', async () => {
      expect(await find({ owns: false, applied: second })).toBeUndefined();
    });

    it.each([
      ['in another namespace', { namespace: 'copies' }],
      ['under another name', { name: 'copy' }],
    ])('does not take a copy %s, with all its marks, for the target', async (_, place) => {
      const { target } = world;
      expect(await engine.findApplication({ ...target, metadata: { ...target.metadata, ...place } }, contextOf({ owns: true, applied: second }))).toBeUndefined();
    });

    it('owns nothing where the engine has no objects', async () => {
      expect(await find(undefined)).toBeUndefined();
    });

    it('says that the present revision could not be applied', async () => {
      expect((await find({ owns: true, applied: first, refused: { commit: second, message: 'admission said no' } }))?.refused).toContain('admission said no');
    });
  });

  describe('listing applications', () => {
    it('tells every one with its source, also those that do not own the target', async () => {
      const [found, ...more] = await engine.listApplications(contextOf({ owns: false, applied: second }));
      expect(more).toEqual([]);
      expect(found).toMatchObject({ engine: kind, ref: (await find({ owns: true }))?.ref, applied: second });
      expect(found?.sources).toEqual((await find({ owns: true }))?.sources);
    });

    it('is empty where the engine has no objects', async () => {
      expect(await engine.listApplications(contextOf(undefined))).toEqual([]);
    });
  });

  describe('reading the rollout', () => {
    it.each([
      ['waits while an older commit is applied', { owns: true, applied: first }, second, 'Waiting'],
      ['waits while nothing is applied', { owns: true }, second, 'Waiting'],
      ['waits while only an unrelated commit is applied', { owns: true, applied: elsewhere }, second, 'Waiting'],
      ['has it once the commit is applied', { owns: true, applied: second }, second, 'Applied'],
      ['has it once a descendant is applied', { owns: true, applied: third }, second, 'Applied'],
      ['has it when only a later commit was refused', { owns: true, applied: second, refused: { commit: third, message: 'no' } }, second, 'Applied'],
      ['is refused when the commit was', { owns: true, applied: first, refused: { commit: second, message: 'no' } }, second, 'Refused'],
      ['is refused when a descendant that holds it was', { owns: true, applied: first, refused: { commit: third, message: 'no' } }, second, 'Refused'],
      ['waits when an older commit was refused', { owns: true, refused: { commit: first, message: 'no' } }, second, 'Waiting'],
      ['is suspended when nobody will apply it', { owns: true, applied: first, suspended: true }, second, 'Suspended'],
      ['has it when it was applied before the engine was suspended', { owns: true, applied: second, suspended: true }, second, 'Applied'],
    ] as const)('%s', async (_, state, commit, expected) => {
      expect((await rollout(state, commit)).state).toBe(expected);
    });

    it('tells which revision and why', async () => {
      expect(await rollout({ owns: true, applied: second }, second)).toMatchObject({ revision: second });
      expect((await rollout({ owns: true, applied: first, refused: { commit: second, message: 'admission said no' } }, second)).message).toContain('admission said no');
    });

    it('is unknown when the application is gone', async () => {
      const application = await find({ owns: true });
      const ref = application?.ref ?? { apiVersion: 'v1', kind: 'None', name: 'none' };
      expect((await engine.readRollout({ application: ref, commit: second, isAncestor }, contextOf(undefined))).state).toBe('Unknown');
    });
  });
}
