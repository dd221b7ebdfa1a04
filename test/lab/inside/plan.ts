import type { Programs } from '../build/resolve.ts';
import type { LabServer } from '../boot/lab.ts';

/** What the outer process hands to the one inside the namespaces, as a JSON file. */
export interface InsidePlan {
  readonly servers: readonly LabServer[];
  readonly run: string;
  readonly logs: string;
  readonly programs: Readonly<Record<string, Programs>>;
  readonly images: Readonly<Record<string, string>>;
  readonly cgroup: string;
  readonly path: string;
  /** Where the inside process writes the record of what it started. */
  readonly processesFile: string;
  /** Spec files to run once the servers are up; none for `up`. */
  readonly specs: readonly string[];
  readonly root: string;
  /** Where vitest writes its JSON report. */
  readonly reportFile: string;
  /** Write the recordings of kubectl's requests into the work tree. */
  readonly record: boolean;
  /** Progress goes to stderr: stdout is for one JSON object. */
  readonly json: boolean;
}
