import type { ClassRules } from '../rule.ts';
import { certificateNotReady } from './certificate.ts';

/** Identity, certificates, and what applies Git. */
export const platformRules: ClassRules = { CertificateNotReady: certificateNotReady };
