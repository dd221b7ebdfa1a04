import type { Clock, Random } from '@fleetmend/kernel';
import { renderTime } from '@fleetmend/kernel';
import type { KubeObject } from '../objects.ts';
import type { ClusterStore } from '../store/cluster-store.ts';
import type { Json } from './json.ts';
import type { ResourceType, TypeRegistry } from './resource-types.ts';

/** Everything one API server works on. */
export interface Cluster {
  readonly name: string;
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly types: TypeRegistry;
  readonly admission: Admission;
}

/** Who writes, and how. */
export interface Writer {
  /** Field manager. */
  readonly manager: string;
  readonly user: string;
  /** Of a client; the cluster's own controllers state none. */
  readonly groups?: readonly string[];
  readonly dryRun: boolean;
  /** The cluster's own controllers: they may bind pods and need not name a resourceVersion. */
  readonly trusted: boolean;
  /** What a client is told in `Warning` headers. */
  readonly warn: (text: string) => void;
  /** `Strict` refuses unknown fields, `Warn` names them. */
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
}

export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE';
  readonly type: ResourceType;
  readonly draft: Draft;
  readonly old: KubeObject | undefined;
  readonly subresource: string | undefined;
  readonly writer: Writer;
}

/** One admission step: changes the draft, or throws a StatusError. */
export type AdmissionStep = (cluster: Cluster, request: AdmissionRequest) => void;

export interface Admission {
  /** Before validation, in order. */
  readonly mutating: readonly AdmissionStep[];
  /** After validation, in order. */
  readonly validating: readonly AdmissionStep[];
}

/** An object on its way into the store: ours alone, so it may be changed. */
export interface Draft extends Json {
  apiVersion: string;
  kind: string;
  metadata: DraftMeta;
}

export interface DraftMeta extends Json {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
}

export function now(cluster: Cluster): string {
  return renderTime(cluster.clock.now());
}

const HEX = '0123456789abcdef';
const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789';

/** A version-4 UUID from the cluster's own randomness, so that a seed repeats it. */
export function newUid(random: Random): string {
  let digits = '';
  for (let index = 0; index < 32; index += 1) digits += index === 12 ? '4' : index === 16 ? HEX[8 + Math.floor(random.next() * 4)] : HEX[Math.floor(random.next() * 16)];
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

/** The alphabet and length of the real server's generated names: no vowels, so no words. */
export function randomSuffix(random: Random, length = 5): string {
  let text = '';
  for (let index = 0; index < length; index += 1) text += SUFFIX[Math.floor(random.next() * SUFFIX.length)];
  return text;
}
