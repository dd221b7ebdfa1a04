import type { RemediationRequest } from '@fleetmend/model';
import { CopyLine } from '../parts/copy-line.tsx';
import { safeLink } from '../wording.ts';

/**
 * What a person can do about a request that waits for one: where to review it, or the line that says yes under their own
 * name. The page itself decides nothing.
 */
export function Decide({ request: { metadata, status } }: { readonly request: RemediationRequest }) {
  const where = `${metadata.name} -n ${metadata.namespace}`;
  const { phase, pullRequest } = status;
  if (phase === 'AwaitingApproval') {
    return (
      <aside class="decide">
        <p>This change waits for your approval, before a pull request is opened. Run one of these as yourself:</p>
        <CopyLine text={`fleetmend approve ${where}`} />
        <CopyLine text={`fleetmend reject ${where}`} />
      </aside>
    );
  }
  if (phase !== 'PullRequestOpen' || pullRequest?.mayMerge === true) return null;
  const link = safeLink(pullRequest?.url);
  if (link) {
    return (
      <aside class="decide">
        <p>
          <a class="button" href={link} rel="noreferrer noopener">
            Review pull request #{pullRequest?.number}
          </a>{' '}
          Merging it says yes. Closing it is a no that is remembered.
        </p>
      </aside>
    );
  }
  return (
    <aside class="decide">
      <p>Pull request #{pullRequest?.number} waits for you. Merging it says yes; closing it is a no that is remembered.</p>
      <CopyLine text={`npm start -- pr show ${pullRequest?.number}`} />
      <CopyLine text={`npm start -- pr merge ${pullRequest?.number}`} />
      <CopyLine text={`npm start -- pr close ${pullRequest?.number}`} />
    </aside>
  );
}
