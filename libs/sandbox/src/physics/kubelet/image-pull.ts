import type { PhysicsContext } from '../runtime/context.ts';
import type { PodPlace } from './place.ts';
import { spread } from './timing.ts';
import { setWaiting } from './worker.ts';
import type { ContainerRun } from './worker.ts';

/** True once the image is on the node and the container can be created now; else the container waits, and its state says why. */
export function ensureImage(place: PodPlace, run: ContainerRun): boolean {
  const { context, node } = place;
  const { image: name } = run.spec;
  const answer = context.images.find(name);
  if (answer.is === 'invalid') {
    const message = `Failed to apply default image tag "${name}": couldn't parse image name "${name}": ${answer.problem}`;
    return refuse(place, run, { reason: 'InvalidImageName', message, event: 'InspectFailed' });
  }
  const reference = answer.is === 'found' ? answer.image.reference : answer.reference;
  const policy = run.spec.imagePullPolicy ?? (/:[^/]+$/.test(name) && !name.endsWith(':latest') ? 'IfNotPresent' : 'Always');
  const isPresent = answer.is === 'found' && (answer.image.preloaded || place.imagesOn(node).has(reference));
  if (run.stage === 'pulling') return finishPull(place, run);
  if (isPresent && policy !== 'Always') {
    run.image = answer.image;
    place.note(run, 'Normal', 'Pulled', `Container image "${name}" already present on machine`);
    return true;
  }
  if (policy === 'Never') {
    return refuse(place, run, { reason: 'ErrImageNeverPull', message: `Container image "${name}" is not present with pull policy of Never`, event: 'ErrImageNeverPull' });
  }
  if (run.pullFailures > 0 && run.pullRetryAt > context.clock.now()) return backOff(place, run);
  place.note(run, 'Normal', 'Pulling', `Pulling image "${name}"`);
  run.stage = 'pulling';
  run.pullStartedAt = context.clock.now();
  run.actAt = run.pullStartedAt + spread(context, context.profile.imagePull);
  return false;
}

function finishPull(place: PodPlace, run: ContainerRun): boolean {
  const { context, node } = place;
  const { image: name } = run.spec;
  const now = context.clock.now();
  const answer = context.images.find(name);
  if (answer.is === 'found') {
    const took = `${now - run.pullStartedAt}ms`;
    place.imagesOn(node).add(answer.image.reference);
    run.image = answer.image;
    run.pullFailures = 0;
    place.note(run, 'Normal', 'Pulled', `Successfully pulled image "${name}" in ${took} (${took} including waiting). Image size: ${answer.image.bytes} bytes.`);
    return true;
  }
  const message = pullError(name, context);
  place.note(run, 'Warning', 'Failed', `Failed to pull image "${name}": ${message}`);
  place.note(run, 'Warning', 'Failed', 'Error: ErrImagePull');
  setWaiting(run, 'ErrImagePull', message);
  run.pullFailures += 1;
  run.pullRetryAt = now + Math.min(context.profile.imagePullMax, context.profile.imagePullInitial * 2 ** (run.pullFailures - 1));
  run.stage = 'idle';
  // The error shows until the next sync, which finds the back-off still on.
  run.actAt = now + Math.min(context.profile.podSync, (run.pullRetryAt - now) / 2);
  return false;
}

function backOff(place: PodPlace, run: ContainerRun): false {
  const { context } = place;
  const { image: name } = run.spec;
  const text = `Back-off pulling image "${name}"`;
  place.note(run, 'Normal', 'BackOff', text);
  place.note(run, 'Warning', 'Failed', 'Error: ImagePullBackOff');
  setWaiting(run, 'ImagePullBackOff', `${text}: ErrImagePull: ${pullError(name, context)}`);
  run.actAt = Math.min(run.pullRetryAt, context.clock.now() + context.profile.podSync);
  return false;
}

/** containerd's words for a tag that its registry does not have, and for a registry that does not answer. */
function pullError(name: string, { images }: PhysicsContext): string {
  const answer = images.find(name);
  if (answer.is === 'unreachable') {
    const { reference, registry } = answer;
    const [path = '', tag = ''] = reference.slice(registry.length + 1).split(/[:@](?=[^/]*$)/);
    return `rpc error: code = Unknown desc = failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": failed to do request: Head "http://${registry}/v2/${path}/manifests/${tag}": dial tcp ${registry}: connect: connection refused`;
  }
  const reference = answer.is === 'missing' ? answer.reference : name;
  return `rpc error: code = NotFound desc = failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": ${reference}: not found`;
}

function refuse(place: PodPlace, run: ContainerRun, { reason, message, event }: { readonly reason: string; readonly message: string; readonly event: string }): false {
  place.note(run, 'Warning', event, message);
  place.note(run, 'Warning', 'Failed', `Error: ${reason}`);
  setWaiting(run, reason, message);
  run.stage = 'idle';
  run.actAt = place.context.clock.now() + place.context.profile.podSync;
  return false;
}
