import type { ClassRules } from '../rule.ts';
import { certificateNotReady } from './certificate.ts';
import { drift } from './drift.ts';
import { refusedByEngine } from './refused-object.ts';

/** Identity, certificates, and what applies Git. */
export const platformRules: ClassRules = { CertificateNotReady: certificateNotReady, ArgoApplicationFailed: refusedByEngine, FluxNotReady: refusedByEngine, Drift: drift };
