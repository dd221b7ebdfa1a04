import { parse } from '@fleetmend/kernel';
import { Precedent } from '@fleetmend/model';
import type { Veto } from '@fleetmend/plugin-api';
import { z } from 'zod';

const Case = z.object({ precedent: Precedent });
const StoredVeto = z.object({ tenant: z.string(), key: z.string(), request: z.string(), at: z.number() });

export const readPrecedent = (payload: unknown): Precedent => parse(Case, payload, 'a case in Qdrant').precedent;
export const readVeto = (payload: unknown): Veto => parse(StoredVeto, payload, 'a veto in Qdrant');
