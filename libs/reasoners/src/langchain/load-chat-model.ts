import { PermanentError, messageOf } from '@fleetmend/kernel';
import type { ChatModelClass } from './chat-model.ts';

export type ImportModule = (name: string) => Promise<unknown>;

/**
 * The class of a chat model out of an npm package, loaded now and not before.
 * @throws PermanentError `ModelPackageMissing` with the command that installs it, `ModelClassMissing` with the classes that there are.
 */
export async function loadChatModel({ from, name, importModule }: { readonly from: string; readonly name: string; readonly importModule: ImportModule }): Promise<ChatModelClass> {
  const module = await importModule(from).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || /cannot find (?:package|module)/i.test(messageOf(error));
    if (missing) throw new PermanentError('ModelPackageMissing', `the npm package ${packageOf(from)} is not installed beside the hub: run "npm install ${packageOf(from)}", or correct package: ${from}`, { cause: error });
    throw new PermanentError('ModelPackageBroken', `the npm package ${packageOf(from)} cannot be loaded: ${messageOf(error)}`, { cause: error });
  });
  const exported = (module ?? {}) as Readonly<Record<string, unknown>>;
  const found = exported[name];
  if (isChatModelClass(found)) return found;
  const others = Object.keys(exported).filter((key) => isChatModelClass(exported[key]));
  throw new PermanentError('ModelClassMissing', `the package ${from} has no chat model class ${name}; it has: ${others.slice(0, 10).join(', ') || 'none'}. Correct class: ${name}`);
}

function isChatModelClass(value: unknown): value is ChatModelClass {
  if (typeof value !== 'function') return false;
  const { prototype } = value as { prototype?: { invoke?: unknown; _generate?: unknown } };
  return typeof prototype?.invoke === 'function' && typeof prototype._generate === 'function';
}

/** `@langchain/core` of `@langchain/core/utils/testing`. */
function packageOf(from: string): string {
  return from.split('/').slice(0, from.startsWith('@') ? 2 : 1).join('/');
}
