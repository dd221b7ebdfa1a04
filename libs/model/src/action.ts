import { z } from 'zod';
import { fieldActions, type FieldActionName } from './catalogue.ts';
import { ObjectRef } from './object.ts';

const Container = z.string().min(1).max(63);
const Amount = z.string().regex(/^\d+(\.\d+)?(m|[KMGT]i?)?$/).max(16);
const ResourceAmounts = z.object({ cpu: Amount.optional(), memory: Amount.optional(), 'ephemeral-storage': Amount.optional() });

/**
 * Path from an object's root: field names; `[name=app]` for the list item whose key has that value, a number for an item by its
 * place, `-` for one that is added at the end; after `!yaml` it goes on inside a text that holds YAML.
 */
export const FieldPath = z.array(z.string().min(1).max(256)).min(1).max(24);
export type FieldPath = z.infer<typeof FieldPath>;

const Scalar = z.union([z.string().max(512), z.number(), z.boolean()]);
const Flat = z.union([Scalar, z.array(Scalar).max(20), z.record(z.string().max(256), Scalar)]);
/** A scalar, or a small list or map of them; null takes the field out. */
const FieldValue = z.union([Flat, z.null(), z.array(z.record(z.string().max(256), Flat)).max(8), z.record(z.string().max(256), Flat)]);
export type FieldValue = z.infer<typeof FieldValue>;

const FieldSetting = z.object({ path: FieldPath, value: FieldValue });

/** Sets fields of the target, or of another object that the same failure points at; which ones, the catalogue says. */
const fieldAction = <Name extends FieldActionName>(action: Name) =>
  z.object({ action: z.literal(action), object: ObjectRef.optional(), fields: z.array(FieldSetting).min(1).max(6) });

/**
 * A file in which a place goes back, where nothing of an object can: its application renders no objects. The path is then a field of that
 * document, or without a document the number of a line. Only what the hub itself found in Git gets here; whoever else names a file is refused.
 */
const SourceFile = z.object({ file: z.string().min(1).max(300), document: z.int().min(0).max(500).optional() });
export type SourceFile = z.infer<typeof SourceFile>;

const Commit = z.string().regex(/^[0-9a-f]{40}$/);
const HostOrPort = z.string().min(1).max(253).regex(/^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$/);

/**
 * The closed catalogue of what a reasoner may ask for. It never returns YAML, a path in the repository, or pull-request text;
 * the hub turns an action into an edit, and every scalar in one must be a bounded number, an earlier value from Git,
 * a name that exists, or a constant.
 */
export const Action = z.discriminatedUnion('action', [
  z.object({ action: z.literal('setResources'), container: Container, requests: ResourceAmounts.optional(), limits: ResourceAmounts.optional() }),
  z.object({
    action: z.literal('setImage'),
    container: Container,
    image: z.string().min(1).max(512),
    /** Where the image is known to be good from. */
    provenance: z.enum(['GitHistory', 'HealthyReplicaSet', 'HealthyCluster']),
  }),
  z.object({ action: z.literal('setReplicas'), replicas: z.int().min(1).max(1000) }),
  fieldAction('setProbe'),
  fieldAction('setPort'),
  fieldAction('setIngress'),
  fieldAction('setVolume'),
  fieldAction('setPodField'),
  fieldAction('setSelector'),
  fieldAction('setReference'),
  fieldAction('setScheduling'),
  fieldAction('setHPA'),
  fieldAction('setStrategy'),
  fieldAction('setSecurityContext'),
  fieldAction('setSchedule'),
  /** Replaces a host or a port that stands once inside a text; the rest of the text stays. `to` is the DNS name or port of a Service that exists. */
  z.object({ action: z.literal('setHost'), object: ObjectRef.optional(), path: FieldPath, from: HostOrPort, to: HostOrPort }),
  /**
   * Puts a field back to what it was in an earlier commit; a field that was not there then is taken out, unless it is a guard.
   * With `source` it is a place of a file that what cannot be rendered is made from: see {@link SourceFile}.
   */
  z.object({ action: z.literal('restoreField'), object: ObjectRef.optional(), path: FieldPath, commit: Commit, source: SourceFile.optional() }),
  /** Nothing that a manifest can mend, or nothing that is safe: a human should look, and at what. */
  z.object({ action: z.literal('abstain'), reason: z.string().max(64), lookAt: z.string().max(512) }),
]);
export type Action = z.infer<typeof Action>;
export type ActionName = Action['action'];
export type FieldAction = Extract<Action, { readonly fields: readonly unknown[] }>;
export const ACTION_NAMES = [
  'setResources', 'setImage', 'setReplicas', 'setProbe', 'setPort', 'setIngress', 'setVolume', 'setPodField', 'setSelector', 'setReference', 'setScheduling', 'setHPA', 'setStrategy', 'setSecurityContext', 'setSchedule',
  'setHost', 'restoreField', 'abstain',
] as const satisfies readonly ActionName[];

export function isFieldAction(action: Action): action is FieldAction {
  return action.action in fieldActions;
}

/** The object that an action changes; undefined: the target of the request. */
export function objectOf(action: Action): ObjectRef | undefined {
  return 'object' in action ? action.object : undefined;
}
