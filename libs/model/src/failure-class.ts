/**
 * The failure classes that detectors report, in the words of the Kubernetes status where it has one.
 * A class is canonical: one fault has one class, however its transient reasons alternate.
 */
export const failureClasses = {
  OOMKilled: { title: 'container killed for memory', fixable: true },
  CrashLoopBackOff: { title: 'container starts and dies again and again', fixable: true },
  ImagePullBackOff: { title: 'image cannot be pulled', fixable: true },
} as const;

export type FailureClass = keyof typeof failureClasses;
export const FAILURE_CLASS_NAMES = Object.keys(failureClasses) as readonly FailureClass[];
