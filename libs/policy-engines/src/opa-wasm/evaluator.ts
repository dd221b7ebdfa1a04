import { Worker } from 'node:worker_threads';
import { messageOf } from '@fleetmend/kernel';
import { type Bundle, ENTRYPOINT, unusable } from './bundle.ts';
import type { WorkerAnswer, WorkerQuestion, WorkerStart } from './protocol.ts';
import { workerSource } from './worker.generated.ts';

/** 64 MiB: some thirty times what a decision over a large plan takes. */
const MAXIMUM_PAGES = 1024;

/** Loading compiles the wasm; a machine under load takes seconds for what is usually 50 ms. */
const LOAD_LIMIT_MS = 30_000;

/** What became of one question: the raw result set, or why there is none. */
export type Outcome = { readonly ok: true; readonly results: unknown } | { readonly ok: false; readonly reason: string };

export interface EvaluatorOptions {
  readonly bundle: Bundle;
  /** Named in messages. */
  readonly path: string;
  /** Milliseconds after which a decision is given up. */
  readonly limitMs: number;
}

/**
 * One bundle in a thread of its own. Questions are answered one after the other; one that takes too long, or traps, costs the
 * thread, because nobody knows in which state it left the wasm's memory. The next question gets a fresh one.
 */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  #thread: Promise<Thread> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** @throws PermanentError `BundleUnusable` when the wasm does not load, or needs a built-in that is not there. */
  static async start(options: EvaluatorOptions): Promise<Evaluator> {
    const evaluator = new Evaluator(options);
    await evaluator.#ready();
    return evaluator;
  }

  /** Never throws: no answer is an answer here. */
  async ask(input: unknown): Promise<Outcome> {
    const turn = this.#last.then(() => this.#askNow(input));
    this.#last = turn;
    return turn;
  }

  /** Lets the questions that were asked be answered, then ends the thread. */
  async close(): Promise<void> {
    await this.#last;
    this.#closed = true;
    await this.#drop();
  }

  async #askNow(input: unknown): Promise<Outcome> {
    if (this.#closed) return { ok: false, reason: 'the policy engine is closed' };
    try {
      const thread = await this.#ready();
      const outcome = await thread.ask(input, this.#options.limitMs);
      if (!outcome.ok) await this.#drop();
      return outcome;
    } catch (error) {
      await this.#drop();
      return { ok: false, reason: messageOf(error) };
    }
  }

  #ready(): Promise<Thread> {
    this.#thread ??= Thread.start(this.#options);
    return this.#thread;
  }

  async #drop(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.then((started) => started.stop()).catch(() => undefined);
  }
}

/** A started worker. At most one question is under way. */
class Thread {
  readonly #worker: Worker;
  #questions = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start({ bundle, path }: EvaluatorOptions): Promise<Thread> {
    const workerData: WorkerStart = { wasm: bundle.wasm, data: bundle.data, maximumPages: MAXIMUM_PAGES, entrypoint: ENTRYPOINT };
    const worker = new Worker(workerSource, { eval: true, workerData, name: 'policy', env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 128 } });
    // One that dies while idle is noticed by the next question; without a listener it would end the process.
    worker.on('error', () => undefined).unref();
    const thread = new Thread(worker);
    const answer = await thread.#next(LOAD_LIMIT_MS);
    if (typeof answer !== 'string' && answer.kind === 'ready') return thread;
    await thread.stop();
    const why = typeof answer === 'string' ? answer : answer.kind === 'broken' ? answer.message : `it answered ${answer.kind}`;
    throw unusable(path, `policy.wasm: ${why}`, 'the bundle in use stays in use');
  }

  async ask(input: unknown, limitMs: number): Promise<Outcome> {
    const id = ++this.#questions;
    this.#worker.postMessage({ id, input } satisfies WorkerQuestion);
    const answer = await this.#next(limitMs);
    if (typeof answer === 'string') return { ok: false, reason: answer };
    if (answer.kind === 'decided' && answer.id === id) return { ok: true, results: answer.results };
    return { ok: false, reason: answer.kind === 'trapped' ? `the policy trapped: ${answer.message}` : `the policy thread answered ${answer.kind}` };
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  /** The next message, or a sentence about why there is none. */
  #next(limitMs: number): Promise<WorkerAnswer | string> {
    return new Promise((resolve) => {
      const worker = this.#worker;
      const done = (result: WorkerAnswer | string): void => {
        clearTimeout(timer);
        worker.off('message', done).off('error', failed).off('exit', exited);
        worker.unref();
        resolve(result);
      };
      const failed = (error: Error): void => done(`the policy thread failed: ${error.message}`);
      const exited = (): void => done('the policy thread ended');
      const timer = setTimeout(() => done(`no decision within ${limitMs} ms`), limitMs);
      worker.ref();
      worker.on('message', done).on('error', failed).on('exit', exited);
    });
  }
}
