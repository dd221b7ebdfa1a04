import type { SecretType } from './session.ts';

/** One kind of token that can be told by its own form. */
export interface TokenPattern {
  readonly type: SecretType;
  /** Texts of which every such token holds one: where none is found, nothing has to be searched. */
  readonly hints: readonly string[];
  /**
   * Begins with a look-behind that admits one start per run of its own characters, and has bounded repeats only: so no text makes
   * it look at a character more than a fixed number of times. An escaped line break, character or colour ends in a letter that does
   * not count as part of the run.
   */
  readonly pattern: RegExp;
  /** What the form alone does not prove. */
  readonly holds?: (token: string) => boolean;
}

/**
 * Forms as their issuers document them: AWS IAM identifiers, Google API keys, GitHub's and GitLab's token prefixes, Slack's token
 * types, Stripe's keys, and other prefixed tokens that are common in cluster logs.
 */
export const tokenPatterns: readonly TokenPattern[] = [
  { type: 'JWT', hints: ['eyJ'], pattern: /(?<![\w-](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))eyJ[\w-]{8,4096}\.[\w-]{2,8192}\.[\w-]{0,2048}/g, holds: isJwt },
  { type: 'AWS_KEY', hints: ['AKIA', 'ASIA', 'ABIA', 'ACCA'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g },
  { type: 'GCP_KEY', hints: ['AIza'], pattern: /(?<![\w-](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))AIza[\w-]{35}(?![\w-])/g },
  { type: 'GCP_KEY', hints: ['ya29.'], pattern: /(?<![\w.-](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))ya29\.[\w-]{20,1024}/g },
  { type: 'GCP_KEY', hints: ['GOCSPX-'], pattern: /(?<![\w-](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))GOCSPX-[\w-]{20,64}/g },
  { type: 'AZURE_KEY', hints: ['8Q~'], pattern: /(?<![\w~.-](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~.-])/g },
  { type: 'GITHUB_TOKEN', hints: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))gh[pousr]_[A-Za-z0-9]{36,255}/g },
  { type: 'GITHUB_TOKEN', hints: ['github_pat_'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))github_pat_\w{22,255}/g },
  { type: 'GITLAB_TOKEN', hints: ['gl'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[\w-]{20,255}(?:\.[\w.-]{1,64})?/g },
  { type: 'SLACK_TOKEN', hints: ['xox'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))xox[abeoprs]-[A-Za-z0-9-]{10,255}/g },
  { type: 'SLACK_TOKEN', hints: ['xapp-'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))xapp-\d-[A-Za-z0-9-]{10,255}/g },
  { type: 'SLACK_TOKEN', hints: ['hooks.slack.com'], pattern: /(?<=hooks\.slack\.com\/services\/)T\w{4,20}\/B\w{4,20}\/\w{16,40}/g },
  { type: 'STRIPE_KEY', hints: ['k_live_', 'k_test_'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}/g },
  { type: 'STRIPE_KEY', hints: ['whsec_'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))whsec_[A-Za-z0-9+/]{24,128}={0,2}/g },
  { type: 'API_TOKEN', hints: ['npm_', 'dckr_pat_', 'hf_', '_v1_', 'shpat_', 'shpss_', 'shpca_', 'shppa_'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))(?:npm_[A-Za-z0-9]{36}|dckr_pat_[\w-]{20,64}|hf_[A-Za-z0-9]{30,64}|do[opr]_v1_[a-f0-9]{64}|shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32})/g },
  { type: 'API_TOKEN', hints: ['sk-'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))sk-[\w-]{20,255}/g, holds: hasDigitAndLetter },
  { type: 'API_TOKEN', hints: ['SG.'], pattern: /(?<![A-Za-z0-9](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))SG\.[\w-]{16,64}\.[\w-]{16,64}/g },
  { type: 'API_TOKEN', hints: ['hv'], pattern: /(?<![\w-](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))hv[sbr]\.[\w-]{24,255}/g },
  { type: 'API_TOKEN', hints: ['pypi-AgE'], pattern: /(?<![\w-](?<!\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,8}m))pypi-AgE[\w-]{40,1024}/g },
  { type: 'API_TOKEN', hints: ['AGE-SECRET-KEY-1'], pattern: /(?<![A-Z0-9])AGE-SECRET-KEY-1[A-Z0-9]{58}/g },
  { type: 'API_TOKEN', hints: ['SA', 'SC', 'SN', 'SO', 'SU', 'SX'], pattern: /(?<![A-Z0-9])S[ACNOUX][A-Z2-7]{56}(?![A-Z0-9])/g, holds: (token) => /\d/.test(token) },
];

/** Its first part decodes to a header that names an algorithm, as RFC 7515 asks. */
function isJwt(token: string): boolean {
  const [header = ''] = token.split('.', 1);
  try {
    const value: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && ('alg' in value || 'enc' in value);
  } catch {
    return false;
  }
}

function hasDigitAndLetter(token: string): boolean {
  return /\d/.test(token) && /[A-Za-z]/.test(token.slice(3));
}
