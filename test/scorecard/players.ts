import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { lostRow, type Row } from './row.ts';

const PLAYER = join(import.meta.dirname, 'player.ts');
/** Real time that one scenario may take; a story that hangs may not hold up the others. */
const LIMIT_MS = 120_000;

export interface PlayAll {
  readonly dirs: readonly string[];
  /** How many processes play at a time. */
  readonly jobs: number;
  /** Told of each row as it comes. */
  readonly played: (row: Row) => void;
}

type Message = { readonly ready: true } | { readonly row: Row } | { readonly error: string };

/** Plays every folder, each in one of a few processes that are started once. Answers the rows in the order of the folders. */
export async function playAll({ dirs, jobs, played }: PlayAll): Promise<readonly Row[]> {
  const waiting = [...dirs.entries()];
  const rows = new Map<number, Row>();
  const work = async () => {
    let player: ChildProcess | undefined;
    for (;;) {
      const next = waiting.shift();
      if (next === undefined) break;
      const [index, dir] = next;
      player ??= await startPlayer();
      const answer = await ask(player, dir);
      if ('gone' in answer) player = undefined;
      const row = 'row' in answer ? answer.row : lostRow(dir, answer.why);
      rows.set(index, row);
      played(row);
    }
    player?.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, dirs.length) }, work));
  return dirs.map((dir, index) => rows.get(index) ?? lostRow(dir, 'it was not played'));
}

function startPlayer(): Promise<ChildProcess> {
  const player = fork(PLAYER, { execArgv: ['--disable-warning=ExperimentalWarning'], serialization: 'advanced' });
  return new Promise((resolve, reject) => {
    player.once('message', () => {
      player.removeAllListeners('exit');
      resolve(player);
    });
    player.once('exit', (code) => reject(new Error(`a player ended with ${code} before it was ready: see above`)));
  });
}

type Answer = { readonly row: Row } | { readonly why: string } | { readonly why: string; readonly gone: true };

function ask(player: ChildProcess, dir: string): Promise<Answer> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      player.kill('SIGKILL');
    }, LIMIT_MS);
    const done = (answer: Answer) => {
      clearTimeout(limit);
      player.off('message', onMessage).off('exit', onExit);
      resolve(answer);
    };
    const onMessage = (message: Message) => done('row' in message ? message : { why: 'error' in message ? message.error : 'an answer that says nothing' });
    const onExit = (code: number | null) => done({ why: code === null ? `it was ended after ${LIMIT_MS / 1_000} s of real time` : `its process ended with ${code}`, gone: true });
    player.on('message', onMessage).on('exit', onExit);
    player.send(dir);
  });
}
